"""The real Pulumi CLI and a project for each test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.lab import Lab
from verge_pulumi.simulator import Simulator

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def cli() -> Path:
    """The folder of the Pulumi CLI."""
    command = [sys.executable, str(ROOT / "tools" / "pulumi" / "ensure.py")]
    return Path(subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip())


@pytest.fixture
def lab(tmp_path: Path, cli: Path, simulator: Simulator) -> Lab:
    """A stack that talks to the simulator."""
    return Lab(tmp_path, cli, simulator)
