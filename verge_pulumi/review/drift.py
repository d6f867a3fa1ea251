"""What differs between the states of stacks and VergeOS. It reads and never writes."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.declaration import location
from verge_pulumi.engine.errors import EngineError, Reported
from verge_pulumi.engine.lifecycle.frame import DeclaredProvider
from verge_pulumi.engine.lifecycle.recording import UNFINISHED
from verge_pulumi.engine.ownership.mark import MANAGED, MARK, Mark, marks_of
from verge_pulumi.review import rules
from verge_pulumi.review.kinds import every_kind
from verge_pulumi.review.stacks import Entry, State
from verge_pulumi.review.systems import CALLS, connect, settings_of
from verge_pulumi.review.values import SECRET, Names, shown


class Risk(StrEnum):
    """How much a difference weighs."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One field that differs; secrets are masked.

    Attributes:
        field: The argument, as the program calls it.
        recorded: What the state says.
        live: What VergeOS says.
        words: Both as people read them; the first one is "" where the second says it all.
    """

    field: str
    recorded: Any
    live: Any
    words: tuple[str, str] = dataclasses.field(default=("", ""), compare=False)


@dataclass(frozen=True, kw_only=True)
class Drifted:
    """A managed object that is not as it was left.

    Attributes:
        stack: ``project/stack``.
        title: Its kind and its name in the program.
        id: Its Pulumi id.
        what: ``gone``, ``changed``, or ``unfinished`` where the last run did not complete it.
        risk: How much that weighs.
        differences: The fields, where it is changed.
    """

    stack: str
    title: str
    id: str
    what: str
    risk: Risk
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Stray:
    """An object in VergeOS that no stack manages.

    Attributes:
        noun: What people call such an object.
        key: Its key.
        name: Its name.
        mark: The mark of a checked stack that it carries though its state does not know it; "" for none.
        within: The network that it is a rule of; "" for what is in nothing.
        says: What the rule says, in words.
    """

    noun: str
    key: str
    name: str
    mark: str = ""
    within: str = ""
    says: str = ""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was found.

    Attributes:
        stacks: The stacks that were checked.
        checked: How many objects were compared.
        drifted: Those that are not as they were left, the weightiest first.
        strays: What exists and is in no stack.
        errors: One sentence for each object that could not be compared.
        requests: Requests that it took.
    """

    stacks: tuple[str, ...]
    checked: int
    drifted: tuple[Drifted, ...]
    strays: tuple[Stray, ...]
    errors: tuple[str, ...]
    requests: int

    @property
    def exit_code(self) -> int:
        """0 where all is as it was left, 1 where something differs, 2 where that could not be found out."""
        return 2 if self.errors else int(bool(self.drifted))


def find_drift(states: Sequence[State]) -> Report:
    """Compare all objects of some stacks with VergeOS.

    Raises:
        EngineError: The settings of a provider are incomplete.
        VergeError: VergeOS cannot be asked what else there is.
    """
    placed = [(entry, settings_of(entry.provider)) for state in states for entry in state.entries]
    # An empty state may be that of a run which was killed before it saved anything.
    connections = {settings: connect(settings) for settings in {its for _, its in placed} or {settings_of({})}}
    try:
        with ThreadPoolExecutor(CALLS) as threads:
            called = {settings: _names(entry for entry, its in placed if its == settings) for settings in connections}
            results = list(threads.map(lambda each: _compared(each[0], connections[each[1]], called[each[1]]), placed))
        strays = [
            stray
            for settings, connection in connections.items()
            for stray in _strays(connection, states, [entry for entry, its in placed if its == settings])
        ]
        drifted = [result for result in results if isinstance(result, Drifted)]
        return Report(
            stacks=tuple(state.name for state in states),
            checked=len(placed),
            drifted=tuple(sorted(drifted, key=lambda each: (list(Risk).index(each.risk), each.stack, each.title))),
            strays=tuple(strays),
            errors=tuple(result for result in results if isinstance(result, str)),
            requests=sum(connection.client.budget.made for connection in connections.values()),
        )
    finally:
        for connection in connections.values():
            connection.client.close()


def _names(entries: Iterable[Entry]) -> dict[tuple[str, str], str]:
    """Return what rows are called in the programs."""
    return {row: entry.name for entry in entries for row in entry.rows}


def _compared(entry: Entry, connection: Connection, names: Names) -> Drifted | str | None:
    """Return how an object differs from the state, why that cannot be told, or None where it does not."""
    try:
        provider = entry.load()
        provider.connection = connection
        live = provider.read(entry.id, dict(entry.outputs))
    except (EngineError, Reported) as error:
        return f"{entry.stack}: {error}"

    def drifted(what: str, risk: Risk, *differences: Difference) -> Drifted:
        return Drifted(stack=entry.stack, title=entry.title, id=entry.id, what=what, risk=risk, differences=differences)

    if not live.id:
        return drifted("gone", Risk.HIGH)
    outs = live.outs or {}
    declaration = provider.declaration
    changed = [
        name
        for name in entry.outputs.get(MANAGED, ())
        if name in declaration.inputs
        and name not in entry.sealed
        and not declaration.inputs[name].value.same(entry.outputs.get(name), outs.get(name))
    ]
    if changed:
        differences = (each for name in changed for each in _differences(entry, provider, name, outs, names))
        return drifted("changed", _risk(provider, entry, outs, changed), *differences)
    return drifted("unfinished", Risk.MEDIUM) if UNFINISHED in entry.outputs else None


def _differences(
    entry: Entry, provider: DeclaredProvider[Any], name: str, outs: Mapping[str, Any], names: Names
) -> Iterable[Difference]:
    """Yield in what an argument differs; a list of rules is compared rule by rule."""
    attribute = provider.declaration.inputs[name]
    secret = name in entry.secret or attribute.secret
    recorded, live = (SECRET, SECRET) if secret else (entry.outputs.get(name), outs.get(name))
    if attribute.role == "rules" and not secret:
        for each in rules.compared(name, recorded or [], live or [], names):
            yield Difference(field=each.field, recorded=each.recorded, live=each.live, words=each.words)
        return
    words = shown(name, recorded, attribute, names), shown(name, live, attribute, names)
    yield Difference(field=name, recorded=recorded, live=live, words=words)


def _risk(provider: DeclaredProvider[Any], entry: Entry, outs: Mapping[str, Any], changed: Collection[str]) -> Risk:
    """Weigh a difference by what it opens, and by what mending it takes."""
    declaration = provider.declaration
    inputs = dict(entry.outputs)
    if {*changed} == {*declaration.roles.named("rules")} and not entry.secret.intersection(changed):
        said = [declaration.roles.said("rules", values) or [] for values in (inputs, outs)]
        return {True: Risk.HIGH, False: Risk.MEDIUM, None: Risk.LOW}[rules.opens(*said)]
    if declaration.review.guards or any(provider.replaced_by(name, dict(outs), inputs) for name in changed):
        return Risk.HIGH
    attributes = [declaration.inputs[name] for name in changed]
    return Risk.MEDIUM if any(each.restarts or each.role == "power" for each in attributes) else Risk.LOW


def _strays(connection: Connection, states: Sequence[State], entries: Sequence[Entry]) -> Iterable[Stray]:
    """Find what no stack manages: without a mark, or with that of a stack whose state does not know it."""
    # Power has the place of what it powers, and manages nothing else of it.
    tokens = {
        entry.outputs.get("location"): _token(entry.outputs.get(MARK)) for entry in entries if "/" not in entry.id
    }
    listed = [(kind.declaration, its) for kind in every_kind() if (its := kind.declaration.review.inventory)]
    for declaration, inventory in sorted(listed, key=lambda each: each[1].noun):
        fields = dict.fromkeys(("$key", "name", "description", *declaration.only, *inventory.given))
        for live in connection.client.table(declaration.table).iterate(fields=[*fields], page_size=2000):
            mark, place = Mark.of(live.get("description")), location(declaration.table, str(live["$key"]))
            managed = place in tokens and (mark is None or tokens[place] in ("", mark.token))
            # The text of a mark says whom to ask; only its token says which object it is, and that a row is a copy.
            text = any(str(mark).startswith(marks_of(state.name)) for state in states)
            named = mark is None or mark.token in tokens.values() or text
            if managed or inventory.is_given(live) or not named:
                continue
            if any(live.get(column) != value for column, value in declaration.only.items()):
                continue
            yield Stray(noun=inventory.noun, key=str(live["$key"]), name=str(live.get("name")), mark=str(mark or ""))
    networks, known = rules.networks_of(entries), {row for entry in entries for row in entry.rows}
    for live, says in rules.on_networks(connection, networks.keys()):
        mark, key = Mark.of(live.get("description")), str(live["$key"])
        text = any(str(mark).startswith(marks_of(state.name)) for state in states)
        if (rules.KIND, key) not in known and (mark is None or mark.token in tokens.values() or text):
            within = networks[str(live["vnet"])] or f"network {live['vnet']}"
            yield Stray(
                noun="rule", key=key, name=str(live.get("name")), mark=str(mark or ""), within=within, says=says
            )


def _token(text: str | None) -> str:
    mark = Mark.of(text)
    return mark.token if mark else ""
