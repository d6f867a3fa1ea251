"""What all tests share."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from verge_pulumi.cli import terminal
from verge_pulumi.client import text
from verge_pulumi.simulator import Options, Simulator

pytest_plugins = ["tests.faults.marker"]

if sys.version_info >= (3, 14):
    # Pulumi's mocks take the main thread's loop, which Python no longer makes by itself.
    asyncio.set_event_loop(asyncio.new_event_loop())


STARTED_IN = dict(os.environ)
"""The environment in which the tests were started."""

# Half of the processor time of a short command of Pulumi is its start, and a third of that the collection of garbage.
os.environ |= {"GOGC": "off", "GOMEMLIMIT": "512MiB"}

# How long a case takes says nothing on a machine that is shared.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("whole", settings.get_profile("shared"))  # `make soak` chooses it: see `cases`
settings.load_profile("shared")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep journals and counted requests out of the home of who runs the tests."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def _no_secret_of_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what earlier tests had hidden: a process masks it for ever, and one test's secret is another's word."""
    monkeypatch.setattr(text, "_seen", set())


@pytest.fixture(autouse=True)
def _no_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no command say what it does for lack of time: on a busy machine the simplest one may take seconds."""
    monkeypatch.setattr(terminal, "PATIENCE", 3600.0)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that start the Pulumi CLI, with which each worker begins.

    pytest-xdist cuts the list into one piece for each worker, and who has done theirs steals from the end of another's.
    So the last minutes are short tests, which keep all workers busy; the longest one, that of the tutorial, is the last
    that is collected and the first that runs.
    """
    for item in items:
        if _starts_pulumi(item):
            item.add_marker("engine")
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers == 1:
        return
    long = [item for item in reversed(items) if _starts_pulumi(item)]
    short = [item for item in items if not _starts_pulumi(item)]
    items.clear()
    for worker in range(workers):
        # The last worker makes what the tests of events share before another one waits for it.
        last = worker == workers - 1
        items += sorted(long[worker::workers], key=lambda item: last and item.path.name != "test_events.py")
        items += short[len(short) * worker // workers : len(short) * (worker + 1) // workers]


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Keep thousands of tests and what they import out of each collection of garbage, which would take a second."""
    gc.collect()
    gc.freeze()


def _starts_pulumi(item: pytest.Item) -> bool:
    return "cli" in getattr(item, "fixturenames", ())


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A fresh VergeOS whose power transitions are immediate."""
    with Simulator(Options(name="site-a")) as running:
        yield running
