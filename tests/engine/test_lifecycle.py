"""The whole life of each resource with the real engine, as one table of steps.

Each step is a function of the laboratory and the case; each case says which field is edited, which drifts and which
replaces. A resource that passes is a good citizen of Pulumi.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pulumi
import pytest

from tests.engine.gadgets import Gadget
from tests.engine.lab import Lab, Run
from verge_pulumi import Drive, Network, Nic, VirtualMachine
from verge_pulumi.engine.declare import Resource

SUBJECT = "subject"


@dataclass(frozen=True)
class Case:
    """One resource and what is done to it.

    Attributes:
        kind: The resource class.
        declare: Declares the resource and what it needs; the arguments override its own.
        edit: A field changed in the program.
        drift: A field changed behind Pulumi's back: attribute, column, the other value.
        replace: A change that replaces the resource, in what it needs or in itself.
    """

    kind: type[Resource]
    declare: Callable[..., Resource]
    edit: tuple[str, Any]
    drift: tuple[str, str, Any]
    replace: tuple[str, Any]

    @property
    def table(self) -> str:
        """The table of its rows."""
        return self.kind.declaration.table

    def column(self, name: str) -> str:
        """Return the column of an attribute."""
        return str(self.kind.declaration.attributes[name].column)

    def program(self, opts: pulumi.ResourceOptions | None = None, **changes: Any) -> Callable[[], None]:
        """Return the program that declares it with these changes."""
        return lambda: pulumi.export("key", self.declare(opts=opts, **changes).key)


def declare_network(opts: pulumi.ResourceOptions | None = None, **changes: Any) -> Network:
    settings: dict[str, Any] = {
        "name": "lan",
        "network": "10.1.0.0/24",
        "mtu": 1500,
        "dnslist": ["1.1.1.1", "9.9.9.9"],
        "description": "for tests",
        "type": "internal",
    }
    return Network(SUBJECT, opts=opts, **(settings | changes))


def declare_vm(opts: pulumi.ResourceOptions | None = None, **changes: Any) -> VirtualMachine:
    settings: dict[str, Any] = {"name": "web", "cpu_cores": 2, "ram": 1024, "created_from": "custom", "note": "n"}
    return VirtualMachine(SUBJECT, opts=opts, **(settings | changes))


def declare_drive(opts: pulumi.ResourceOptions | None = None, *, on: str = "a", **changes: Any) -> Drive:
    vms = {name: VirtualMachine(name, name=f"vm-{name}", ram=512) for name in ("a", "b")}
    settings: dict[str, Any] = {"name": "data", "disksize": "20GiB", "orderid": 3, "preferred_tier": "3"}
    return Drive(SUBJECT, vm=vms[on], opts=opts, **(settings | changes))


def declare_nic(opts: pulumi.ResourceOptions | None = None, *, on: str = "a", **changes: Any) -> Nic:
    vms = {name: VirtualMachine(name, name=f"vm-{name}", ram=512) for name in ("a", "b")}
    lan = Network("lan", name="lan")
    settings: dict[str, Any] = {"name": "eth0", "macaddress": "F0-DB-30-00-00-01", "description": ""}
    return Nic(SUBJECT, vm=vms[on], network=lan, opts=opts, **(settings | changes))


def declare_gadget(opts: pulumi.ResourceOptions | None = None, **changes: Any) -> Gadget:
    settings: dict[str, Any] = {"name": "g", "colour": "red", "size": 3}
    return Gadget(SUBJECT, opts=opts, **(settings | changes))


CASES = {
    "Network": Case(
        Network,
        declare_network,
        edit=("mtu", 9000),
        drift=("description", "description", "changed in the UI"),
        replace=("type", "external"),
    ),
    "VirtualMachine": Case(
        VirtualMachine,
        declare_vm,
        edit=("ram", 2048),
        drift=("cpu_cores", "cpu_cores", 4),
        replace=("created_from", "import"),
    ),
    "Drive": Case(
        Drive,
        declare_drive,
        edit=("orderid", 7),
        drift=("preferred_tier", "preferred_tier", "1"),
        replace=("on", "b"),
    ),
    "Nic": Case(
        Nic,
        declare_nic,
        edit=("macaddress", "f0:db:30:00:00:02"),
        drift=("macaddress", "macaddress", "f0:db:30:00:00:09"),
        replace=("on", "b"),
    ),
    "Gadget": Case(
        Gadget,
        declare_gadget,
        edit=("colour", "blue"),
        drift=("colour", "colour", "grey"),
        replace=("size", 4),
    ),
}


def key_of(run: Run) -> int:
    """Return the key that the program exports."""
    return int(run.outputs["key"])


class Life:
    """The state of one run through the steps."""

    def __init__(self, lab: Lab, case: Case) -> None:
        self.lab = lab
        self.case = case
        self.key = 0

    def row(self) -> dict[str, Any]:
        """Return the resource's row as the simulator has it."""
        return next(row for row in self.lab.simulator.rows(self.case.table) if row["$key"] == self.key)

    def writes(self) -> list[Any]:
        """Return the writes to the resource's table since the last call."""
        requests = [r for r in self.lab.simulator.requests() if r.applied and f"/{self.case.table}" in r.path]
        self.lab.simulator.reset("log")
        return requests


def preview_is_free(life: Life) -> None:
    run = life.lab.preview(life.case.program())
    assert run.steps[SUBJECT].op == "create"
    assert run.requests == 0


def up_creates(life: Life) -> None:
    run = life.lab.up(life.case.program())
    assert run.steps[SUBJECT].op == "create"
    life.key = key_of(run)
    assert life.row()["description"].endswith("]")
    state = life.lab.state()[SUBJECT]
    assert state["outputs"]["$key"] == life.key
    assert state["outputs"]["location"] == f"/v4/{life.case.table}/{life.key}"


def up_again_changes_nothing(life: Life) -> None:
    life.lab.simulator.reset("log")
    run = life.lab.up(life.case.program())
    assert (run.changes, run.requests) == ({}, 0)


def refresh_changes_nothing(life: Life) -> None:
    life.lab.simulator.reset("log")
    run = life.lab.refresh(life.case.program())
    assert run.changes == {}
    tables = [request.path.split("/")[3] for request in life.lab.simulator.requests()]
    assert sorted(set(tables)) == sorted(tables), "one list for each table"
    assert life.lab.preview(life.case.program()).changes == {}


def edit_shows_and_writes_one_field(life: Life) -> None:
    name, value = life.case.edit
    program = life.case.program(**{name: value})
    preview = life.lab.preview(program)
    assert preview.changes == {SUBJECT: "update"}
    assert set(preview.steps[SUBJECT].diff) == {name}
    life.writes()
    assert life.lab.up(program).changes == {SUBJECT: "update"}
    (write,) = life.writes()
    assert list(write.body) == [life.case.column(name)]
    assert life.lab.up(life.case.program()).changes == {SUBJECT: "update"}


def drift_is_shown_and_mended_alone(life: Life) -> None:
    name, column, value = life.case.drift
    before = life.row()[column]
    mark = "\n" + before.rpartition("\n")[2] if column == "description" else ""
    life.lab.simulator.edit(life.case.table, life.key, **{column: value + mark if mark else value})
    preview = life.lab.preview(life.case.program(), refresh=True)
    assert preview.changes == {SUBJECT: "update"}
    assert set(preview.steps[SUBJECT].diff) == {name}
    life.writes()
    run = life.lab.up(life.case.program(), refresh=True)
    assert run.changes == {SUBJECT: "update"}
    (write,) = life.writes()
    assert list(write.body) == [column]
    assert life.row()[column] == before


def what_is_unset_is_left_alone(life: Life) -> None:
    life.lab.simulator.edit(life.case.table, life.key, enabled=False)
    assert life.lab.up(life.case.program(), refresh=True).changes == {}
    assert life.row()["enabled"] is False


def ignored_changes_are_ignored(life: Life) -> None:
    name, value = life.case.edit
    opts = pulumi.ResourceOptions(ignore_changes=[name])
    assert life.lab.preview(life.case.program(opts, **{name: value})).changes == {}


def replace_on_changes_replaces(life: Life) -> None:
    name, value = life.case.edit
    opts = pulumi.ResourceOptions(replace_on_changes=[name])
    preview = life.lab.preview(life.case.program(opts, **{name: value}))
    assert preview.steps[SUBJECT].op == "replace"


def replace_deletes_and_creates(life: Life) -> None:
    name, value = life.case.replace
    program = life.case.program(**{name: value})
    assert life.lab.preview(program).steps[SUBJECT].op == "replace"
    old = life.key
    run = life.lab.up(program)
    life.key = key_of(run)
    assert life.key != old
    assert old not in [row["$key"] for row in life.lab.simulator.rows(life.case.table)]
    life.key = key_of(life.lab.up(life.case.program()))


def what_was_deleted_is_made_again(life: Life) -> None:
    life.lab.simulator.remove(life.case.table, life.key)
    preview = life.lab.preview(life.case.program(), refresh=True)
    assert preview.steps[SUBJECT].op in ("create", "delete"), preview.steps
    run = life.lab.up(life.case.program(), refresh=True)
    life.key = key_of(run)
    assert life.row()


def get_reads_without_managing(life: Life) -> None:
    kind: Any = life.case.kind

    def program() -> None:
        life.case.declare()
        pulumi.export("name", kind.get("foreign", id=str(life.key)).name)

    run = life.lab.up(program)
    assert run.outputs["name"] == life.row()["name"]


def destroy_leaves_nothing(life: Life) -> None:
    life.lab.destroy()


STEPS = [
    preview_is_free,
    up_creates,
    up_again_changes_nothing,
    refresh_changes_nothing,
    edit_shows_and_writes_one_field,
    drift_is_shown_and_mended_alone,
    what_is_unset_is_left_alone,
    ignored_changes_are_ignored,
    replace_on_changes_replaces,
    replace_deletes_and_creates,
    what_was_deleted_is_made_again,
    get_reads_without_managing,
    destroy_leaves_nothing,
]


@pytest.mark.fault(59, 60, 64)
@pytest.mark.parametrize("name", CASES)
def test_lifecycle(name: str, lab: Lab) -> None:
    before = lab.simulator.snapshot()
    life = Life(lab, CASES[name])
    for step in STEPS:
        step(life)
    assert lab.simulator.snapshot() == before
    assert lab.simulator.counters().unknown_columns == {}
