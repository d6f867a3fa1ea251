"""What all tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from verge_pulumi.simulator import Options, Simulator

pytest_plugins = ["tests.faults.marker"]


# How long a case takes says nothing on a machine that is shared.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("whole", settings.get_profile("shared"))  # `make soak` chooses it: see `cases`
settings.load_profile("shared")


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A fresh VergeOS whose power transitions are immediate."""
    with Simulator(Options(name="site-a")) as running:
        yield running
