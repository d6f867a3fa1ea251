"""A stack of its own for each measurement with the real engine."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tests.engine.lab import Lab
from verge_pulumi.simulator import Options, Simulator


@cache
def cli() -> Path:
    """Return the folder of the Pulumi CLI."""
    ensure = Path(__file__).resolve().parents[2] / "tools" / "pulumi" / "ensure.py"
    found = subprocess.run([sys.executable, str(ensure)], check=True, capture_output=True, text=True)
    return Path(found.stdout.strip())


@contextmanager
def stack() -> Iterator[Lab]:
    """Provide a stack and a simulator, and remove both."""
    with tempfile.TemporaryDirectory() as folder, Simulator(Options(name="soak")) as simulator:
        yield Lab(Path(folder), cli(), simulator)
