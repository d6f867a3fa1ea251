"""What the tests of the command line share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.providers.bench import Bench
from verge_pulumi.simulator import Simulator


@pytest.fixture
def bench(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A provider process that made what the states hold, on the VergeOS that the environment names."""
    monkeypatch.setenv("VERGEOS_HOST", simulator.url)
    monkeypatch.setenv("VERGEOS_API_KEY", simulator.api_key)
    running = Bench(simulator)
    running.share_clock()
    yield running
    running.connection.client.close()
