"""Ctrl-C, two runs at once, and a home that cannot be written to."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.engine.command import Project
from tests.engine.lab import Lab
from verge_pulumi import Network


def keys(lab: Lab, table: str) -> list[int]:
    """Return the keys of the rows of ours."""
    return [row["$key"] for row in lab.simulator.rows(table) if "[pulumi" in (row["description"] or "")]


@pytest.mark.fault(67)
def test_ctrl_c_once_lets_the_running_calls_end_and_saves_them(lab: Lab) -> None:
    project = Project(lab)
    lab.simulator.faults(
        {"match": {"verb": "GET", "path": "/vnets/[0-9]+$"}, "when": "before", "what": "hang"},
    )
    process = project.start("up", "--yes", "--skip-preview", VERGEOS_TIMEOUT="3")
    lab.simulator.wait_for_hang()
    process.send_signal(signal.SIGINT)
    # The held read is given up after 3 s and repeated; nothing waits for ever.
    process.communicate(timeout=60)
    lab.simulator.faults()
    made = keys(lab, "vnets")
    assert len(made) == 1
    project.recover()
    assert keys(lab, "vnets") == made
    project.run("destroy", "--yes", "--skip-preview")


@pytest.mark.fault(67)
def test_ctrl_c_twice_loses_nothing(lab: Lab) -> None:
    project = Project(lab)
    lab.simulator.faults({"match": {"verb": "POST", "path": "/vnets$"}, "when": "after", "what": "hang"})
    process = project.start("up", "--yes", "--skip-preview", VERGEOS_TIMEOUT="3")
    lab.simulator.wait_for_hang()
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    lab.simulator.faults()
    made = keys(lab, "vnets")
    project.recover()
    assert keys(lab, "vnets") == made
    project.run("destroy", "--yes", "--skip-preview")


@pytest.mark.fault(68)
def test_a_refresh_without_a_terminal_keeps_the_record_of_a_cut_off_create(lab: Lab) -> None:
    def program() -> None:
        Network("lan", name="lan")

    lab.up(program)
    key = lab.state()["lan"]["id"]
    lab.forget("lan", cut_off=True)
    lab.refresh(program)
    assert "pending_operations" in lab.state_text()
    lab.up(program)
    assert lab.state()["lan"]["id"] == key


def test_two_stacks_that_want_the_same_names_do_not_touch_each_other(lab: Lab) -> None:
    project = Project(lab)
    project.up()
    before = {table: lab.simulator.rows(table) for table in ("vnets", "vms", "machine_drives", "machine_nics")}
    project.run("stack", "init", "rival")
    rival = project.start("up", "--yes", "--skip-preview", EDIT="1")
    output, _ = rival.communicate(timeout=60)
    assert rival.returncode != 0
    assert "has that name already and bears the mark of shop/dev as 'lan'" in output
    assert "Traceback" not in output
    project.run("destroy", "--yes", "--skip-preview")
    assert {table: lab.simulator.rows(table) for table in before} == before
    project.run("stack", "select", "dev")
    project.run("preview", "--expect-no-changes", "--refresh")


@pytest.mark.fault(71)
@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_of_the_home_only_the_cache_is_written_to(lab: Lab, tmp_path: Path) -> None:
    home = tmp_path / "read-only"
    home.mkdir(mode=0o500)
    project = Project(lab)
    # The engine asks pip for what is installed, which notes by itself when it has looked for a newer pip.
    project.up(HOME=str(home), XDG_CACHE_HOME=str(home / "cache"), PIP_DISABLE_PIP_VERSION_CHECK="1")
    written = [path for path in home.rglob("*") if path.is_file()]
    assert {path.suffix for path in written} == {".attempts", ".lock"}
    assert all(path.is_relative_to(home / "cache" / "verge-pulumi") for path in written)
