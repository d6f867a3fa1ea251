"""The whole life of each resource with the real engine, as one table of steps.

Each step is a function of the lives so far; each case says which field is edited, which drifts and which replaces. A
resource that passes is a good citizen of Pulumi. The children of VMs live together in one stack, and so do those of
networks, each twice: while their parents are stopped, and while they run.
"""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from tests.engine.cases import CASES
from tests.engine.lab import Lab, Program, Run, ask
from tests.engine.subjects import TENANT, Case, Parents
from verge_pulumi.simulator import Request


class Life:
    """One resource on its way through the steps.

    Attributes:
        changes: What the program says differently by now.
    """

    def __init__(self, lab: Lab, name: str, case: Case) -> None:
        self.lab = lab
        self.name = name
        self.case = case
        self.changes: dict[str, Any] = {}
        self.key: int | str = 0

    def row(self) -> dict[str, Any]:
        """Return the resource's row as the simulator has it."""
        return next(row for row in self.lab.simulator.rows(self.case.table) if row["$key"] == self.key)

    def edit_in_ui(self, column: str, value: Any) -> None:
        """Change a column behind Pulumi's back, as people do: they leave the mark below a description."""
        if column == "description":
            value += "\n" + self.row()[column].rpartition("\n")[2]
        ask(self.lab.simulator, "PUT", f"{self.case.table}/{self.key}", {column: value})

    def writes(self) -> list[Request]:
        """Return the writes to the resource's table since the log was reset."""
        tables = [(request, request.path.split("/")[3]) for request in self.lab.simulator.requests() if request.applied]
        return [request for request, table in tables if table == self.case.table]


class Lives:
    """Resources that live in one stack."""

    def __init__(self, lab: Lab, cases: dict[str, Case], *, powered: bool) -> None:
        self.lab = lab
        self.powered = powered
        self.each = [Life(lab, name, case) for name, case in cases.items()]

    def program(self, *, foreign: bool = False, edited: str = "") -> Program:
        """Return the program as it is by now.

        Args:
            foreign: Whether it also reads each resource, as if it were somebody else's.
            edited: If given, each also says the edit of its case; Pulumi's resource option that names what it edits.
        """

        def declare() -> None:
            parents = Parents(powered=self.powered)
            for life in self.each:
                edit = life.case.edit if edited else None
                changes = life.changes | (dict([edit]) if edit else {})
                opts = pulumi.ResourceOptions()
                if edit:
                    setattr(opts, edited, [edit[0]])
                life.case.declare(life.name, opts, parents, foreign=foreign, **changes)

        return declare

    def forget_requests(self) -> None:
        """Empty the simulator's log."""
        self.lab.simulator.reset("log")

    @property
    def edits(self) -> dict[Life, tuple[str, Any]]:
        """What is edited of those that can be changed in place."""
        return {life: life.case.edit for life in self.each if life.case.edit}

    @property
    def drifts(self) -> dict[Life, tuple[str, Any]]:
        """What drifts of those of which VergeOS can change something."""
        return {life: life.case.drift for life in self.each if life.case.drift}


def key_of(run: Run, life: Life) -> int | str:
    """Return the key that the program exports."""
    key = run.outputs[life.name]["key"]
    return key if isinstance(key, str) else int(key)


def preview_is_free(lives: Lives) -> None:
    run = lives.lab.preview(lives.program())
    assert {run.steps[life.name].op for life in lives.each} == {"create"}
    assert run.requests == 0


def up_creates(lives: Lives) -> None:
    run = lives.lab.up(lives.program())
    for life in lives.each:
        assert run.steps[life.name].op == "create"
        life.key = key_of(run, life)
        assert not life.case.kind.declaration.markable or life.row()["description"].endswith("]")
        outputs = run.outputs[life.name]
        assert outputs["location"] == f"/v4/{life.case.table}/{life.key}"
        assert not lives.powered or outputs.get("status") == life.case.live


def up_again_changes_nothing(lives: Lives) -> None:
    run = lives.lab.up(lives.program())
    assert (run.changes, run.requests) == ({}, 0)


def refresh_changes_nothing(lives: Lives) -> None:
    lives.forget_requests()
    run = lives.lab.refresh(lives.program())
    assert run.changes == {}
    requests = lives.lab.simulator.requests()
    assert {request.verb for request in requests} == {"GET"}
    asked = [(request.path, request.query) for request in requests]
    assert sorted(set(asked)) == sorted(asked), "nothing is asked twice"
    # Rows without a mark are asked for together only if Pulumi comes to them at the same time.
    marked = {f"/api/v4/{life.case.table}" for life in lives.each if life.case.kind.declaration.markable}
    lists = [path for path, _ in asked if "/".join(path.split("/")[:4]) in marked]
    assert sorted(lists) == sorted(marked), "one list for a table"


def edits_are_ignored_or_replace_if_the_options_say_so(lives: Lives) -> None:
    assert lives.lab.preview(lives.program(edited="ignore_changes")).changes == {}
    preview = lives.lab.preview(lives.program(edited="replace_on_changes"))
    assert preview.changes == {life.name: "replace" for life in lives.edits}
    for life, (name, _) in lives.edits.items():
        assert set(preview.steps[life.name].diff) == {name}


def edit_writes_one_field(lives: Lives) -> None:
    lives.forget_requests()
    for life, edit in lives.edits.items():
        life.changes |= dict([edit])
    run = lives.lab.up(lives.program())
    assert run.changes == {life.name: "update" for life in lives.edits}
    for life, (name, _) in lives.edits.items():
        assert set(run.steps[life.name].diff) == {name}
        (write,) = life.writes()
        assert list(write.body) == [life.case.column(name)]


def drift_is_shown_and_mended_and_what_is_unset_is_left_alone(lives: Lives) -> None:
    before, edited = {}, {}
    for life, (name, value) in lives.drifts.items():
        column = life.case.column(name)
        before[life.name] = life.row()[column]
        life.edit_in_ui(column, value)
        if life.case.unset:
            life.edit_in_ui(*life.case.unset)
        edited[life.name] = life.row()
        assert edited[life.name][column] != before[life.name]
    lives.forget_requests()
    run = lives.lab.up(lives.program(), refresh=True)
    assert run.changes == {life.name: "update" for life in lives.drifts}
    for life, (name, _) in lives.drifts.items():
        column = life.case.column(name)
        assert set(run.steps[life.name].diff) == {name}
        (write,) = life.writes()
        assert list(write.body) == [column]
        assert life.row()[column] == before[life.name]
        assert not life.case.unset or life.row()[life.case.unset[0]] == edited[life.name][life.case.unset[0]]


def replace_deletes_and_creates(lives: Lives) -> None:
    lives.forget_requests()
    replaced = {life: life.case.replacement for life in lives.each if life.case.replacement}
    for life, change in replaced.items():
        life.changes |= dict([change])
    run = lives.lab.up(lives.program())
    assert run.changes == {life.name: "replace" for life in replaced}
    for life in replaced:
        old, life.key = life.key, key_of(run, life)
        assert life.key != old
        if life.case.exists:
            assert [write.verb for write in life.writes()] == ["PUT", "PUT"]
            continue
        assert old not in [row["$key"] for row in lives.lab.simulator.rows(life.case.table)]
        verbs = [write.verb for write in life.writes() if write.verb in ("POST", "DELETE")]
        assert verbs == (["POST", "DELETE"] if life.case.new_first else ["DELETE", "POST"])


def what_was_deleted_is_made_again_and_get_reads_it(lives: Lives) -> None:
    gone = [life for life in lives.each if not life.case.exists]
    for life in gone:
        lives.lab.simulator.remove(life.case.table, life.key)
    run = lives.lab.up(lives.program(foreign=True), refresh=True)
    assert run.changes == {life.name: "create" for life in gone}
    for life in lives.each:
        old, life.key = life.key, key_of(run, life)
        assert (life.key != old) == (life in gone)
        assert life.row()
        assert run.outputs[life.name]["read"] == run.outputs[life.name]["own"]


def destroy_leaves_nothing(lives: Lives) -> None:
    lives.lab.destroy()


STEPS = [
    preview_is_free,
    up_creates,
    up_again_changes_nothing,
    refresh_changes_nothing,
    edits_are_ignored_or_replace_if_the_options_say_so,
    edit_writes_one_field,
    drift_is_shown_and_mended_and_what_is_unset_is_left_alone,
    replace_deletes_and_creates,
    what_was_deleted_is_made_again_and_get_reads_it,
    destroy_leaves_nothing,
]
ON_PAPER = {preview_is_free, up_again_changes_nothing}
"""Steps that ask nothing of VergeOS, so it does not matter what runs there: the edit shows whether more differs."""

OPTIONS = {edits_are_ignored_or_replace_if_the_options_say_so}
"""Steps in which Pulumi decides by itself: children cost more there, and add nothing to them."""

MACHINES = ("VirtualMachine", "Network")
"""The parents that can be powered on."""


@pytest.mark.fault(59, 60, 64)
@pytest.mark.parametrize("powered", [False, True], ids=["stopped", "running"])
@pytest.mark.parametrize("machine", MACHINES)
def test_lifecycle_of_children(machine: str, powered: bool, lab: Lab) -> None:
    cases = {name: case for name, case in CASES.items() if case.within and case.within.root == machine}
    live(Lives(lab, cases, powered=powered), without=OPTIONS | (ON_PAPER if powered else set()))


@pytest.mark.fault(59, 60, 64)
def test_lifecycle(lab: Lab) -> None:
    cases = {name: case for name, case in CASES.items() if not case.within or case.within.root not in MACHINES}
    live(Lives(lab, cases, powered=False), without=set())


def live(lives: Lives, *, without: set[Any]) -> None:
    """Go through the steps."""
    assert ask(lives.lab.simulator, "POST", "tenants", {"name": "shop"})["$key"] == str(TENANT)
    before = lives.lab.simulator.snapshot()
    for step in STEPS:
        if step not in without:
            step(lives)
    assert lives.lab.simulator.snapshot() == before
    assert lives.lab.simulator.counters().unknown_columns == {}
