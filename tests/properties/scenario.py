"""A VergeOS with strangers' rows and two stacks; after each step it sees that nothing is doubled, lost or touched.

Every step has plain arguments and is kept as text, so that a scenario which fails tells the test that fails with it.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Concatenate, ParamSpec

from tests.properties.engine_model import Declared, Kill, Moment, Result, Saved, Stack
from verge_pulumi.engine.declare import Declaration
from verge_pulumi.engine.ownership import MARK, Mark
from verge_pulumi.simulator import Simulator
from verge_pulumi.simulator.faults import Fault

P = ParamSpec("P")
Place = tuple[str, str]
"""Table and key of a row."""

Rows = dict[Place, dict[str, Any]]

TABLES = ("vnets", "vms", "machine_drives", "machine_nics")
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

REFUSALS = (
    "has that name already",
    "has that name and is the resource that this one replaces",
    "is left alone",
    "is already in use",
    "a drive never shrinks",
    "Unable to delete online",
    "Machine NICs are attached",
)
"""What programs here may ask for although it cannot be: a taken name, a row that a namesake took over after a rename, a
smaller disk, the removal of what is in use."""


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

    Attributes:
        steps: The steps so far, as Python.
        last: How the last command ended.
        stacks: The stacks by name.
    """

    def __init__(self, simulator: Simulator) -> None:
        self.simulator = simulator
        simulator.reset()
        for table, columns in STRANGERS:
            if "machine" in columns:
                columns = columns | {"machine": simulator.rows("vms")[-1]["machine"]}
            simulator.add(table, **columns)
        self.steps: list[str] = []
        self.last = Result()
        self.stacks = {name: Stack(simulator, name) for name in ("dev", "test")}
        self._drifted: set[str] = set()
        self._abandoned: set[Place] = set()

    def as_test(self) -> str:
        """Return a test that does the same steps."""
        lines = ["def test_ready(scenario: Scenario) -> None:", *(f"    {line}" for line in self.steps)]
        return "\n".join(["A test that fails in the same way:", "", *lines, ""])

    # What people write -----------------------------------------------------------------------------------------------

    @step
    def declare(self, stack: str, name: str, kind: str, /, **arguments: Any) -> None:
        """Declare a resource, or declare it anew. References are names of resources of the program."""
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

        An attempt is found again by its mark and its name. Whoever takes the resource out of the program before the
        next run, or names it otherwise, leaves the row of the attempt to people.
        """
        kept = mine.state.get(name)
        declared = mine.program.get(name)
        if declared is None:
            return
        for place, row in self.rows().items():
            mark = Mark.of(row["description"])
            ours = mark is not None and mark.belongs_to(mine.owner, name)
            if ours and place[0] == declared.declaration.table and (kept is None or kept.id != place[1]):
                self._abandoned.add(place)

    # What people run -------------------------------------------------------------------------------------------------

    @step
    def up(self, stack: str, *, kill: tuple[int, Moment] | None = None) -> None:
        """Run ``pulumi up``, perhaps killed at a request."""
        mine = self.stacks[stack]
        if self._command(mine, mine.up, kill).good:
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
        """Edit the mark of a resource's row away, unless two resources of states name that row.

        Without a mark the key is the proof (decision 004). Where another resource has taken the row over since, nothing
        else tells the older one that it lost it, so this pair of accidents is not survived.
        """
        saved = self._row_of(stack, name)
        known = [place for each in self.stacks.values() for place in _places(each).values()]
        if saved is not None and known.count(saved[0]) == 1:
            place, row = saved
            self._touch(stack, place, lambda: self.simulator.edit(place[0], row["$key"], description="by hand"))

    @step
    def steal(self, stack: str, name: str) -> None:
        """Let somebody else take a resource's row over."""
        saved = self._row_of(stack, name)
        if saved is not None:
            place, row = saved
            mark = "[pulumi rival/prod thing 0badcafe]"
            self._touch(stack, place, lambda: self.simulator.edit(place[0], row["$key"], description=mark))

    @step
    def vanish(self, stack: str, name: str) -> None:
        """Delete a resource's row, with what belongs to it, behind Pulumi's back."""
        saved = self._row_of(stack, name)
        if saved is not None:
            place, row = saved
            self._touch(stack, place, lambda: self.simulator.remove(place[0], row["$key"]))

    def _touch(self, stack: str, place: Place, change: Callable[[], None]) -> None:
        change()
        self._drifted.add(stack)

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
        """See that no resource has two rows, and no row two resources."""
        rows = self.rows()
        held = [(stack.owner, name, place) for stack in self.stacks.values() for name, place in _held(stack, rows)]
        counts = Counter(place for _, _, place in held)
        shared = [place for place, count in counts.items() if count > 1]
        assert not shared, f"several resources have one row: {shared}"
        having: dict[tuple[str, str, str], list[str]] = {}
        for owner, name, (table, key) in held:
            having.setdefault((table, owner, name), []).append(key)
        owners = {stack.owner for stack in self.stacks.values()}
        for (table, key), row in rows.items():
            mark = Mark.of(row["description"])
            if mark and mark.owner in owners and (table, key) not in self._abandoned | set(counts):
                having.setdefault((table, mark.owner, mark.name), []).append(key)
        doubled = {resource: keys for resource, keys in having.items() if len(keys) > 1}
        assert not doubled, f"resources with several rows: {doubled}"

    def _command(
        self, mine: Stack, command: Callable[[Kill | None], Result], kill: tuple[int, Moment] | None
    ) -> Result:
        """Run a command and see that it changed no row that is not its stack's."""
        before = self._others(mine)
        self.simulator.reset("log")
        self.last = command(Kill(*kill) if kill else None)
        after = self.rows()
        changed = [place for place, row in before.items() if _lasting(after.get(place)) != _lasting(row)]
        written = [place for place in self._written() if place in before]
        assert not changed, f"rows of others changed: {changed}"
        assert not written, f"rows of others were written to: {written}"
        if not self.last.good and self.last.steps and self.last.steps[-1][0] == "delete":
            self._drifted.add(mine.name)  # the row may be gone, and only a refresh tells the state
        return self.last

    def _others(self, mine: Stack) -> Rows:
        """Return the rows that are not a stack's: by their mark, or, without one, as its state does not know them."""
        places = set(_places(mine).values())
        others: Rows = {}
        for place, row in self.rows().items():
            mark = Mark.of(row["description"])
            ours = mark.owner == mine.owner if mark else place in places
            if not ours:
                others[place] = row
        return others

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
        lost = set(_places(mine)) - {name for name, _ in _held(mine, self.rows())}
        assert not lost, f"the state keeps what is no longer ours: {lost}"
        self._drifted.discard(stack)

    def _check_state(self, mine: Stack) -> None:
        """See that the state has each resource of the program, and each row that carries the stack's mark."""
        assert set(mine.state) == set(mine.program), f"state {sorted(mine.state)}, program {sorted(mine.program)}"
        known = set(_places(mine).values()) | self._abandoned
        for place, row in self.rows().items():
            mark = Mark.of(row["description"])
            assert mark is None or mark.owner != mine.owner or place in known, f"{place} is an orphan: {mark}"

    def _check_values(self, mine: Stack) -> None:
        """See that each row has what the program says."""
        rows = self.rows()
        lost = set(_places(mine)) - {name for name, _ in _held(mine, rows)}
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
                assert row["machine"] == machine, f"{name} hangs on {row['machine']} instead of {machine}"

    def _runs(self, power: Saved) -> bool:
        machine = self.rows()[_place(power.id)]["machine"]
        return any(row["machine"] == machine and row["running"] for row in self.simulator.rows("machine_status"))


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
        if saved.declared.kind != "Power"
    }


def _held(stack: Stack, rows: Rows) -> Iterator[tuple[str, Place]]:
    """Yield the resources that have a row, and its place; one whose row bears a newer mark has lost it."""
    for name, place in _places(stack).items():
        mark = Mark.of(rows[place]["description"]) if place in rows else None
        if place in rows and (mark is None or str(mark) == stack.state[name].outs.get(MARK)):
            yield name, place


def _place(path: str) -> Place:
    table, _, key = path.partition("/")
    return table, key


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
