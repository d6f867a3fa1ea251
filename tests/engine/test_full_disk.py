"""What a full disk leaves of a state in a folder, and how docs/shared-state.md gets it back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.engine.command import Project
from tests.engine.lab import PROJECT, Lab

TEAM = Path(__file__).with_name("team.py")


@pytest.fixture
def team(lab: Lab) -> Project:
    """A stack with networks, whose state lies in a folder."""
    project = Project(lab, TEAM)
    project.up()
    return project


def fails(team: Project, *arguments: str) -> str:
    """Run a command that must fail, and return what it printed."""
    process = team.start(*arguments)
    output, _ = process.communicate()
    assert process.returncode != 0, output
    return output


def place(lab: Lab) -> Path:
    """Return the folder of the states."""
    return lab.folder / "state" / ".pulumi"


def test_an_empty_lock_is_cancelled(lab: Lab, team: Project) -> None:
    # As the Pulumi CLI leaves it where there is no space for its content.
    lock = place(lab) / "locks" / "organization" / PROJECT / lab.stack_name / "5f0c.json.18ec677157497434.tmp"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.touch()
    assert "unexpected end of JSON input" in fails(team, "up", "--yes", "--skip-preview")
    team.run("cancel", "--yes")
    assert "6 unchanged" in team.up()


@pytest.mark.fault(109)
def test_a_state_that_was_cut_off_is_put_back_from_the_history(lab: Lab, team: Project) -> None:
    rows = lab.simulator.rows("vnets")
    state = place(lab) / "stacks" / PROJECT / f"{lab.stack_name}.json"
    for path in (state, state.with_name(f"{state.name}.bak")):
        if path.exists():
            path.write_text(path.read_text()[:4096])
    assert "unexpected end of JSON input" in fails(team, "stack", "export")
    assert "unexpected end of JSON input" in fails(team, "up", "--yes", "--skip-preview")

    newest = sorted((place(lab) / "history" / PROJECT / lab.stack_name).glob("*.checkpoint.json"))[-1]
    state.write_bytes(newest.read_bytes())
    team.run("stack", "export")
    team.up()
    assert lab.simulator.rows("vnets") == rows
