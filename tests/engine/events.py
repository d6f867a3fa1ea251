"""What happens to stacks in ordinary life, done to many kinds of resources at once, and the judge of what came of it.

Each event is a function that is given a stack which is up, and subjects of `kinds.SUBJECTS` to which it shall happen.
Another stack with the same names in its program, and rows that people made with the same names in VergeOS, are there
from the start. Nothing but the stack's own rows may ever be written to; the requests of each run are looked through.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pulumi
import requests

from tests.engine.kinds import SUBJECTS, Item, depth, plot, program
from tests.engine.lab import Lab, Run
from verge_pulumi.client import as_key
from verge_pulumi.engine.declaring.lives import ShownOnce
from verge_pulumi.engine.ownership.mark import Mark, without_mark
from verge_pulumi.simulator import Options, Request, Simulator
from verge_pulumi.simulator.errors import ApiError

Rows = dict[str, dict[str, dict[str, Any]]]
"""Rows by table and key."""

KEY = "events"
"""The API key of the simulator."""

ACTIONS = {
    "vm_actions": ("vms", "vm"),
    "vnet_actions": ("vnets", "vnet"),
    "snapshot_profile_actions": ("snapshot_profiles", "snapshot_profile"),
}
"""Tables of actions, and which argument names the row that each is about."""


COUNTED = ("cluster_status",)
"""Tables that VergeOS counts together from others."""

MANAGED = frozenset(subject.table for subject in SUBJECTS.values())
"""Tables of which programs declare rows; those of the others come along with these, such as the status of a machine."""

SIDE = ("vms", "machine_status", "vnet_rules", "vnet_bgp_router_commands", "permissions")
"""Of these tables, too, one more object has rows beside its own, such as the permissions that a new user gets."""

COPIED = ("machine_drives", "machine_nics", "machine_devices", "vms")
"""Tables of which a snapshot holds copies, marks and all."""


def build(folder: Path, cli: Path, kinds: Sequence[str]) -> None:
    """Make what each event begins with: three states of a system, and the states of two stacks of these subjects."""
    folder.mkdir(parents=True, exist_ok=True)
    with Simulator(Options(name="site-a", api_key=KEY)) as simulator:
        tenant = simulator.add("tenants", name="acme")
        states = folder / "state"
        by_hand = Lab(folder / "hand", cli, simulator, project="hand", states=states)
        by_hand.up(program(plot(8, kinds), tenant=tenant))
        for table, rows in rows_of(simulator).items():
            for key, row in rows.items():
                if Mark.of(row.get("description")):
                    simulator.edit(table, as_key(key), description=without_mark(row["description"]))
        command(by_hand, "stack", "rm", "--yes", "--force", "--stack", by_hand.stack_name)
        (folder / "people.json").write_text(json.dumps(rows_of(simulator)))
        witness = Lab(folder / "witness", cli, simulator, project="witness", states=states)
        witness.up(program(plot(9, kinds), tenant=tenant))
        (folder / "before.json").write_text(json.dumps(dial(simulator)))
        Lab(folder / "shop", cli, simulator, states=states).up(program(plot(1, kinds), tenant=tenant))
        (folder / "after.json").write_text(json.dumps(dial(simulator)))


def dial(simulator: Simulator, content: Any = None) -> Any:
    """Return the whole content of a system, or replace it."""
    headers = {"Authorization": f"Bearer {simulator.api_key}"}
    verb = "GET" if content is None else "PUT"
    answer = requests.request(verb, f"{simulator.url}/_sim/state", json=content, headers=headers, timeout=10)
    answer.raise_for_status()
    return answer.json() if content is None else None


def command(lab: Lab, *arguments: str, fails: bool = False) -> str:
    """Run a command of Pulumi about a stack, as a person does."""
    lab._stack(lambda: None)  # its project has to be there
    done = subprocess.run(
        ["pulumi", "--non-interactive", "--color=never", *arguments],
        cwd=lab.folder,
        env=os.environ | lab.environment | {"PATH": f"{lab.cli}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode != 0) == fails, done.stdout + done.stderr
    return done.stdout


def rows_of(simulator: Simulator) -> Rows:
    """Return all rows but those that VergeOS counts together from others."""
    return {table: rows for table, rows in simulator.snapshot().items() if table not in COUNTED}


@dataclass(frozen=True)
class Fault:
    """What is wrong with one subject."""

    subject: str
    text: str


@dataclass
class Stand:
    """A stack to which something happens, and what has to stay as it is meanwhile.

    Attributes:
        lab: The stack.
        tenant: The key of a tenant.
        items: What its program declares by now.
        guarded: The rows of others.
        faults: What was wrong so far.
        folder: Where the projects lie.
        built: What `build` left.
        kinds: The subjects that it was given.
        short: Whether events follow each other, and what comes of all of them is looked at in the end.
        site: The address of the system for a provider that all are given; none if empty.
        runs: How many runs of the engine there were.
    """

    lab: Lab
    tenant: int | str
    items: dict[str, Item]
    guarded: Rows
    folder: Path
    built: Path
    kinds: Sequence[str]
    short: bool = False
    site: str = ""
    faults: list[Fault] = field(default_factory=list)
    runs: int = 0

    def __post_init__(self) -> None:
        self.simulator = self.lab.simulator
        self.first = {name: self.described(item) for name, item in self.items.items()}
        self.counts = self._counts()
        self.more: dict[str, int] = {}
        self.kept: dict[str, set[str]] = {}

    # Doing -----------------------------------------------------------------------------------------------------------

    def run(self, what: str, *, fails: bool | None = False, lab: Lab | None = None, **options: Any) -> Run:
        """Run a command of the engine, and see that it wrote to no row of others."""
        lab = lab or self.lab
        self.simulator.reset("log")
        arguments = () if what == "destroy" else (self.program,)
        run: Run = getattr(lab, what)(*arguments, fails=None, **options)
        self.runs += 1
        if fails is not None and run.failed != fails:
            for severity, name, text in run.messages:
                if severity == "error":
                    self.fault(self.subject_of(name), f"{what}: {text}")
            if not run.failed:
                self.fault("", f"{what} is not refused")
        self.guard(what)
        return run

    @property
    def program(self) -> Callable[[], None]:
        """The program as it is by now."""
        return program(self.items, tenant=self.tenant, site=self.site)

    def other(self, *, project: str = "shop", stack: str = "dev", exists: bool = False) -> Lab:
        """Return another stack, whose state lies beside this one's."""
        folder = self.folder / f"{project}-{stack}"
        return Lab(
            folder, self.lab.cli, self.simulator, project=project, stack=stack, states=self.lab.states, exists=exists
        )

    def change(self, names: Iterable[str], **changes: Any) -> None:
        """Change the declarations of subjects; a callable is given the item."""
        for name in [item.name for item in self.of(names)]:
            item = self.items[name]
            values = {key: value(item) if callable(value) else value for key, value in changes.items()}
            del self.items[item.name]
            changed = replace(item, **values)
            self.items[changed.name] = changed
            self.first[changed.name] = self.first.pop(item.name, None)
            for other in list(self.items.values()):
                self.items[other.name] = _following(other, item.name, changed.name)

    def add(self, item: Item) -> None:
        """Declare one more."""
        self.items[item.name] = item
        table = item.of.table
        self.more[table] = self.more.get(table, 0) + (len(item.said()["rules"]) if item.subject == "Firewall" else 1)

    def edit(self, names: Iterable[str]) -> None:
        """Change a value of each, or change it back."""

        def changes(item: Item) -> dict[str, Any]:
            if item.of.edit is None:
                return dict(item.changes)
            argument, value = item.of.edit
            kept = {name: other for name, other in item.changes.items() if name != argument}
            return kept if argument in item.changes else {**kept, argument: value}

        self.change(names, changes=changes)

    # Looking ---------------------------------------------------------------------------------------------------------

    def of(self, names: Iterable[str], label: str = "ä") -> list[Item]:
        """Return the declarations of subjects."""
        wanted = set(names)
        return [item for item in self.items.values() if item.subject in wanted and item.label == label]

    def state(self) -> dict[str, dict[str, Any]]:
        """Return the state of each resource by its name."""
        path = self.lab.states / ".pulumi" / "stacks" / self.lab.project / f"{self.lab.stack_name}.json"
        resources = json.loads(path.read_text())["checkpoint"]["latest"].get("resources") or ()
        return {
            each["urn"].rpartition("::")[2]: each
            for each in resources
            if "dynamic/vergeos" in each["type"] and not each.get("delete")
        }

    def ids(self) -> dict[str, str]:
        """Return the id of each resource by its name."""
        return {name: each["id"] for name, each in self.state().items()}

    def urns(self, names: Iterable[str]) -> list[str]:
        """Return the URNs of subjects."""
        state = self.state()
        return [state[item.name]["urn"] for item in self.of(names)]

    def described(self, item: Item) -> Any:
        """Return what VergeOS has of what a declaration says; None if it is not there, or not once."""
        held = self.state().get(item.name)
        if held is None:
            return None
        if item.subject == "Firewall":
            keys = {str(key) for key in held["outputs"]["keys"].values()}
            rows = sorted(
                (row for row in self.simulator.rows("vnet_rules") if str(row["$key"]) in keys),
                key=lambda row: row["orderid"],
            )
            return [(row["name"], row["destination_ports"]) for row in rows]
        if item.of.table == "machine_status":
            table, _, key = held["id"].partition("/")
            target = next((row for row in self.simulator.rows(table) if str(row["$key"]) == key), None)
            machine = target["machine"] if target else None
            return [row["running"] for row in self.simulator.rows("machine_status") if row["machine"] == machine]
        row = next((row for row in self.simulator.rows(item.of.table) if str(row["$key"]) == held["id"]), None)
        columns = [
            str(attribute.column)
            for name in item.said()
            if (attribute := item.of.kind.declaration.inputs[name]).column
            and row is not None
            and attribute.column in row
        ]
        found = {column: row[column] for column in columns} if row else None
        if found and "description" in found:
            found["description"] = without_mark(found["description"])
        return found

    def fault(self, subject: str, text: str) -> None:
        """Note that something is wrong."""
        self.faults.append(Fault(subject, text))

    def check(self, subject: str, good: bool, text: str) -> None:
        """Note what is wrong unless it is good."""
        if not good:
            self.fault(subject, text)

    def subject_of(self, name: str) -> str:
        """Return the subject of the resource with a name."""
        item = self.items.get(name)
        return item.subject if item else name.partition("-")[0] if name.partition("-")[0] in SUBJECTS else ""

    # Judging ---------------------------------------------------------------------------------------------------------

    def guard(self, what: str) -> None:
        """See that no row of others was written to: by the requests, and by the rows themselves."""
        for request in self.simulator.requests():
            for table, key in touched(request):
                if key in self.guarded.get(table, {}):
                    self.fault(
                        _subject_at(table),
                        f"{what}: {request.verb} {request.path} {request.body} is about a row of others",
                    )
        now = rows_of(self.simulator)
        for table, rows in self.guarded.items():
            for key, row in rows.items():
                if (live := now[table].get(key)) != row:
                    changed = "gone" if live is None else [name for name in row if live[name] != row[name]]
                    self.fault(
                        _subject_at(table), f"{what}: row {key} of {table}, which is another's, is changed: {changed}"
                    )

    def guard_more(self) -> None:
        """From now on nothing that is there may be written to."""
        self.guarded = rows_of(self.simulator)

    def settled(self) -> None:
        """See that each is there once with what the program says, and that one more run changes nothing."""
        if self.short:
            return
        run = self.run("up")
        for name, op in run.changes.items():
            self.fault(self.subject_of(name), f"one more up makes: {op} {name} {run.steps[name].diff}")
        ids = self.ids()
        for name, item in self.items.items():
            self.check(item.subject, name in ids, f"{name} is not in the state")
            live, first = self.described(item), self.first.get(name)
            self.check(item.subject, live not in (None, []), f"{name} is not in VergeOS")
            if first and live and live != first and not item.changes:
                self.fault(item.subject, f"{name} is {live} and was {first}")
        for name in set(ids) - set(self.items):
            self.fault(self.subject_of(name), f"{name} is in the state and not in the program")
        counts = self._counts()
        for table in counts.keys() | self.counts.keys():
            wanted = self.counts.get(table, 0) + self.more.get(table, 0)
            # What else VergeOS makes for one more of a kind is not counted.
            exact = not self.more or (table in MANAGED and table not in SIDE)
            if exact and counts.get(table, 0) != wanted:
                self.fault(_subject_at(table), f"{counts.get(table, 0)} rows of {table} instead of {wanted}")
        held = self.state()
        keys = {key for each in held.values() for key in (each["id"], *(each["outputs"].get("keys") or {}).values())}
        for table, rows in rows_of(self.simulator).items():
            for key in rows.keys() - self.guarded.get(table, {}).keys() - keys - self.kept.get(table, set()):
                if (
                    (mark := Mark.of(rows[key].get("description")))
                    and not rows[key].get("is_snapshot")
                    and table not in COPIED
                ):
                    self.fault(_subject_at(table), f"row {key} of {table} bears {mark} and is in no state")

    def gone(self) -> None:
        """Destroy, and see that nothing but what was there before is left."""
        self.run("destroy")
        left = {table: count for table, count in self._counts().items() if count}
        for table in left:
            self.fault(_subject_at(table), f"{left[table]} rows of {table} outlive a destroy")

    def _counts(self) -> dict[str, int]:
        now = rows_of(self.simulator)
        return {table: len(rows.keys() - self.guarded.get(table, {}).keys()) for table, rows in now.items() if rows}


def touched(request: Request) -> list[tuple[str, str]]:
    """Return the rows that a request which was applied is about."""
    parts = request.path.split("/")[3:]
    if not request.applied or request.verb == "GET" or not parts:
        return []
    table, body = parts[0], request.body if isinstance(request.body, dict) else {}
    if table in ACTIONS:
        table, argument = ACTIONS[table]
        return [(table, str(body.get(argument)))]
    return [(table, parts[1])] if len(parts) > 1 else []


def _subject_at(table: str) -> str:
    return next((name for name, subject in SUBJECTS.items() if subject.table == table), "")


def _following(item: Item, old: str, new: str) -> Item:
    """Return a declaration that refers to what has another name by now."""
    on = {argument: f"{subject}-{item.label}" for argument, subject in item.of.on.items()} | dict(item.on)
    return (
        replace(item, on={argument: new if name == old else name for argument, name in on.items()})
        if old in on.values()
        else item
    )


def by_depth(names: Iterable[str]) -> list[list[str]]:
    """Return subjects in groups of which none is within another of the same group, what is within others first."""
    wanted = list(names)
    groups = [[name for name in wanted if depth(name) == level] for level in (3, 2, 1, 0)]
    return [group for group in groups if group]


# Events --------------------------------------------------------------------------------------------------------------

Happening = Callable[[Stand, Sequence[str]], None]
EVENTS: dict[str, Happening] = {}
"""What may happen, in words."""


def event(words: str) -> Callable[[Happening], Happening]:
    """Register what happens."""

    def register(happening: Happening) -> Happening:
        EVENTS[words] = happening
        return happening

    return register


def _replaced(stand: Stand, names: Sequence[str], force: Callable[[Sequence[str]], dict[str, Any]]) -> None:
    """Replace each group; what is within it follows, and nothing else is new."""
    for group in by_depth(names):
        before = stand.ids()
        run = stand.run("up", **force(group))
        after = stand.ids()
        for item in stand.of(group):
            op = run.steps[item.name].op if item.name in run.steps else "nothing"
            stand.check(item.subject, op == "replace", f"{op} instead of a replacement")
            new = before[item.name] != after.get(item.name) or "/" in before[item.name]
            stand.check(item.subject, new, "is the same row after its replacement")
        following = {name for name in SUBJECTS if _within_any(name, group)}
        for item in stand.items.values():
            if item.subject not in following and before[item.name] != after.get(item.name):
                stand.fault(item.subject, f"{item.name} is another row, though only {group} was replaced")
    stand.settled()


def _within_any(name: str, group: Collection[str]) -> bool:
    subject = SUBJECTS[name]
    return name in group or any(_within_any(other, group) for other in (*subject.on.values(), *subject.waits))


@event("replaced by up --replace")
def replaced_by_option(stand: Stand, names: Sequence[str]) -> None:
    _replaced(stand, names, lambda group: {"replace": stand.urns(group)})


@event("replaced after state taint")
def tainted(stand: Stand, names: Sequence[str]) -> None:
    def taint(group: Sequence[str]) -> dict[str, Any]:
        for urn in stand.urns(group):
            command(stand.lab, "state", "taint", urn, "--stack", stand.lab.stack_name)
        return {}

    _replaced(stand, names, taint)


@event("replaced by a replacement_trigger")
def triggered(stand: Stand, names: Sequence[str]) -> None:
    stand.change(names, opts={"replacement_trigger": "1"})
    stand.run("up")

    def trigger(group: Sequence[str]) -> dict[str, Any]:
        stand.change(group, opts={"replacement_trigger": "2"})
        return {}

    _replaced(stand, names, trigger)


@event("renamed with an alias")
def renamed_with_alias(stand: Stand, names: Sequence[str]) -> None:
    _kept(
        stand,
        names,
        {"name": lambda item: f"{item.name}-new", "opts": lambda item: {"aliases": [pulumi.Alias(name=item.name)]}},
    )
    stand.edit(names)
    stand.run("up")
    state = stand.state()
    for item in stand.of(names):
        row = next(
            (row for row in stand.simulator.rows(item.of.table) if str(row["$key"]) == state[item.name]["id"]), {}
        )
        if mark := Mark.of(row.get("description")):
            wanted = Mark.new("", item.name, "").name
            stand.check(
                item.subject, mark.name == wanted, f"the mark says {mark.name} after a write instead of {wanted}"
            )
    stand.settled()


@event("moved into a component with an alias")
def moved_with_alias(stand: Stand, names: Sequence[str]) -> None:
    alias = pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE)
    _kept(stand, names, {"group": "box", "opts": {"aliases": [alias]}})


def _kept(stand: Stand, names: Sequence[str], changes: Mapping[str, Any]) -> None:
    """Change how resources are called; nothing is written, and they are the same rows."""
    before = sorted(stand.ids().values())
    stand.change(names, **changes)
    run = stand.run("up")
    for name, op in run.changes.items():
        if name != "box":
            stand.fault(stand.subject_of(name), f"{op} though it has an alias")
    for request in stand.simulator.requests():
        if request.applied:
            stand.fault(
                _subject_at(request.path.split("/")[3]), f"{request.verb} {request.path} though nothing changed"
            )
    stand.check("", sorted(stand.ids().values()) == before, "the rows are not the same")
    stand.change(names, opts={})
    stand.settled()


@event("renamed without an alias")
def renamed(stand: Stand, names: Sequence[str]) -> None:
    _called_otherwise(stand, names, {"name": lambda item: f"{item.name}-new"})


@event("moved into a component without an alias")
def moved(stand: Stand, names: Sequence[str]) -> None:
    _called_otherwise(stand, names, {"group": "box"})


def _called_otherwise(stand: Stand, names: Sequence[str], changes: Mapping[str, Any]) -> None:
    """Change how resources are called without an alias: refused in the preview, or a new row and the old one gone."""
    for name in [name for name in names if SUBJECTS[name].unique]:
        items, first = dict(stand.items), dict(stand.first)
        stand.change([name], **changes)
        run = stand.run("preview", fails=True)
        text = " ".join(run.errors)
        stand.check(name, "aliases" in text and f"'{name}-" in text, f"the preview says: {text}")
        stand.items, stand.first = items, first
    others = [name for name in names if not SUBJECTS[name].unique]
    for group in by_depth(others):
        stand.change(group, **changes)
        stand.run("up")
    stand.settled()


def _twins(stand: Stand, names: Sequence[str], called: Callable[[str], str]) -> None:
    """Declare one more of each: within the same parent where that takes two, else within one of its own."""
    first = min(item.number for item in stand.items.values())
    for name in names:
        subject = SUBJECTS[name]
        if subject.twin is None:
            for each in _parents(name):
                if f"{each}-b" not in stand.items:
                    stand.add(Item(name=f"{each}-b", subject=each, number=first + 2, label="b"))
    for name in names:
        subject, on = SUBJECTS[name], {}
        if subject.twin is None:
            on = {argument: f"{each}-b" for argument, each in subject.on.items()}
        else:
            on = {argument: next(item.name for item in stand.of([each])) for argument, each in subject.on.items()}
        number = first + 1
        stand.add(Item(name=called(name), subject=name, number=number, label="twin", on=on, changes=subject.twin or {}))


def _parents(name: str) -> list[str]:
    """Return what one is within, the outermost first."""
    subject = SUBJECTS[name]
    return [each for other in subject.on.values() for each in (*_parents(other), other)]


@event("the old name given to a new one")
def name_given_on(stand: Stand, names: Sequence[str]) -> None:
    before = stand.ids()
    aliases = {"opts": lambda item: {"aliases": [pulumi.Alias(name=item.name)]}}
    stand.change(names, name=lambda item: f"{item.name}-old", **aliases)
    stand.run("up")
    stand.change(names, opts={})
    _twins(stand, names, lambda name: f"{name}-ä")
    stand.run("up")
    after = stand.ids()
    for item in stand.of(names):
        stand.check(item.subject, after.get(item.name) == before[item.name.removesuffix("-old")], "is another row now")
    stand.settled()


@event("names that differ only outside ASCII")
def alike_names(stand: Stand, names: Sequence[str]) -> None:
    before = stand.ids()
    _twins(stand, names, lambda name: f"{name}-ö")
    stand.run("up")
    after = stand.ids()
    for item in stand.of(names):
        stand.check(item.subject, after.get(item.name) == before[item.name], "is another row now")
        stand.check(item.subject, after.get(f"{item.subject}-ö") != before[item.name], "two are one row")
    stand.settled()


def _goes_on(stand: Stand, names: Sequence[str]) -> None:
    """See that a stack goes on: refresh, changes, children, and the end."""
    if not stand.short:
        run = stand.run("refresh")
        for name, op in run.changes.items():
            stand.fault(stand.subject_of(name), f"a refresh says {op}")
    before = stand.ids()
    stand.edit(names)
    new = [name for name in names if SUBJECTS[name].twin is not None and f"{name}-ö" not in stand.items]
    if stand.short:
        _twins(stand, new, lambda name: f"{name}-ö")
    run = stand.run("up", refresh=stand.short)
    after = stand.ids()
    for item in stand.of(names):
        op, wanted = run.changes.get(item.name, "nothing"), "update" if item.of.edit else "nothing"
        stand.check(item.subject, op == wanted, f"{op} instead of {wanted}")
        stand.check(item.subject, after.get(item.name) == before.get(item.name), "is another row now")
    if not stand.short:
        _twins(stand, new, lambda name: f"{name}-ö")
        stand.run("up")
        stand.settled()
        stand.gone()


@event("stack renamed")
def stack_renamed(stand: Stand, names: Sequence[str]) -> None:
    command(stand.lab, "stack", "rename", "dev2", "--stack", "dev")
    stand.lab = stand.other(stack="dev2", exists=True)
    _goes_on(stand, names)


@event("project renamed")
def project_renamed(stand: Stand, names: Sequence[str]) -> None:
    command(stand.lab, "stack", "rename", "organization/store/prod", "--stack", stand.lab.stack_name)
    stand.lab = stand.other(project="store", stack="prod", exists=True)
    _goes_on(stand, names)


@event("moved to a stack of another project")
def moved_to_another_stack(stand: Stand, names: Sequence[str]) -> None:
    source = stand.lab
    stand.lab = stand.other(project="store", stack="prod")
    command(stand.lab, "stack", "--stack", "prod")  # makes it
    every = [each["urn"] for each in _state_of(source).values()]
    command(
        source,
        "state",
        "move",
        "--yes",
        "--source",
        "organization/shop/dev",
        "--dest",
        "organization/store/prod",
        *every,
    )
    run = stand.run("up")
    for name, op in run.changes.items():
        stand.fault(stand.subject_of(name), f"{op} after it was moved")
    rows = rows_of(stand.simulator)
    guarded, stand.guarded = stand.guarded, rows
    run = stand.run("up", lab=source, fails=True, continue_on_error=True)
    for item in stand.of(names):
        if depth(item.subject) == 0 and item.of.unique:
            told = [text for _, name, text in run.messages if name == item.name]
            stand.check(item.subject, "adopt=True" in " ".join(told), f"the source says {told}")
    stand.run("destroy", lab=source)
    stand.guarded = guarded
    _goes_on(stand, names)


def _state_of(lab: Lab) -> dict[str, Any]:
    path = lab.states / ".pulumi" / "stacks" / lab.project / f"{lab.stack_name}.json"
    resources = json.loads(path.read_text())["checkpoint"]["latest"].get("resources") or ()
    return {each["urn"]: each for each in resources if "dynamic/vergeos" in each["type"]}


@event("a new stack under the old name")
def name_of_stack_given_on(stand: Stand, names: Sequence[str]) -> None:
    old = stand.lab
    command(old, "stack", "rename", "dev2", "--stack", "dev")
    stand.lab = stand.other(stack="dev2", exists=True)
    stranger = Lab(stand.folder / "new", old.cli, stand.simulator, states=old.states)
    guarded, stand.guarded = stand.guarded, rows_of(stand.simulator)
    run = stand.run("up", lab=stranger, fails=True, continue_on_error=True)
    for item in stand.of(names):
        if depth(item.subject) == 0 and item.of.unique:
            told = " ".join(text for _, name, text in run.messages if name == item.name)
            whose = "shop/dev as " if item.of.kind.declaration.markable else "no stack manages it"
            stand.check(item.subject, whose in told and "adopt=True" in told, f"is not refused: {told}")
    stand.run("destroy", lab=stranger)
    stand.guarded = guarded
    _goes_on(stand, names)


@event("stack removed and made again")
def made_again(stand: Stand, names: Sequence[str]) -> None:
    stand.items = plot(1, names)
    stand.run("up")
    stand.counts = stand._counts()
    before = stand.ids()
    command(stand.lab, "stack", "rm", "--yes", "--force", "--stack", "dev")
    stand.lab = Lab(stand.folder / "again", stand.lab.cli, stand.simulator, states=stand.lab.states)
    guarded, stand.guarded = stand.guarded, rows_of(stand.simulator)
    run = stand.run("up", fails=True, continue_on_error=True)
    for item in stand.of(names):
        if depth(item.subject) == 0 and item.of.unique:
            told = " ".join(text for _, name, text in run.messages if name == item.name)
            stand.check(item.subject, "adopt=True" in told, f"is not refused: {told}")
    stand.run("destroy")
    stand.guarded = guarded
    _adopted(stand, stand.items, before)
    stand.settled()


@event("forgotten by state delete")
def forgotten(stand: Stand, names: Sequence[str]) -> None:
    """What has no unique name cannot be found again without evidence; one with a mark is seen all the same."""
    before = stand.ids()
    for group in by_depth(names):
        if any(_within_any(item.subject, group) and item.subject not in group for item in stand.items.values()):
            group = [
                name for name in group if not any(_within_any(other, [name]) for other in SUBJECTS if other != name)
            ]
        if not group:
            continue
        for urn in stand.urns(group):
            command(stand.lab, "state", "delete", "--yes", urn, "--stack", stand.lab.stack_name)
        guarded, stand.guarded = stand.guarded, rows_of(stand.simulator)
        run = stand.run("up", fails=True, continue_on_error=True)
        for name in group:
            told = " ".join(text for _, other, text in run.messages if other == f"{name}-ä")
            stand.check(name, "adopt=True" in told, f"is not refused: {told}")
        stand.guarded = guarded
        _adopted(stand, [f"{name}-ä" for name in group], before)
    stand.settled()


def _adopted(stand: Stand, names: Iterable[str], before: Mapping[str, str]) -> None:
    """Say adopt=True, and see that all are the rows that they were."""
    wanted = {stand.items[name].subject for name in names}
    stand.change(wanted, changes={"adopt": True})
    stand.run("up")
    after = stand.ids()
    for item in stand.of(wanted):
        stand.check(item.subject, after.get(item.name) == before[item.name], "adopted another row, or none")
    stand.change(wanted, changes={})
    stand.run("up")


@event("state copied into a second stack")
def copied(stand: Stand, names: Sequence[str]) -> None:
    path = stand.folder / "export.json"
    command(stand.lab, "stack", "export", "--stack", "dev", "--file", str(path))
    path.write_text(path.read_text().replace("urn:pulumi:dev::", "urn:pulumi:copy::"))
    first, second = stand.lab, stand.other(stack="copy")
    command(second, "stack", "--stack", "copy")
    command(second, "stack", "import", "--force", "--stack", "copy", "--file", str(path))
    guarded, stand.guarded = stand.guarded, rows_of(stand.simulator)
    items, known = dict(stand.items), dict(stand.first)
    stand.lab = second
    stand.edit(names)
    for what in ("preview", "up", "destroy"):
        options: dict[str, Any] = {} if what == "preview" else {"continue_on_error": True}
        run = stand.run(what, fails=True, **options)
        told = " ".join(run.errors)
        stand.check("", "managed by the stack shop/dev too" in told and "state delete" in told, f"{what} says {told}")
        if what != "preview":
            for name, step in run.steps.items():
                refused = any(other == name and severity == "error" for severity, other, _ in run.messages)
                stand.check(
                    stand.subject_of(name), refused or step.op in ("same", "refresh"), f"{what}: {step.op} in the copy"
                )
    stand.lab, stand.guarded, stand.items, stand.first = first, guarded, items, known
    _goes_on(stand, names)


COPIES: Mapping[str, Mapping[str, str]] = {
    "Address": {"ip": "10.1.0.99"},
    "NetworkBlock": {"cidr": "10.1.9.0/28"},
    "HostOverride": {"host": "copy"},
    "DnsZone": {"domain": "copy.example"},
}
"""What a copy has to have of its own, where that is no name."""


@event("rows copied by hand with their descriptions")
def rows_copied(stand: Stand, names: Sequence[str]) -> None:
    """The copies of what is within something are within somebody else's."""
    held, before = stand.state(), rows_of(stand.simulator)
    for item in stand.of(names):
        declaration = item.of.kind.declaration
        if declaration.table in ("machine_status", "vnet_rules") and item.subject != "NetworkRule":
            continue
        row = next(row for row in stand.simulator.rows(declaration.table) if str(row["$key"]) == held[item.name]["id"])
        other = next(iter(stand.guarded[declaration.table].values()))
        copy = {name: value for name, value in row.items() if name != "$key" and value is not None}
        if declaration.parent and declaration.parent.column:
            copy[declaration.parent.column] = other[declaration.parent.column]
        if isinstance(copy.get("name"), str):
            copy["name"] += "-copy"
        copy |= COPIES.get(item.subject, {})
        with suppress(ApiError):  # of some VergeOS itself takes no second one
            stand.simulator.add(declaration.table, **copy)
    _guard_new(stand, before)
    _goes_on(stand, names)


@event("rules copied within their network")
def rules_copied(stand: Stand, names: Sequence[str]) -> None:
    before = rows_of(stand.simulator)
    for item in stand.of(names):
        held = stand.state()[item.name]
        for key in (held["outputs"].get("keys") or {"": held["id"]}).values():
            row = next(row for row in stand.simulator.rows("vnet_rules") if str(row["$key"]) == key)
            copy = {name: value for name, value in row.items() if name != "$key" and value is not None}
            stand.simulator.add("vnet_rules", **{**copy, "name": f"{copy['name']}-copy"})
    _guard_new(stand, before)
    run = stand.run("refresh")
    for name, op in run.changes.items():
        stand.fault(stand.subject_of(name), f"a refresh says {op}")
    stand.edit(names)
    stand.run("up")
    stand.settled()


def _guard_new(stand: Stand, before: Rows) -> None:
    """Count rows that were made since as those of others."""
    for table, rows in rows_of(stand.simulator).items():
        keys = stand.guarded.get(table, {}).keys() | (rows.keys() - before.get(table, {}).keys())
        stand.guarded[table] = {key: rows[key] for key in keys}


def _rolled_back(stand: Stand, names: Sequence[str], *, marked: bool) -> None:
    """Go back to before the stack was made; a stranger makes the same, and gets the same keys."""
    dial(stand.simulator, json.loads((stand.built / "before.json").read_text()))
    stranger = stand.other(project="stranger")
    stand.run("up", lab=stranger)
    if not marked:
        for table, rows in rows_of(stand.simulator).items():
            for key, row in rows.items():
                if key not in stand.guarded.get(table, {}) and Mark.of(row.get("description")):
                    stand.simulator.edit(table, as_key(key), description=without_mark(row["description"]))
    stand.guard_more()
    path = stand.lab.states / ".pulumi" / "stacks" / "shop" / "dev.json"
    state = path.read_text()
    for group in by_depth(names):
        # What is within what cannot be updated is not even tried, so that is left as it is.
        stand.edit(group)
        run = stand.run("up", fails=True, continue_on_error=True)
        for item in stand.of(group):
            refused = any(name == item.name and severity == "error" for severity, name, _ in run.messages)
            stand.check(item.subject, refused or not item.of.edit, f"is updated: {run.steps.get(item.name)}")
        stand.edit(group)
        path.write_text(state)
    stand.run("destroy", fails=None, continue_on_error=True)
    path.write_text(state)
    run = stand.run("refresh", fails=None)
    for item in stand.of(names):
        op = run.steps[item.name].op if item.name in run.steps else "nothing"
        refused = any(name == item.name and severity == "error" for severity, name, _ in run.messages)
        stand.check(item.subject, op == "delete" or refused, f"a refresh says {op} and keeps a stranger's row")


@event("system rolled back, keys given to another stack")
def keys_of_another_stack(stand: Stand, names: Sequence[str]) -> None:
    _rolled_back(stand, names, marked=True)


@event("system rolled back, keys given to rows without a mark")
def keys_of_people(stand: Stand, names: Sequence[str]) -> None:
    _rolled_back(stand, names, marked=False)


@event("all creates cut off")
def cut_off(stand: Stand, names: Sequence[str]) -> None:
    """The rows are there, and the state has only the pending operations that the engine had noted before."""
    before = stand.ids()
    path = stand.lab.states / ".pulumi" / "stacks" / "shop" / "dev.json"
    whole = json.loads(path.read_text())
    latest = whole["checkpoint"]["latest"]
    below = {name for name, item in stand.items.items() if _within_any(item.subject, names)}
    lost = [each for each in latest["resources"] if each["urn"].rpartition("::")[2] in below]
    latest["resources"] = [each for each in latest["resources"] if each not in lost]
    latest["pending_operations"] = [
        {"type": "creating", "resource": {key: value for key, value in each.items() if key not in ("id", "outputs")}}
        for each in lost
    ]
    path.write_text(json.dumps(whole))
    stand.run("up")
    after = stand.ids()
    for name in below:
        subject = stand.subject_of(name)
        # Of a secret that only the lost answer showed the row is no use.
        again = isinstance(SUBJECTS[subject].kind.declaration.life, ShownOnce)
        found = (after.get(name) == before[name]) != again
        stand.check(subject, found, f"{after.get(name)} was found instead of {before[name]}")
    stand.settled()


@event("two stacks of the same names")
def two_stacks(stand: Stand, names: Sequence[str]) -> None:
    """First one of them goes on and ends, then the other; in its eyes the first never was."""
    _goes_on(stand, names)
    stand.lab, stand.items = stand.other(project="witness", exists=True), plot(9, stand.kinds)
    people, now = json.loads((stand.built / "people.json").read_text()), rows_of(stand.simulator)
    stand.guarded = {table: {key: now[table][key] for key in rows} for table, rows in people.items()}
    stand.first, stand.more, stand.counts = {}, {}, stand._counts()
    _goes_on(stand, names)


@event("another provider of the same system")
def another_provider(stand: Stand, names: Sequence[str]) -> None:
    before = stand.ids()
    stand.site = stand.simulator.url
    stand.run("up")
    stand.settled()
    stand.check("", stand.ids().keys() == before.keys(), "some are missing")


@event("replaced with retain_on_delete")
def retained(stand: Stand, names: Sequence[str]) -> None:
    """What is unique cannot be made beside the one that is kept; of the rest there are two, and one is nobody's."""
    leaves = [name for name in names if not any(_within_any(other, [name]) for other in SUBJECTS if other != name)]
    unique = [name for name in leaves if SUBJECTS[name].unique]
    others = [name for name in leaves if name not in unique]
    stand.change(leaves, opts={"retain_on_delete": True})
    stand.run("up")
    if others:
        before = stand.ids()
        stand.run("up", replace=stand.urns(others))
        after, held = stand.ids(), stand.state()
        for name in others:
            stand.check(name, before[f"{name}-ä"] != after[f"{name}-ä"], "is the same row")
            table = SUBJECTS[name].table
            stand.more[table] = stand.more.get(table, 0) + 1
            stand.kept.setdefault(table, set()).add(before[f"{name}-ä"])
            stand.check(name, f"{name}-ä" in held, "is lost")
    state = (stand.lab.states / ".pulumi" / "stacks" / "shop" / "dev.json").read_text()
    if unique:
        rows = rows_of(stand.simulator)
        urns = stand.urns(unique)
        guarded, stand.guarded = stand.guarded, rows
        run = stand.run("up", replace=urns, fails=True, continue_on_error=True)
        for name in unique:
            told = " ".join(text for _, other, text in run.messages if other == f"{name}-ä")
            stand.check(name, bool(told), "is not refused")
        stand.guarded = guarded
        (stand.lab.states / ".pulumi" / "stacks" / "shop" / "dev.json").write_text(state)
    stand.settled()


@event("replaced with delete_before_replace=False")
def made_first(stand: Stand, names: Sequence[str]) -> None:
    leaves = [name for name in names if not any(_within_any(other, [name]) for other in SUBJECTS if other != name)]
    stand.change(leaves, opts={"delete_before_replace": False})
    stand.run("up")
    unique = [name for name in leaves if SUBJECTS[name].unique]
    others = [name for name in leaves if name not in unique]
    if others:
        before = stand.ids()
        stand.run("up", replace=stand.urns(others))
        for name in others:
            stand.check(name, before[f"{name}-ä"] != stand.ids().get(f"{name}-ä"), "is the same row")
    if unique:
        guarded, stand.guarded = stand.guarded, rows_of(stand.simulator)
        run = stand.run("up", replace=stand.urns(unique), fails=True, continue_on_error=True)
        for name in unique:
            told = " ".join(text for _, other, text in run.messages if other == f"{name}-ä")
            stand.check(name, "Unable to create" in told, f"is not refused: {told}")
        stand.guarded = guarded
    stand.settled()


@event("unique names exchanged")
def exchanged(stand: Stand, names: Sequence[str]) -> None:
    able = [name for name in names if SUBJECTS[name].unique and SUBJECTS[name].twin is not None]
    _twins(stand, able, lambda name: f"{name}-ö")
    stand.run("up")
    guarded, stand.guarded = stand.guarded, rows_of(stand.simulator)
    for name in able:
        items = dict(stand.items)
        one, two = (stand.items[f"{name}-{label}"] for label in "äö")
        keys = SUBJECTS[name].kind.declaration.unique
        said = {each.name: {key: value for key, value in each.said().items() if key in keys} for each in (one, two)}
        stand.items[one.name] = replace(one, changes={**one.changes, **said[two.name]})
        stand.items[two.name] = replace(two, changes={**two.changes, **said[one.name]})
        run = stand.run("preview", fails=True)
        stand.check(name, "a third name in a run of its own" in " ".join(run.errors), f"the preview says {run.errors}")
        stand.items = items
    stand.guarded = guarded


@event("a network replaced that others refer to")
def referred_to(stand: Stand, names: Sequence[str]) -> None:
    for number, argument in enumerate(("uplink", "default_gateway", "network_dns", "port_mirroring_network"), 4):
        extra = Item(
            name=f"Network-{argument}", subject="Network", number=number, label=argument, on={argument: "Network-ä"}
        )
        stand.add(replace(extra, changes={"port_mirroring": "north_south"} if "mirror" in argument else {}))
    stand.run("up")
    _replaced(stand, ["Network"], lambda group: {"replace": stand.urns(group)})
    if not stand.short:
        stand.gone()


_ONE = "a network has one proxy, so VergeOS holds no copy of it"
_RULES_ONLY = "there are copies within the same parent of rules only; others are copied elsewhere"
_UNKNOWABLE = "without a mark and a unique name nothing tells a forgotten row from one that was never ours"
_SWITCH = "a power that is forgotten and declared again switches what is switched so already"
_EQUAL = (
    "VergeOS draws nothing for such a row, so nothing tells one that a stranger has made just the same under its key"
)
_SHARED = "the power that is retained stays on, and that is what the new one says"
_TRUSTED = "VergeOS refuses a second row for a certificate, so none is made beside the one that is to go"

EXCEPTIONS: dict[tuple[str, str], str] = {
    ("rows copied by hand with their descriptions", "NetworkProxy"): _ONE,
    **{
        ("rules copied within their network", name): _RULES_ONLY
        for name in SUBJECTS
        if name not in ("NetworkRule", "Firewall")
    },
    **{
        (what, name): _UNKNOWABLE
        for what in ("forgotten by state delete", "stack removed and made again")
        for name, subject in SUBJECTS.items()
        if not subject.unique and not subject.kind.declaration.markable and subject.table != "machine_status"
    },
    **{("forgotten by state delete", name): _SWITCH for name in ("Power", "PowerOfNetwork")},
    **{
        (what, name): _EQUAL
        for what in EVENTS
        for name in ("AuthSource", "Permission", "RootCertificate", "Webhook")
        if what.startswith("system rolled back")
    },
    **{("replaced with retain_on_delete", name): _SHARED for name in ("Power", "PowerOfNetwork")},
    **{
        (what, "RootCertificate"): _TRUSTED
        for what in (
            "replaced with retain_on_delete",
            "replaced with delete_before_replace=False",
            "renamed without an alias",
            "moved into a component without an alias",
        )
    },
}
"""Where VergeOS or Pulumi leave no choice, by event and subject, with the reason."""


ENDS = frozenset(name for name in EVENTS if name.startswith("system rolled back")) | {"two stacks of the same names"}
"""Events after which a stack is gone."""


def happen(stand: Stand, what: str, names: Iterable[str]) -> list[str]:
    """Let an event happen to subjects; return those to which it can."""
    able = [name for name in names if (what, name) not in EXCEPTIONS]
    EVENTS[what](stand, able)
    # It may happen to the whole stack.
    stand.faults = [fault for fault in stand.faults if (what, fault.subject) not in EXCEPTIONS]
    return able


@contextmanager
def stand(built: Path, folder: Path, cli: Path, kinds: Sequence[str]) -> Iterator[Stand]:
    """Provide a stack of these subjects that is up, as `build` left it."""
    shutil.copytree(built / "state", folder / "state")
    with Simulator(Options(name="site-a", api_key=KEY)) as simulator:
        dial(simulator, json.loads((built / "before.json").read_text()))
        guarded = rows_of(simulator)
        dial(simulator, json.loads((built / "after.json").read_text()))
        lab = Lab(folder / "shop", cli, simulator, states=folder / "state", exists=True)
        tenant = simulator.rows("tenants")[-1]["$key"]
        yield Stand(lab, tenant, plot(1, kinds), guarded, folder, built, kinds)
