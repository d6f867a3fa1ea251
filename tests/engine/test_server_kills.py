"""A server whose making was cut off after any of its parts is complete after one more run, with nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.command import Project
from tests.engine.lab import Lab
from tests.engine.test_kills import Point, kill_at

SHOP = Path(__file__).with_name("shop.py")

PARTS = ("vms", "machine_drives", "machine_nics", "machine_devices", "cloudinit_files", "vm_actions")


def all_points() -> list[Point]:
    """Return every part, with VergeOS having made it and us not having heard of it."""
    return [Point("create", part, "POST", "after", victim) for part in PARTS for victim in ("provider", "cli")]


def a_few() -> list[Point]:
    """Return the parts that the fleet of the other kill tests does not have, and one drive of several."""
    return [
        Point("create", "machine_drives", "POST", "after", "provider"),
        Point("create", "machine_devices", "POST", "after", "cli"),
        Point("create", "cloudinit_files", "POST", "after", "provider"),
    ]


def run_case(lab: Lab, point: Point) -> None:
    """Make a server, kill that at the point, and run once more."""
    simulator = lab.simulator
    before = simulator.snapshot()
    project = Project(lab, SHOP)
    kill_at(project, point, "up")
    project.recover()
    (vm,) = simulator.rows("vms")
    named = {
        table: sorted(row["name"] for row in simulator.rows(table) if row["machine"] == vm["machine"])
        for table in ("machine_drives", "machine_nics", "machine_devices")
    }
    assert named == {"machine_drives": ["data", "root"], "machine_nics": ["eth0"], "machine_devices": ["tpm"]}
    assert sorted(row["name"] for row in simulator.rows("cloudinit_files")) == ["/meta-data", "/user-data"]
    assert {row["status"] for row in simulator.rows("machine_status") if row["machine"] == vm["machine"]} == {"running"}
    project.run("preview", "--expect-no-changes", "--refresh")
    project.run("destroy", "--yes", "--skip-preview")
    assert simulator.snapshot() == before


@pytest.mark.fault(65)
@pytest.mark.parametrize("point", a_few(), ids=str)
def test_a_server_that_was_cut_off_is_completed(lab: Lab, point: Point) -> None:
    run_case(lab, point)
