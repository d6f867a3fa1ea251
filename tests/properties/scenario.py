"""A VergeOS with strangers' rows and two stacks; after each step it sees that nothing is doubled, lost or touched.

Whose a row is, the scenario knows by watching and not by marks or keys: each row that appears during a command is the
stack's that ran it, and everything else is somebody else's.

Every step has plain arguments and is kept as text, so that a scenario which fails tells the test that fails with it.
"""

from __future__ import annotations

import functools
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Concatenate, ParamSpec

from tests.properties.engine_model import Declared, Kill, Moment, Result, Saved, Stack, World
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.ownership.mark import Mark
from verge_pulumi.simulator import Simulator
from verge_pulumi.simulator.faults import Fault

P = ParamSpec("P")
Place = tuple[str, str]
"""Table and key of a row."""

Rows = dict[Place, dict[str, Any]]

TABLES = ("vnets", "vms", "machine_drives", "machine_nics", "vnet_hosts")
ACTIONS = {"vm_actions": ("vms", "vm"), "vnet_actions": ("vnets", "vnet")}
"""The table and the column of the row that an action is about."""

STRANGERS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("vnets", {"name": "net-c", "description": "kept by hand"}),
    ("vnets", {"name": "net-d", "description": "[pulumi shop/prod lan 0badcafe]"}),
    ("vms", {"name": "vm-c", "ram": 4096, "description": "kept by hand"}),
    ("vms", {"name": "vm-d", "ram": 4096, "description": "[pulumi shop/prod web 0badcafe]"}),
    ("machine_drives", {"name": "disk", "machine": 0, "disksize": 2**30, "description": "kept by hand"}),
    ("machine_nics", {"name": "nic", "machine": 0, "description": "[pulumi shop/prod nic 0badcafe]"}),
)
"""Rows of others; ``machine`` 0 stands for the machine of the last VM."""

COPIED = {
    "vnets": ("name", "description"),
    "vms": ("name", "ram", "description"),
    "machine_drives": ("machine", "name", "disksize", "description"),
    "machine_nics": ("machine", "name", "description"),
    "vnet_hosts": ("vnet", "host", "ip"),
}
"""What somebody takes over who copies a row, or makes one of the same name."""

REFUSALS = (
    "has that name already",
    "has that name and is",
    "of this stack already manages that object",
    "of this stack has that",
    "bears the mark of this resource",
    "bears no mark any more",
    "bear the mark of one and the same create",
    "and so would this",
    "is managed by the stack",
    "it belongs to the system",
    "is left alone",
    "is already in use",
    "a drive never shrinks",
    "Unable to delete online",
    "Machine NICs are attached",
)
"""What programs here may ask for although it cannot be: a taken name, a row of somebody else, a smaller disk, the
removal of what is in use."""


@dataclass
class Known:
    """What the scenario knows of a row by having watched.

    Attributes:
        number: Which row it is; one under the same key that was made later has another number.
        owner: The stack that made it; None of somebody else's.
        taken_from: The stack whose it was before somebody marked it; it is that again if nobody claims it any more.
    """

    number: int
    owner: Stack | None
    taken_from: Stack | None = None


def step(method: Callable[Concatenate[Scenario, P], None]) -> Callable[Concatenate[Scenario, P], None]:
    """Keep a step as text, and tell the ready test when something is wrong after it."""

    @functools.wraps(method)
    def wrapper(self: Scenario, /, *args: P.args, **kwargs: P.kwargs) -> None:
        given = [*map(repr, args), *(f"{name}={value!r}" for name, value in kwargs.items())]
        self.steps.append(f"scenario.{method.__name__}({', '.join(given)})")
        try:
            method(self, *args, **kwargs)
            self.check()
        except Exception as error:
            error.add_note(self.as_test())
            raise

    return wrapper


class Scenario:
    """What is done, step by step, and what must hold after each.

    Args:
        simulator: The VergeOS; it is put back to its seed.
        other: Another one, which answers at the same address now and then.
        journal: Where this machine notes what it has begun; it is emptied.

    Attributes:
        steps: The steps so far, as Python.
        last: How the last command ended.
        stacks: The stacks by name.
    """

    def __init__(self, simulator: Simulator, other: Simulator, journal: Path) -> None:
        self.simulator = simulator
        self.other = other
        journal.unlink(missing_ok=True)
        for each in (simulator, other):
            each.reset()
            for table, columns in STRANGERS:
                if "machine" in columns:
                    columns = columns | {"machine": each.rows("vms")[-1]["machine"]}
                each.add(table, **columns)
        self.steps: list[str] = []
        self.last = Result()
        world = World(journal)
        self.stacks = {name: Stack(simulator, name, world) for name in ("dev", "test")}
        self._drifted: set[str] = set()
        self._abandoned: set[int] = set()
        self._numbers = itertools.count()
        self._known: dict[Place, Known] = {}
        self._watch(None)
        self._earlier: tuple[Any, dict[Place, Known]] | None = None

    def as_test(self) -> str:
        """Return a test that does the same steps."""
        lines = ["def test_ready(scenario: Scenario) -> None:", *(f"    {line}" for line in self.steps)]
        return "\n".join(["A test that fails in the same way:", "", *lines, ""])

    # What people write -----------------------------------------------------------------------------------------------

    @step
    def declare(self, stack: str, name: str, kind: str, /, **arguments: Any) -> None:
        """Declare a resource, or declare it again. References are names of resources of the program."""
        mine = self.stacks[stack]
        old = mine.program.get(name)
        if old is not None and any(old.arguments.get(key) != arguments.get(key) for key in old.declaration.unique):
            self._abandon(mine, name)
        mine.program[name] = Declared(kind, arguments)
        _order(mine)

    @step
    def edit(self, stack: str, name: str, /, **arguments: Any) -> None:
        """Change arguments of a resource that are no part of its identity."""
        mine = self.stacks[stack]
        old = mine.program[name]
        mine.program[name] = replace(old, arguments={**old.arguments, **arguments})
        _order(mine)

    @step
    def undeclare(self, stack: str, name: str) -> None:
        """Take a resource and what depends on it out of the program."""
        mine = self.stacks[stack]
        self._undeclare(mine, name)
        _order(mine)

    def _undeclare(self, mine: Stack, name: str) -> None:
        for other in [other for other, declared in mine.program.items() if name in declared.references.values()]:
            self._undeclare(mine, other)
        self._abandon(mine, name)
        mine.program.pop(name, None)

    @step
    def rename(self, stack: str, old: str, new: str, *, alias: bool) -> None:
        """Give a resource another name in the program, with the option ``aliases`` or without."""
        mine = self.stacks[stack]
        self._abandon(mine, old)
        mine.program = {new if name == old else name: _renamed(d, old, new) for name, d in mine.program.items()}
        if alias:
            state = {new if name == old else name: saved for name, saved in mine.state.items()}
            mine.state = {n: replace(saved, declared=_renamed(saved.declared, old, new)) for n, saved in state.items()}

    def _abandon(self, mine: Stack, name: str) -> None:
        """Note the rows of an interrupted create that nobody will look for any more.

        An attempt is found again by its token, which the engine keeps with the name of the resource. Whoever takes the
        resource out of the program before the next run, or names it otherwise, leaves the row of the attempt to people.
        """
        declared = mine.program.get(name)
        if declared is None:
            return
        held = set(_places(mine).values())
        for place, known in self._known.items():
            if known.owner is mine and place not in held and place[0] == declared.declaration.table:
                self._abandoned.add(known.number)

    # What people run -------------------------------------------------------------------------------------------------

    @step
    def up(
        self,
        stack: str,
        *,
        kill: tuple[int, Moment] | None = None,
        alone: bool = False,
        replace: tuple[str, ...] = (),
    ) -> None:
        """Run ``pulumi up``, perhaps killed at a request, the provider ``alone`` or the engine with it."""
        mine = self.stacks[stack]
        command = functools.partial(mine.up, replace=replace)
        if self._command(mine, command, kill, alone=alone).good:
            self._check_state(mine)
            if stack not in self._drifted:
                self._check_values(mine)

    @step
    def refresh(self, stack: str, *, kill: tuple[int, Moment] | None = None) -> None:
        """Run ``pulumi refresh``."""
        mine = self.stacks[stack]
        if self._command(mine, mine.refresh, kill).good:
            self._check_refreshed(stack)

    @step
    def destroy(self, stack: str, *, kill: tuple[int, Moment] | None = None) -> None:
        """Run ``pulumi destroy``."""
        mine = self.stacks[stack]
        self._command(mine, mine.destroy, kill)

    @step
    def settle(self, stack: str) -> None:
        """Without faults, refresh and update: only a refusal may stop it, and once more is no change."""
        mine = self.stacks[stack]
        self._calm()
        refreshed = self._command(mine, mine.refresh, None)
        assert refreshed.good, refreshed.error
        self._check_refreshed(stack)
        updated = self._command(mine, mine.up, None)
        if not updated.good:
            assert any(reason in updated.error for reason in REFUSALS), updated.error
            return
        self._check_state(mine)
        self._check_values(mine)
        for command in (mine.refresh, mine.up):
            again = self._command(mine, command, None)
            assert again.good, again.error
            assert [request for request in self.simulator.requests() if request.applied] == []
            assert {operation for operation, _ in again.steps} <= {"refresh", "same"}, again.steps

    # What happens meanwhile ------------------------------------------------------------------------------------------

    @step
    def fault(
        self, what: str, *, verb: str, nth: int = 1, times: int = 1, when: Moment = "before", status: int = 502
    ) -> None:
        """Let requests fail: ``reset``, ``hang``, ``status``, ``cut`` or ``rate_limit``."""
        self._calm()
        data: dict[str, Any] = {"what": what, "when": when, "match": {"verb": verb, "nth": nth, "times": times}}
        if what == "status":
            data |= {"status": status, "body": {"err": "Bad gateway"}}
        if what == "hang":
            for stack in self.stacks.values():
                stack.hang = Fault.of(data)
        else:
            self.simulator.faults(data)

    @step
    def calm(self) -> None:
        """End all faults."""
        self._calm()

    def _calm(self) -> None:
        self.simulator.faults()
        for stack in self.stacks.values():
            stack.hang = None

    @step
    def transitions(self, looks: int) -> None:
        """Let a change of power take so many looks; 0 is at once."""
        self.simulator.transitions(looks=looks)

    @step
    def drift(self, stack: str, name: str, /, **columns: Any) -> None:
        """Change columns of a resource's row in the UI, where it has one; a text for the description keeps the mark."""
        saved = self._row_of(stack, name)
        if saved is not None:
            place, row = saved
            mark = Mark.of(row["description"])
            if mark and "description" in columns:
                columns = columns | {"description": mark.append_to(columns["description"])}
            self._touch(stack, place, lambda: self.simulator.edit(place[0], row["$key"], **columns))

    @step
    def strip(self, stack: str, name: str) -> None:
        """Edit the mark of a resource's row away."""
        saved = self._row_of(stack, name)
        if saved is not None and "description" in saved[1]:
            place, row = saved
            self._touch(stack, place, lambda: self.simulator.edit(place[0], row["$key"], description="by hand"))
            known = self._known[place]
            known.owner, known.taken_from = known.owner or known.taken_from, None

    @step
    def steal(self, stack: str, name: str) -> None:
        """Let somebody else take a resource's row over."""
        saved = self._row_of(stack, name)
        if saved is not None and "description" in saved[1]:
            place, row = saved
            mark = "[pulumi rival/prod thing 0badcafe]"
            self._touch(stack, place, lambda: self.simulator.edit(place[0], row["$key"], description=mark))
            known = self._known[place]
            self._known[place] = replace(known, owner=None, taken_from=known.owner or known.taken_from)

    @step
    def copy_row(self, stack: str, name: str) -> None:
        """Let somebody copy a resource's row together with its description."""
        saved = self._row_of(stack, name)
        if saved is None or saved[0][0] not in COPIED:
            return
        place, row = saved
        columns = {column: row[column] for column in COPIED[place[0]] if row[column] is not None}
        if "name" in columns:
            columns["name"] = f"{columns['name']}-copy-{next(self._numbers)}"
        self.simulator.add(place[0], **columns)
        self._watch(None)

    @step
    def remember(self) -> None:
        """Take a snapshot of the whole system."""
        self._earlier = (self.simulator.dump(), {place: replace(known) for place, known in self._known.items()})

    @step
    def roll_back(self, *, squat: bool) -> None:
        """Put the whole system back to its snapshot; then somebody may make rows that get the keys of later ones."""
        if self._earlier is None:
            return
        content, known = self._earlier
        lost = [(place, row) for place, row in self.rows().items() if place not in known]
        self.simulator.load(content)
        live = {token for stack in self.stacks.values() for token in _tokens(stack)}
        self._known = {place: replace(each) for place, each in known.items()}
        for place, row in self.rows().items():
            mark = Mark.of(row.get("description"))
            holders = [stack for stack in self.stacks.values() if place in _places(stack).values()]
            # What was deleted or replaced since is there again, and no state knows it.
            if not holders and mark is not None and mark.token in live:
                self._abandoned.add(self._known[place].number)  # the next run may take it for what it was making
            elif not holders:
                self._known[place].owner = None
            elif self._known[place].owner is not None:
                self._known[place].owner = holders[0]  # it may have moved since
        for (table, _), row in lost if squat else ():
            columns = {column: row[column] for column in COPIED.get(table, ()) if row[column] is not None}
            if "host" in columns:
                # Nothing tells a row without a mark from one of that name in the same network.
                columns["host"] = f"{columns['host']}-other"
            if columns and self._has_parent(columns):
                self.simulator.add(
                    table, **{**columns, "description": "by hand"} if "description" in columns else columns
                )
        self._drifted.update(self.stacks)
        self._watch(None)

    def _has_parent(self, columns: dict[str, Any]) -> bool:
        """Say whether what a row refers to is there, and its name is free."""
        machines = {row["machine"] for row in self.simulator.rows("vms")}
        networks = {row["$key"] for row in self.simulator.rows("vnets")}
        names = {row["name"] for table in ("vnets", "vms") for row in self.simulator.rows(table)}
        parents = columns.get("machine") in {*machines, None} and columns.get("vnet") in {*networks, None}
        return parents and ("machine" in columns or columns.get("name") not in names)

    @step
    def rename_stack(self, stack: str, name: str) -> None:
        """Run ``pulumi stack rename``."""
        if all(each.name != name for each in self.stacks.values()):
            self.stacks[stack].name = name

    @step
    def move(self, stack: str, name: str, to: str, *, declared: bool) -> None:
        """Run ``pulumi state move`` for a resource and what refers to it; it may stay declared in the source."""
        source, target = self.stacks[stack], self.stacks[to]
        moved = _with_dependants(source, name)
        if source is target or not moved or moved & ({*target.state} | {*target.program}):
            return
        if any(not set(source.state[each].declared.references.values()) <= moved for each in moved):
            return  # an edge that would be cut
        if not declared and any(moved & d.needs for name, d in source.program.items() if name not in moved):
            return  # the program could not do without it
        for each in [each for each in source.state if each in moved]:
            target.state[each] = source.state.pop(each)
            target.program[each] = target.state[each].declared
            place = _places(target).get(each)
            if place in self._known and self._known[place].owner is source:
                self._known[place].owner = target
            if not declared:
                source.program.pop(each, None)
        for mine in (source, target):
            _order(mine)

    @step
    def lose_state(self, stack: str, name: str) -> None:
        """Run ``pulumi state delete`` for a resource and what refers to it, which stay in the program."""
        mine = self.stacks[stack]
        for each in _with_dependants(mine, name):
            place = _places(mine).get(each)
            if place in self._known and self._known[place].owner is mine:
                self._known[place].owner = None
            del mine.state[each]

    @step
    def copy_state(self, stack: str, to: str, command: str) -> None:
        """Import the state of a stack into an empty one, run a command there, and forget it: it must change nothing."""
        source, target = self.stacks[stack], self.stacks[to]
        # Between a rename or a move and the next run nothing tells the stack from a copy (decision 025).
        settled = all(saved.inputs.get("__owner") == source.owner for saved in source.state.values())
        if source is target or target.state or target.program or not source.state or not settled:
            return
        target.state, target.program = dict(source.state), dict(source.program)
        self._command(target, getattr(target, command), None)
        target.state, target.program = {}, {}

    @step
    def elsewhere(self, stack: str, command: str) -> None:
        """Run a command while another VergeOS answers at the address; it must change nothing there."""
        mine = self.stacks[stack]
        if not mine.state:
            return
        self._calm()
        self.other.reset("log")
        state = dict(mine.state)
        result: Result = getattr(mine, command)(simulator=self.other)
        written = [request for request in self.other.requests() if request.applied]
        assert not written, f"rows of another system were written to: {written}"
        assert result.error or mine.state == state, f"another system was taken for ours: {result}"

    @step
    def vanish(self, stack: str, name: str) -> None:
        """Delete a resource's row, with what belongs to it, behind Pulumi's back."""
        saved = self._row_of(stack, name)
        if saved is not None:
            place, row = saved
            self._touch(stack, place, lambda: self.simulator.remove(place[0], row["$key"]))

    def _touch(self, stack: str, place: Place, change: Callable[[], None]) -> None:
        change()
        self._drifted.update(name for name, each in self.stacks.items() if place in _places(each).values())
        self._watch(None)

    def _watch(self, owner: Stack | None) -> None:
        """Note the rows that have appeared, and whose they are; forget those that are gone."""
        rows = self.rows()
        self._known = {place: known for place, known in self._known.items() if place in rows}
        for place in rows.keys() - self._known.keys():
            self._known[place] = Known(next(self._numbers), owner)

    def _row_of(self, stack: str, name: str) -> tuple[Place, dict[str, Any]] | None:
        saved = self.stacks[stack].state.get(name)
        place = (saved.declared.declaration.table, saved.id) if saved else ("", "")
        row = self.rows().get(place)
        return None if row is None else (place, row)

    # What must hold --------------------------------------------------------------------------------------------------

    def rows(self) -> Rows:
        """Return all rows of the tables that stacks write to."""
        return {(table, str(row["$key"])): row for table in TABLES for row in self.simulator.rows(table)}

    def check(self) -> None:
        """See that no row has two resources that could both write to it."""
        held = [(stack, name, place) for stack in self.stacks.values() for name, place in self._held(stack)]
        counts = Counter(place for _, _, place in held)
        shared = [place for place, count in counts.items() if count > 1]
        assert not shared, f"several resources have one row: {shared}"

    def _command(
        self,
        mine: Stack,
        command: Callable[[Kill | None], Result],
        kill: tuple[int, Moment] | None,
        *,
        alone: bool = False,
    ) -> Result:
        """Run a command and see that it changed no row that is not its stack's."""
        all_before = self.rows()
        before = {place: row for place, row in all_before.items() if self._known[place].owner is not mine}
        self.simulator.reset("log")
        self.last = command(Kill(*kill, alone=alone) if kill else None)
        after = self.rows()
        # What lies within a row of ours goes with it, whoever made it.
        gone = before.keys() - after.keys()
        taken_along = {
            place for place in gone if (parent := _parent(place, all_before)) != place and parent not in after
        }
        changed = [
            place
            for place, row in before.items()
            if _lasting(after.get(place)) != _lasting(row) and place not in taken_along
        ]
        written = [place for place in self._written() if place in before]
        assert not changed, f"rows of others changed: {changed}"
        assert not written, f"rows of others were written to: {written}"
        self._watch(mine)
        if not self.last.good and self.last.steps and self.last.steps[-1][0] == "delete":
            self._drifted.add(_label(self.stacks, mine))  # the row may be gone, and only a refresh tells the state
        return self.last

    def _written(self) -> Iterator[Place]:
        """Yield the rows that applied requests were about, as the simulator's log has them."""
        for request in self.simulator.requests():
            table, key = _place(request.path.removeprefix("/api/v4/"))
            if table in ACTIONS:
                table, column = ACTIONS[table]
                key = str(request.body[column])
            if request.applied:
                yield table, key

    def _check_refreshed(self, stack: str) -> None:
        """See that the state names no row that is gone or that somebody else has taken over."""
        mine = self.stacks[stack]
        lost = set(_places(mine)) - {name for name, _ in self._held(mine)}
        assert not lost, f"the state keeps what is no longer ours: {lost}"
        self._drifted.discard(stack)

    def _check_state(self, mine: Stack) -> None:
        """See that the state has each resource of the program, and each row that the stack has made."""
        assert set(mine.state) == set(mine.program), f"state {sorted(mine.state)}, program {sorted(mine.program)}"
        held = set(_places(mine).values())
        for place, known in self._known.items():
            orphan = known.owner is mine and place not in held and known.number not in self._abandoned
            assert not orphan, f"{place} is an orphan: {self.rows()[place]}"

    def _check_values(self, mine: Stack) -> None:
        """See that each row has what the program says."""
        rows = self.rows()
        lost = set(_places(mine)) - {name for name, _ in self._held(mine)}
        assert not lost, f"the state keeps what is gone or no longer ours: {lost}"
        for name, saved in mine.state.items():
            declaration, arguments = saved.declared.declaration, saved.inputs
            if saved.declared.kind == "Power":
                assert self._runs(saved) == (arguments["state"] == "running"), f"{name} is not {arguments['state']}"
                continue
            row = rows[declaration.table, saved.id]
            for argument, attribute in declaration.inputs.items():
                wanted = arguments.get(argument)
                if wanted is None or not attribute.readable:
                    continue
                live = attribute.value.from_api(_column(declaration, argument, row))
                assert attribute.value.same(wanted, live), f"{name}.{argument} is {live!r} instead of {wanted!r}"
            if "vm" in arguments:
                machine = rows["vms", arguments["vm"]]["machine"]
                assert row["machine"] == machine, f"{name} belongs to {row['machine']} instead of {machine}"

    def _held(self, stack: Stack) -> Iterator[tuple[str, Place]]:
        """Yield the resources of a state that have a row which their stack has made, and its place."""
        for name, place in _places(stack).items():
            if place in self._known and self._known[place].owner is stack:
                yield name, place

    def _runs(self, power: Saved) -> bool:
        machine = self.rows()[_place(power.id)]["machine"]
        return any(row["machine"] == machine and row["running"] for row in self.simulator.rows("machine_status"))


def _label(stacks: dict[str, Stack], stack: Stack) -> str:
    return next(name for name, each in stacks.items() if each is stack)


def _order(stack: Stack) -> None:
    """Let each `Power` come after the drives and NICs of its VM, as programs are told to."""
    for name, declared in stack.program.items():
        if declared.kind == "Power":
            vm = declared.references["of"]
            devices = (other for other, device in stack.program.items() if device.references.get("vm") == vm)
            stack.program[name] = replace(declared, depends_on=tuple(devices))


def _places(stack: Stack) -> dict[str, Place]:
    """Return where the rows of a stack's resources are; a `Power` has none."""
    return {
        name: (saved.declared.declaration.table, saved.id)
        for name, saved in stack.state.items()
        if saved.declared.kind != "Power" and not saved.leaving
    }


def _tokens(stack: Stack) -> Iterator[str]:
    """Yield the tokens of the attempts of a stack that were cut off."""
    for _, _, inputs in stack.pending:
        yield str(inputs.get("__token"))


def _with_dependants(stack: Stack, name: str) -> set[str]:
    """Return a resource of a state and all that refers to it, directly or not."""
    if name not in stack.state:
        return set()
    found: set[str] = set()
    more: Iterable[str] = [name]
    while more := set(more) - found:
        found |= more
        more = [n for n, saved in stack.state.items() if found & set(saved.declared.references.values())]
    return found


def _place(path: str) -> Place:
    table, _, key = path.partition("/")
    return table, key


def _parent(place: Place, rows: Rows) -> Place | None:
    """Return the row that a row lies within; None where it lies within none."""
    row = rows[place]
    if place[0] == "vnet_hosts":
        return "vnets", str(row["vnet"])
    if place[0] in ("machine_drives", "machine_nics"):
        vms = [key for (table, key), vm in rows.items() if table == "vms" and vm["machine"] == row["machine"]]
        return ("vms", vms[0]) if vms else None
    return place if place in rows else None


def _lasting(row: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return a row without the flags that VergeOS sets and clears itself."""
    return row and {column: value for column, value in row.items() if not column.startswith("need_")}


def _column(declaration: Declaration, argument: str, row: dict[str, Any]) -> Any:
    text = row[str(declaration.inputs[argument].column)]
    mark = Mark.of(text) if argument == "description" else None
    return text.removesuffix(str(mark)).rstrip("\n") if mark else text


def _renamed(declared: Declared, old: str, new: str) -> Declared:
    arguments = {
        argument: new if argument in declared.references and value == old else value
        for argument, value in declared.arguments.items()
    }
    depends_on = tuple(new if name == old else name for name in declared.depends_on)
    return replace(declared, arguments=arguments, depends_on=depends_on)
