"""The estimate of a preview beside what the simulator counts of the update."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.engine.command import FLEET, Project
from tests.engine.lab import Lab
from verge_pulumi.estimate import Estimate, estimate

MACHINES = Path(__file__).resolve().parents[2] / "bench" / "machines.py"


def urn(kind: str, name: str, *, parents: str = "") -> str:
    return f"urn:pulumi:dev::shop::{parents}pulumi-python:dynamic/vergeos:{kind}::{name}"


def preview(op: str, kind: str, count: int) -> dict[str, Any]:
    return {"steps": [{"op": op, "urn": urn(kind, f"{kind}-{n}")} for n in range(count)]}


def close(expected: int, counted: int) -> bool:
    """Say whether an estimate is within a tenth and three requests."""
    return abs(expected - counted) <= counted / 10 + 3


@pytest.mark.parametrize(
    ("program", "change", "variables"),
    [(FLEET, {"EDIT": "1"}, {}), (MACHINES, {"RAM": "2048"}, {"MACHINES": "5"})],
    ids=["one of each", "five machines"],
)
def test_an_update_costs_what_was_estimated(
    lab: Lab, program: Path, change: dict[str, str], variables: dict[str, str]
) -> None:
    project = Project(lab, program)

    def estimated(**more: str) -> Estimate:
        output = project.run("preview", "--json", "--parallel", "8", **variables, **more)
        return estimate(json.loads(output), parallel=8)

    def counted(**more: str) -> int:
        lab.simulator.reset("log")
        project.run("up", "--yes", "--skip-preview", "--parallel", "8", **variables, **more)
        return lab.simulator.counters().total()

    for edit in ({}, change):
        expected = estimated(**edit)
        assert close(expected.requests, counted(**edit)), expected
        assert expected.hours == 0
    assert estimated(**change) == Estimate(0, 0)


def test_nothing_to_do_costs_nothing() -> None:
    assert estimate({"steps": [{"op": "same", "urn": urn("Network", "lan")}]}) == Estimate(0, 0)
    assert estimate({}) == Estimate(0, 0)


def test_resources_of_other_packages_cost_nothing() -> None:
    steps = [
        {"op": "create", "urn": "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"},
        {"op": "create", "urn": "urn:pulumi:dev::shop::random:index/randomId:RandomId::id"},
    ]
    assert estimate({"steps": steps}).requests == 0


def test_resources_in_components_count() -> None:
    steps = [{"op": "create", "urn": urn("Network", "lan", parents="my:module:Site$")}]
    assert estimate({"steps": steps}).requests == 3


@pytest.mark.parametrize(
    "ops",
    [["replace"], ["create-replacement", "replace", "delete-replaced"], ["delete-replaced", "create-replacement"]],
)
def test_a_replacement_is_a_delete_and_a_create_however_it_is_shown(ops: list[str]) -> None:
    steps = [{"op": op, "urn": urn("Network", "lan")} for op in ops]
    assert estimate({"steps": steps}).requests == 5


def test_reads_are_shared_by_what_runs_side_by_side() -> None:
    plan = preview("create", "VirtualMachine", 100)
    assert estimate(plan, parallel=1).requests == 1 + 100 + 100
    assert estimate(plan, parallel=50).requests == 1 + 100 + 2


@pytest.mark.parametrize(
    ("count", "limit", "hours"), [(940, 1000, 0), (948, 1000, 0), (949, 1000, 1), (2000, 1000, 2), (2000, 0, 0)]
)
def test_what_does_not_fit_in_the_hour_takes_hours(count: int, limit: int, hours: int) -> None:
    plan = preview("create", "VirtualMachine", count)
    assert estimate(plan, parallel=10_000, requests_per_hour=limit).hours == hours
