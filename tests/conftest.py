"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from verge_pulumi.simulator import Options, Simulator

pytest_plugins = ["tests.faults.marker"]


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A fresh VergeOS whose power transitions are immediate."""
    with Simulator(Options(name="site-a")) as running:
        yield running
