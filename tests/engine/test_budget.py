"""What a stack of N powered-on machines costs in requests, whatever the engine's parallelism; the simulator counts.

The floor of the API is 4 for each machine to create (three rows and a start), 1 to change, 4 to destroy.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.machines import machines
from tests.engine.lab import Lab
from verge_pulumi.engine.runtime import provider_process

GOALS = {8: (4.5, 1.3), 64: (4.15, 1.1)}
"""Requests for each machine, to create and to change it, by the calls that the engine makes at once."""


# `make bench` measures larger stacks.
@pytest.mark.parametrize(("number", "parallel"), [(1, 8), (10, 8), (30, 64)])
def test_what_a_stack_of_machines_costs(lab: Lab, number: int, parallel: int) -> None:
    # Most of the processor time goes into the state, written after each resource; the requests are the same without it.
    lab.environment["PULUMI_SKIP_CHECKPOINTS"] = "true"
    create, change = GOALS[parallel]
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

    assert lab.destroy(parallel=parallel).requests <= 5 * number + 15
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
