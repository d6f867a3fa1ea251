"""The real Pulumi CLI and a project for each test."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import STARTED_IN
from tests.engine import gadgets
from tests.engine.lab import Lab
from verge_pulumi.catalogue import TABLES
from verge_pulumi.simulator import Options, Simulator

ROOT = Path(__file__).resolve().parents[2]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder.

    Pulumi's Automation API leaves the loop of an inline program open where the engine ends first.
    """
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"))


@pytest.fixture(scope="session")
def cli() -> Path:
    """The folder of the Pulumi CLI."""
    command = [sys.executable, str(ROOT / "tools" / "pulumi" / "ensure.py")]
    # In the cache of who runs the tests, where it takes minutes to build once.
    done = subprocess.run(command, env=STARTED_IN, check=True, capture_output=True, text=True)
    return Path(done.stdout.strip())


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A VergeOS with immediate power transitions and one table more."""
    with Simulator(Options(name="site-a", tables={**TABLES, "gadgets": gadgets.TABLE})) as running:
        yield running


@pytest.fixture
def lab(tmp_path: Path, cli: Path, simulator: Simulator) -> Iterator[Lab]:
    """A stack that talks to the simulator."""
    yield Lab(tmp_path, cli, simulator)
    gc.collect()  # what Pulumi left behind is told now, and not in the next test
