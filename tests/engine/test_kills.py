"""SIGKILL at every point of create, update and delete: one more run ends with exactly what the program says."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import pytest

from tests.engine.command import Project, below, ends, kill, kill_cli, providers_of
from tests.engine.lab import Lab
from verge_pulumi.engine.connecting.settings import Settings

TABLES = ("vnets", "vms", "machine_drives", "machine_nics")


@dataclass(frozen=True)
class Point:
    """Where a run is killed.

    Attributes:
        command: What runs: ``create``, ``update`` or ``destroy``.
        table: The table, or ``vm_actions`` for power.
        verb: The request that is held.
        when: Whether it is held before or after VergeOS applied it.
        victim: Who is killed: the provider's process or the CLI.
        nth: Which of these requests it is.
    """

    command: str
    table: str
    verb: str
    when: str
    victim: str
    nth: int = 1

    def fault(self) -> dict[str, Any]:
        """Return the fault that holds the request."""
        # Rows that a machine lists may be read through it.
        tables = f"({self.table}|machines)" if self.verb == "GET" and self.table.startswith("machine_") else self.table
        path = f"/{tables}(/[0-9]+)?$"
        return {"match": {"verb": self.verb, "path": path, "nth": self.nth}, "when": self.when, "what": "hang"}

    def __str__(self) -> str:
        return f"{self.command}-{self.table}-{self.verb}-{self.when}-{self.victim}"


def all_points() -> list[Point]:
    """Return every point: before and after each request of each command, for each kind and each victim."""
    writes = {"create": "POST", "update": "PUT", "destroy": "DELETE"}
    points = []
    for victim, table, command in itertools.product(("provider", "cli"), TABLES, writes):
        points += [Point(command, table, writes[command], when, victim) for when in ("before", "after")]
        points.append(Point(command, table, "GET", "before", victim))
    for victim, command, when in itertools.product(("provider", "cli"), writes, ("before", "after")):
        points.append(Point(command, "vm_actions", "POST", when, victim))
    return points


def a_few() -> list[Point]:
    """Return points that hold each kind, each command, each moment and each victim; `make soak` runs them all.

    `test_server_kills.py` has more of them, after creates.
    """
    return [
        Point("create", "vnets", "POST", "before", "cli"),
        Point("create", "machine_nics", "GET", "before", "provider"),
        Point("update", "machine_drives", "PUT", "after", "cli"),
        Point("update", "vm_actions", "POST", "before", "provider"),
        Point("destroy", "vms", "DELETE", "after", "cli"),
    ]


def run_case(lab: Lab, point: Point) -> None:
    """Run to the point, kill, run once more, and compare VergeOS with the program."""
    before = lab.simulator.snapshot()
    project = Project(lab)
    edit = {"EDIT": "1"} if point.command == "update" else {}
    if point.command != "create":
        project.up()
    command = "destroy" if point.command == "destroy" else "up"
    kill_at(project, point, command, **edit)
    project.recover(command, **edit)
    if command == "destroy":
        assert lab.simulator.snapshot() == before
        return
    assert described(lab) == wanted(edited=bool(edit))
    project.run("preview", "--expect-no-changes", "--refresh", **edit)
    project.run("destroy", "--yes", "--skip-preview")
    assert lab.simulator.snapshot() == before


def kill_at(project: Project, point: Point, *command: str, **edit: str) -> None:
    """Run a command, and kill it at the point."""
    simulator = project.lab.simulator
    simulator.faults(point.fault())
    process = project.start(*command, "--yes", "--skip-preview", **edit)
    simulator.wait_for_hang()
    providers, family = providers_of(process), list(below(process))
    assert providers
    if point.victim == "cli":
        kill_cli(process, project.lab)
    for pid in providers if point.victim == "provider" else ():
        kill(pid)
    output, _ = process.communicate(timeout=60)
    assert process.returncode != 0, output
    assert all(ends(pid, within=20) for pid in providers), "the provider outlives its CLI"
    for pid in family:
        kill(pid)  # Pulumi's own language host outlives a killed CLI
    simulator.faults()


def described(lab: Lab) -> dict[str, list[Any]]:
    """Return what the simulator holds of ours, as far as the program speaks of it."""
    simulator = lab.simulator
    ours = {
        table: [row for row in simulator.rows(table) if "[pulumi" in (row["description"] or "")] for table in TABLES
    }
    machine = ours["vms"][0]["machine"]
    status = next(row for row in simulator.rows("machine_status") if row["machine"] == machine)
    return {
        "lan": [row["mtu"] for row in ours["vnets"]],
        "vm": [row["ram"] for row in ours["vms"]],
        "disk": [(row["disksize"], row["machine"] == machine) for row in ours["machine_drives"]],
        "nic": [(row["orderid"], row["machine"] == machine) for row in ours["machine_nics"]],
        "on": [status["running"]],
    }


def wanted(*, edited: bool) -> dict[str, list[Any]]:
    """Return what the program of `fleet.py` says."""
    return {
        "lan": [9000 if edited else 1500],
        "vm": [2048 if edited else 1024],
        "disk": [(2 * 1024**3 if edited else 1024**3, True)],
        "nic": [(2 if edited else 1, True)],
        "on": [not edited],
    }


@pytest.mark.fault(65, 66)
@pytest.mark.parametrize("point", a_few(), ids=str)
def test_a_killed_run_is_completed_by_the_next(lab: Lab, point: Point) -> None:
    run_case(lab, point)


CYCLED = """\
import os

from verge_pulumi import Power, VirtualMachine

vm = VirtualMachine("vm", name="vm", ram=2048 if os.environ.get("EDIT") else 1024, restart="on-change")
Power("on", of=vm, state="running")
"""


@pytest.mark.fault(114)
@pytest.mark.parametrize("victim", ["provider", "cli"])
def test_a_vm_that_a_killed_run_left_off_is_on_again_after_the_next(lab: Lab, victim: str) -> None:
    project = Project(lab)
    (project.folder / "__main__.py").write_text(CYCLED)
    project.up()
    lab.simulator.reset("log")
    kill_at(project, Point("update", "vm_actions", "POST", "before", victim, nth=2), "up", EDIT="1")
    (machine,) = [row["machine"] for row in lab.simulator.rows("vms") if row["name"] == "vm"]
    assert running(lab, machine) is False
    project.recover(EDIT="1")
    assert running(lab, machine) is True
    project.run("preview", "--expect-no-changes", "--refresh", EDIT="1")


def running(lab: Lab, machine: int) -> bool:
    """Say whether a machine runs."""
    (status,) = [row["running"] for row in lab.simulator.rows("machine_status") if row["machine"] == machine]
    return bool(status)


@pytest.mark.fault(114)
@pytest.mark.parametrize(("when", "preview", "elsewhere"), [("before", True, False), ("after", False, True)])
def test_what_was_to_be_replaced_is_not_called_unchanged(lab: Lab, when: str, preview: bool, elsewhere: bool) -> None:
    """The engine drops its note of a delete that was cut off with its next write to the state."""
    project = Project(lab)
    project.up()
    kill_at(project, Point("replace", "machine_nics", "DELETE", when, "cli"), "up", "--replace", "**::nic")
    if elsewhere:
        Settings(host=lab.simulator.url, api_key=lab.simulator.api_key).journal.unlink()
    project.run("cancel", "--yes")
    project.run("up", "--yes", *(() if preview else ("--skip-preview",)))
    assert described(lab) == wanted(edited=False)
    project.run("preview", "--expect-no-changes", "--refresh")
