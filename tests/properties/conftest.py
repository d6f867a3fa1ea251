"""A scenario for each test."""

from __future__ import annotations

import pytest

from tests.properties.scenario import Scenario
from verge_pulumi.simulator import Simulator


@pytest.fixture
def scenario(simulator: Simulator) -> Scenario:
    """A VergeOS with strangers' rows and two empty stacks."""
    return Scenario(simulator)
