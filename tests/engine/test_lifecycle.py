"""The whole life of each resource with the real engine, as one table of steps.

Each step is a function of the resource's life so far; each case says which field is edited, which drifts and which
replaces. A resource that passes is a good citizen of Pulumi. What hangs on a VM passes twice: while that is stopped,
and while it runs.
"""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from tests.engine.lab import Lab, Program, Run, ask
from tests.engine.subjects import CASES, SUBJECT, VM, Case
from verge_pulumi.simulator import Request

LIVES = [
    pytest.param(case, powered, id=f"{name}-running" if powered else name)
    for name, case in CASES.items()
    for powered in ([False, True] if case.within == VM else [False])
]


class Life:
    """The state of one run through the steps.

    Attributes:
        changes: What the program says differently by now.
    """

    def __init__(self, lab: Lab, case: Case, *, powered: bool) -> None:
        self.lab = lab
        self.case = case
        self.powered = powered
        self.changes: dict[str, Any] = {}
        self.key = 0

    def program(self, opts: pulumi.ResourceOptions | None = None, *, foreign: bool = False, **changes: Any) -> Program:
        """Return the program as it is by now, with these changes besides."""
        return self.case.program(opts, powered=self.powered, foreign=foreign, **(self.changes | changes))

    def row(self) -> dict[str, Any]:
        """Return the resource's row as the simulator has it."""
        return next(row for row in self.lab.simulator.rows(self.case.table) if row["$key"] == self.key)

    def edit_in_ui(self, column: str, value: Any) -> None:
        """Change a column behind Pulumi's back, as people do: they leave the mark below a description."""
        if column == "description":
            value += "\n" + self.row()[column].rpartition("\n")[2]
        ask(self.lab.simulator, "PUT", f"{self.case.table}/{self.key}", {column: value})

    def writes(self) -> list[Request]:
        """Return the writes to the resource's table since the last call."""
        requests = [r for r in self.lab.simulator.requests() if r.applied and f"/{self.case.table}" in r.path]
        self.lab.simulator.reset("log")
        return requests


def key_of(run: Run) -> int:
    """Return the key that the program exports."""
    return int(run.outputs["key"])


def preview_is_free(life: Life) -> None:
    run = life.lab.preview(life.program())
    assert run.steps[SUBJECT].op == "create"
    assert run.requests == 0


def up_creates(life: Life) -> None:
    run = life.lab.up(life.program())
    assert run.steps[SUBJECT].op == "create"
    life.key = key_of(run)
    assert not life.case.kind.declaration.markable or life.row()["description"].endswith("]")
    assert run.outputs["location"] == f"/v4/{life.case.table}/{life.key}"
    assert not life.powered or run.outputs.get("status") == life.case.live


def up_again_changes_nothing(life: Life) -> None:
    run = life.lab.up(life.program())
    assert (run.changes, run.requests) == ({}, 0)


def refresh_changes_nothing(life: Life) -> None:
    life.lab.simulator.reset("log")
    run = life.lab.refresh(life.program())
    assert run.changes == {}
    requests = life.lab.simulator.requests()
    assert {request.verb for request in requests} == {"GET"}
    tables = [request.path.split("/")[3] for request in requests]
    assert sorted(set(tables)) == sorted(tables), "one list for each table"


def edits_are_ignored_or_replace_if_the_options_say_so(life: Life) -> None:
    name, value = life.case.edit
    ignoring = pulumi.ResourceOptions(ignore_changes=[name])
    assert life.lab.preview(life.program(ignoring, **{name: value})).changes == {}
    replacing = pulumi.ResourceOptions(replace_on_changes=[name])
    preview = life.lab.preview(life.program(replacing, **{name: value}))
    assert preview.changes == {SUBJECT: "replace"}
    assert set(preview.steps[SUBJECT].diff) == {name}


def edit_writes_one_field(life: Life) -> None:
    name, value = life.case.edit
    life.writes()
    life.changes[name] = value
    run = life.lab.up(life.program())
    assert run.changes == {SUBJECT: "update"}
    assert set(run.steps[SUBJECT].diff) == {name}
    (write,) = life.writes()
    assert list(write.body) == [life.case.column(name)]


def drift_is_shown_and_mended_and_what_is_unset_is_left_alone(life: Life) -> None:
    name, value = life.case.drift
    column = life.case.column(name)
    before = life.row()[column]
    life.edit_in_ui(column, value)
    life.edit_in_ui(*life.case.unset)
    edited = life.row()
    assert edited[column] != before
    life.writes()
    run = life.lab.up(life.program(), refresh=True)
    assert run.changes == {SUBJECT: "update"}
    assert set(run.steps[SUBJECT].diff) == {name}
    (write,) = life.writes()
    assert list(write.body) == [column]
    unset = life.case.unset[0]
    assert (life.row()[column], life.row()[unset]) == (before, edited[unset])


def replace_deletes_and_creates(life: Life) -> None:
    name, value = life.case.replace
    old, life.changes[name] = life.key, value
    life.writes()
    run = life.lab.up(life.program())
    assert run.changes == {SUBJECT: "replace"}
    life.key = key_of(run)
    assert life.key != old
    assert old not in [row["$key"] for row in life.lab.simulator.rows(life.case.table)]
    verbs = [write.verb for write in life.writes() if write.verb in ("POST", "DELETE")]
    assert verbs == (["POST", "DELETE"] if life.case.new_first else ["DELETE", "POST"])


def what_was_deleted_is_made_again_and_get_reads_it(life: Life) -> None:
    life.lab.simulator.remove(life.case.table, life.key)
    run = life.lab.up(life.program(foreign=True), refresh=True)
    assert run.changes == {SUBJECT: "create"}
    old, life.key = life.key, key_of(run)
    assert life.key != old
    assert life.row()
    assert run.outputs["read"] == run.outputs["own"]


def destroy_leaves_nothing(life: Life) -> None:
    life.lab.destroy()


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
"""Steps in which Pulumi decides by itself: what hangs on something costs more there, and adds nothing to them."""


@pytest.mark.fault(59, 60, 64)
@pytest.mark.parametrize(("case", "powered"), LIVES)
def test_lifecycle(case: Case, powered: bool, lab: Lab) -> None:
    before = lab.simulator.snapshot()
    life = Life(lab, case, powered=powered)
    skipped = (ON_PAPER if powered else set()) | (OPTIONS if case.within else set())
    for step in STEPS:
        if step not in skipped:
            step(life)
    assert lab.simulator.snapshot() == before
    assert lab.simulator.counters().unknown_columns == {}
