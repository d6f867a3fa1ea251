"""What the tests of the import share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.importing.bench import MemoryCli, SiteBench
from verge_pulumi.simulator import Simulator


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
