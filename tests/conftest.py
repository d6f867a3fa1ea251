"""What all tests share."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from verge_pulumi.client import text
from verge_pulumi.simulator import Options, Simulator

pytest_plugins = ["tests.faults.marker"]

if sys.version_info >= (3, 14):
    # Pulumi's mocks take the main thread's loop, which Python no longer makes by itself.
    asyncio.set_event_loop(asyncio.new_event_loop())


HERE = Path(__file__).parent

REPEATING = (
    "cli/test_untrusted.py",
    "conformance/lab/test_contraries.py",
    "faults/",
    "importing/test_again.py",
    "importing/test_drift.py",
    "importing/test_folding.py",
    "importing/test_marking.py",
    "importing/test_worlds.py",
    "properties/",
    "providers/test_pacing.py",
    "reference/test_examples.py",
    "resources/test_rights.py",
    "soak/",
)
"""What goes many times where others go once: coverage is not measured there, which would double the time it takes."""

# How long a case takes says nothing on a machine that is shared.
settings.register_profile("shared", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("whole", settings.get_profile("shared"))  # `make soak` chooses it: see `cases`
settings.load_profile("shared")


@pytest.fixture(autouse=True)
def _no_secret_of_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what earlier tests had hidden: a process masks it for ever, and one test's secret is another's word."""
    monkeypatch.setattr(text, "_seen", set())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that start the Pulumi CLI, with which each worker begins, and those that are not traced.

    pytest-xdist cuts the list into one piece for each worker, and who has done theirs steals from the end of another's.
    So the last minutes are short tests, which keep all workers busy.
    """
    for item in items:
        if _starts_pulumi(item):
            item.add_marker("engine")
        if item.path.relative_to(HERE).as_posix().startswith(REPEATING):
            item.add_marker("no_cover")
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if workers == 1:
        return
    long = [item for item in items if _starts_pulumi(item)]
    short = [item for item in items if not _starts_pulumi(item)]
    items.clear()
    for worker in range(workers):
        own = long[worker::workers]
        # The first worker makes what the tests of events share before another one waits for it.
        items += reversed(own) if worker else own
        items += short[len(short) * worker // workers : len(short) * (worker + 1) // workers]


def _starts_pulumi(item: pytest.Item) -> bool:
    return "cli" in getattr(item, "fixturenames", ())


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """A fresh VergeOS whose power transitions are immediate."""
    with Simulator(Options(name="site-a")) as running:
        yield running
