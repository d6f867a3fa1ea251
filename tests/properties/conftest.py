"""A scenario for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.properties.scenario import Scenario
from verge_pulumi.simulator import Options, Simulator


@pytest.fixture
def scenario(simulator: Simulator, tmp_path: Path) -> Iterator[Scenario]:
    """A VergeOS with strangers' rows and two empty stacks."""
    with Simulator(Options(name="site-b", api_key=simulator.api_key)) as other:
        yield Scenario(simulator, other, tmp_path / "journal")
