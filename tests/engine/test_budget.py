"""What a stack of N powered-on machines costs in requests, whatever the engine's parallelism; the simulator counts.

The floor of the API is 4 for each machine to create (three rows and a start), 1 to change, 4 to destroy.
"""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from bench.machines import machines
from tests.engine.lab import Lab
from verge_pulumi.engine.reading.scarcity import REQUESTS_FOR_EACH, SCARCE
from verge_pulumi.engine.runtime import provider_process

SCARCE_GOALS = {8: (4.5, 1.3, 5), 64: (4.15, 1.1, 5)}
"""Requests for each machine where they are scarce: to create, change and destroy it, by the calls at once."""

PLENTY_GOALS = {8: (7, 3, 9), 64: (7, 3, 9)}
"""The same where they are plentiful and calls wait for others only while that costs no time."""

OF_OTHERS = 14
"""Lists, once in a run that deletes, of what other stacks may have within a machine or a network (4 and 11,
one of which is the same table)."""

SIZES = [(1, 8), (10, 8), (50, 64)]  # `make bench` measures more


@pytest.mark.parametrize(("number", "parallel"), SIZES)
def test_what_a_stack_of_machines_costs_while_requests_are_plentiful(lab: Lab, number: int, parallel: int) -> None:
    # Most of the processor time goes into the state, written after each resource; the requests are the same without it.
    lab.environment["PULUMI_SKIP_CHECKPOINTS"] = "true"
    create, change, destroy = PLENTY_GOALS[parallel]
    assert lab.preview(machines(number), parallel=parallel).requests == 0

    lab.simulator.reset("log")
    made = lab.up(machines(number), parallel=parallel)
    assert made.requests <= create * number + 15
    counters = lab.simulator.counters()
    assert counters.applied == 4 * number + 1
    assert counters.connections <= provider_process.WORKERS

    assert lab.preview(machines(number), parallel=parallel).requests == 0
    assert lab.refresh(machines(number), parallel=parallel).requests <= 10

    changed = lab.up(machines(number, ram=2048), parallel=parallel)
    assert changed.changes == {f"vm-{n}": "update" for n in range(number)}
    assert changed.requests <= change * number + 10

    assert lab.destroy(parallel=parallel).requests <= destroy * number + 15 + OF_OTHERS
    assert lab.simulator.rows("vms") == []


@pytest.mark.parametrize(("number", "parallel"), SIZES)
def test_what_it_costs_while_they_are_scarce(lab: Lab, tmp_path: Path, number: int, parallel: int) -> None:
    lab.environment["PULUMI_SKIP_CHECKPOINTS"] = "true"
    create, change, destroy = SCARCE_GOALS[parallel]

    def hour_for(objects: int, least: float) -> None:
        """Begin an hour with less than twice what so many objects need, and not less than that."""
        cache = tmp_path / f"cache-{objects}"
        enough = max(math.ceil((SCARCE - 0.1) * REQUESTS_FOR_EACH * objects), math.ceil(least))
        lab.environment |= {"VERGEOS_REQUESTS_PER_HOUR": str(math.ceil(enough / 0.95)), "XDG_CACHE_HOME": str(cache)}

    hour_for(4 * number + 1, create * number + 6)
    assert lab.up(machines(number), parallel=parallel).requests <= create * number + 15
    hour_for(number, change * number + 6)
    assert lab.up(machines(number, ram=2048), parallel=parallel).requests <= change * number + 10
    hour_for(4 * number + 2, destroy * number + 7 + OF_OTHERS)
    assert lab.destroy(parallel=parallel).requests <= destroy * number + 15 + OF_OTHERS
    assert lab.simulator.rows("vms") == []


def test_a_run_tells_at_its_end_what_it_cost_and_what_is_left_to_the_next(lab: Lab, tmp_path: Path) -> None:
    lab.environment |= {"VERGEOS_REQUESTS_PER_HOUR": "1000", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    spent = 0
    for run in (lab.up(machines(1)), lab.refresh(machines(1)), lab.destroy()):
        spent += run.requests
        told = [text.strip() for severity, _, text in run.messages if severity == "info"]
        assert told == [f"{run.requests} requests, {1000 - spent} left this hour"]


def test_a_preview_that_asks_nothing_tells_nothing(lab: Lab, tmp_path: Path) -> None:
    lab.environment |= {"VERGEOS_REQUESTS_PER_HOUR": "1000", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    run = lab.preview(machines(1))
    assert [text for severity, _, text in run.messages if severity == "info"] == []
