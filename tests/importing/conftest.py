"""What the tests of the import share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importing.bench import MemoryCli, SiteBench, record_quickly
from verge_pulumi.importing import chain
from verge_pulumi.simulator import Simulator


@pytest.fixture(autouse=True)
def _record_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Run programs in processes that are there already; the tests of `record` itself start it as it does."""
    monkeypatch.setattr(chain, "record", record_quickly)


@pytest.fixture
def site(simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SiteBench:
    """A VergeOS that people filled by hand."""
    monkeypatch.setenv("VERGEOS_HOST", simulator.url)
    monkeypatch.setenv("VERGEOS_API_KEY", simulator.api_key)
    return SiteBench(simulator, tmp_path)


@pytest.fixture
def cli() -> MemoryCli:
    """A command line of Pulumi that keeps its state in memory."""
    return MemoryCli()
