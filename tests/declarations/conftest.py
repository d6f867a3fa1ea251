"""What the tests of programs share."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pulumi.runtime import mocks as pulumi_mocks

from tests.declarations.mocked import Engine, Monitor, settle
from verge_pulumi.engine.connecting.connection import connect
from verge_pulumi.engine.connecting.settings import read_settings
from verge_pulumi.simulator import Simulator


@contextmanager
def run_by(running: Engine) -> Iterator[Engine]:
    """Let an engine run the program of a test, in stack dev of project shop."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    pulumi_mocks.set_mocks(running, project="shop", stack="dev", monitor=Monitor(running))
    yield running
    settle()
    loop.run_until_complete(loop.shutdown_default_executor())
    asyncio.set_event_loop(None)
    loop.close()


@pytest.fixture
def engine() -> Iterator[Engine]:
    """A mocked engine of stack dev of project shop."""
    with run_by(Engine()) as running:
        yield running


@pytest.fixture(autouse=True, scope="module")
def _leftovers() -> Iterator[None]:
    yield
    gc.collect()  # what Pulumi left behind is told here, and not in another file


@pytest.fixture
def here(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the program run against the simulator, with the settings of its environment."""
    settings = {"VERGEOS_HOST": simulator.url, "VERGEOS_API_KEY": simulator.api_key}
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    yield
    connect(read_settings(lambda name: None, settings)).client.close()
