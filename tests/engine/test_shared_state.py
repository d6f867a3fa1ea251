"""A team's states: several runs at once from several processes, locks, and what a killed run leaves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench import backends
from tests.engine.command import LIMIT, Project, below, ends, kill, providers_of
from tests.engine.lab import Lab
from verge_pulumi.engine.ownership.mark import Mark

TEAM = Path(__file__).with_name("team.py")
STACKS = ("dev", "staging", "prod")


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """A PostgreSQL on a socket of its own; what Pulumi is told to reach it."""
    try:
        with backends.postgres() as url:
            yield url
    except backends.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """A store that speaks S3, with an empty bucket; what Pulumi is told to reach it."""
    with backends.s3() as url:
        yield url


@pytest.fixture
def team(lab: Lab, request: pytest.FixtureRequest, tmp_path: Path) -> Project:
    """A project whose states lie where the test's parameter says."""
    if request.param == "postgres":
        lab.environment["PULUMI_BACKEND_URL"] = f"{request.getfixturevalue('postgres')}&table={tmp_path.name[:40]}"
    if request.param == "s3":
        lab.environment |= {"PULUMI_BACKEND_URL": request.getfixturevalue("s3"), **backends.S3_CREDENTIALS}
    lab.environment |= {"VERGEOS_REQUESTS_PER_HOUR": "1000", "XDG_CACHE_HOME": str(tmp_path / "cache")}
    return Project(lab, TEAM)


on_each = pytest.mark.parametrize("team", ["file", "postgres", "s3"], indirect=True)
on_postgres = pytest.mark.parametrize("team", ["postgres"], indirect=True)


def owners(lab: Lab) -> list[str]:
    """Return whose the networks are, as their marks say."""
    marks = [Mark.of(row["description"]) for row in lab.simulator.rows("vnets")]
    return sorted(mark.owner for mark in marks if mark)


def keys(lab: Lab, stack: str) -> set[str]:
    """Return the keys of a stack's networks, as their marks say."""
    marks = {str(row["$key"]): Mark.of(row["description"]) for row in lab.simulator.rows("vnets")}
    return {key for key, mark in marks.items() if mark and mark.owner == f"shop/{stack}"}


def known(team: Project, stack: str) -> set[str]:
    """Return the keys of a stack's networks, as its state says."""
    path = team.folder / "export.json"
    team.run("stack", "export", "--stack", stack, "--file", str(path))
    resources = json.loads(path.read_text())["deployment"]["resources"]
    return {resource["id"] for resource in resources if resource["type"].endswith(":Network")}


@on_postgres
def test_stacks_that_are_updated_at_once_share_one_budget_and_lose_nothing(lab: Lab, team: Project) -> None:
    for stack in STACKS[1:]:
        team.run("stack", "init", stack)
    lab.simulator.reset("log")
    runs = [team.start("up", "--yes", "--skip-preview", "--stack", stack) for stack in STACKS]
    told = []
    for run in runs:
        output, _ = run.communicate(timeout=LIMIT)
        assert run.returncode == 0, output
        told.append([int(number) for number in re.findall(r"(\d+) requests, (\d+) left this hour", output)[-1]])

    spent = len(lab.simulator.requests())
    assert sum(requests for requests, _ in told) == spent
    assert min(left for _, left in told) == 1000 - spent
    for stack in STACKS:
        assert len(keys(lab, stack)) == 5
        assert known(team, stack) == keys(lab, stack)


@on_each
@pytest.mark.fault(68)
def test_a_lock_keeps_others_out_and_what_a_killed_run_left_is_cancelled(lab: Lab, team: Project) -> None:
    lab.simulator.faults({"match": {"verb": "POST", "path": "/vnets$"}, "when": "after", "what": "hang"})
    first = team.start("up", "--yes", "--skip-preview")
    lab.simulator.wait_for_hang()
    refused = run_that_fails(team)
    assert "the stack is currently locked by 1 lock(s)" in refused
    assert f"(pid {first.pid})" in refused

    providers, family = providers_of(first), list(below(first))
    kill(first.pid)
    first.communicate(timeout=LIMIT)
    assert all(ends(pid, within=20) for pid in providers)
    for pid in family:
        kill(pid)  # Pulumi's own language host outlives a killed CLI
    lab.simulator.faults()
    # The lock does not know that its owner is dead.
    assert run_that_fails(team) == refused
    made = keys(lab, "dev")
    team.run("cancel", "--yes")
    team.up()
    assert made
    assert made <= keys(lab, "dev")
    assert known(team, "dev") == keys(lab, "dev")
    assert len(keys(lab, "dev")) == 5


def run_that_fails(team: Project) -> str:
    """Run ``pulumi up`` and return why it was refused."""
    output = ""
    for _ in range(5):
        run = team.start("up", "--yes", "--skip-preview")
        output, _ = run.communicate(timeout=LIMIT)
        assert run.returncode != 0
        # A folder's state is written in place: who reads it before it asks for the lock may find the half of it.
        if "failed to load checkpoint" not in output:
            break
    return output[output.index("error: ") :]  # before it Amazon's client may warn, and tell the time
