"""Delete what sandboxes left behind when their time is over, and nothing else.

A row says itself that it has expired and which stack to ask; the state of that stack says whether the row is its own.
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from verge_pulumi.client import Row, VergeError, where
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.attributes import Reference
from verge_pulumi.engine.declaring.hidden import NAME, OWNER
from verge_pulumi.engine.declaring.model import Inputs, outputs
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.errors import EngineError, Reported
from verge_pulumi.engine.lifecycle.within import spare_others
from verge_pulumi.engine.loader import load
from verge_pulumi.engine.ownership.mark import MARK, Mark, marks_of
from verge_pulumi.engine.reading.lists import PAGE
from verge_pulumi.environments.expiry import expiry_in, is_unclear
from verge_pulumi.environments.staying import MACHINE, Identity, Staying
from verge_pulumi.resources import Power
from verge_pulumi.review.escaping import text
from verge_pulumi.review.kinds import every_kind
from verge_pulumi.review.output import error_text
from verge_pulumi.review.stacks import State, UnreadableState


@dataclass(frozen=True, kw_only=True)
class Marked:
    """A row of one of the stacks that are asked for.

    Attributes:
        kind: The resource that it is.
        key: Its key.
        mark: Its mark.
        expires: When its time is over; None if it does not say.
        row: The row as it was found.
        over: The tokens of all that the states of the stacks hold whose time is over.
    """

    kind: type[BaseResource]
    key: str
    mark: Mark
    expires: datetime | None
    row: Row
    over: frozenset[str] = frozenset()

    @property
    def identity(self) -> Identity:
        """Which row it is: its table, its key and its token. Keys are given out again, and rows are copied."""
        return self.kind.declaration.table, self.key, self.mark.token

    def __str__(self) -> str:
        declaration = self.kind.declaration
        name = text(self.row.get("name") or self.mark.name)
        place = f"{declaration.table}/{text(self.key)} of {text(self.mark.owner)}"
        when = f", expired {self.expires:%Y-%m-%d %H:%M} UTC" if self.expires else ""
        return f"{declaration.title} '{name}' ({place}{when})"


@dataclass(frozen=True, kw_only=True)
class Found:
    """What has expired.

    Attributes:
        due: What the states hold, in the order in which it can be deleted.
        refused: One sentence for each row that is not deleted although it has expired.
        retained: One for each that is left because its program says so.
    """

    due: tuple[Marked, ...]
    refused: tuple[str, ...]
    retained: tuple[str, ...] = ()


States = Callable[[str], Sequence[State]]
"""Returns the states that may hold the rows of a stack, by its name without the project."""


def find_expired(connection: Connection, project: str, stacks: str, now: datetime, states: States) -> Found:
    """Find what has expired; one request for each table, and the state of each stack that has expired.

    A row has expired if it says so itself and every row of its stack that says anything does. It is deleted if a state
    holds this row with the token that it bears, and neither it nor something that needs it is to stay (`Staying`). What
    belongs to the machine of a VM that is deleted is left out: VergeOS deletes it with the VM
    (docs/vergeos/virtual-machines.md §3).

    Args:
        connection: Where to look.
        project: The project of the stacks.
        stacks: Which stacks, as a pattern such as ``pr-*``.
        now: The time.
        states: Where to look whose rows they are.

    Raises:
        VergeError: VergeOS cannot be asked.
    """
    found = [each for kind in _marked_kinds() for each in _marked(connection, kind, project, stacks)]
    due, refused, retained, over = [], [], [], set[str]()
    for owner in sorted({each.mark.owner for each in found}):
        own = [each for each in found if each.mark.owner == owner]
        told = [each.expires for each in own if each.expires is not None]
        if told and max(told) > now:
            continue
        if unclear := [each for each in own if is_unclear(each.row.get("description"))]:
            refused += [_unclear(each, owner) for each in unclear]
            continue
        expired = [each for each in own if each.expires is not None]
        if not expired:
            continue
        try:
            entries = [entry for state in states(owner.rpartition("/")[2]) for entry in state.entries]
        except UnreadableState as error:
            refused += [f"Unable to delete {each}: {error}. It is left alone" for each in expired]
            continue
        staying = Staying(entries, {each.identity for each in own if each.expires is None})
        over |= staying.tokens
        for each in expired:
            if not staying.holds(each.identity):
                why = f"no state of {text(owner)} holds it with the mark that it bears"
                refused.append(f"Unable to delete {each}: {why}. It is left alone")
            elif staying.is_retained(each.identity):
                retained.append(f"{each} is left alone: its program says retain_on_delete=True")
            elif why := staying.why(each.identity):
                refused.append(f"Unable to delete {each}: {why}. It is left alone")
            else:
                due.append(each)
    taking = _taking_along()
    machines = {each.row.get(MACHINE) for each in due if each.kind in taking}
    due = [each for each in due if not any(each.row.get(column) in machines for column in _machine_columns(each.kind))]
    due = [replace(each, over=frozenset(over)) for each in due]
    due.reverse()  # the newest first, so that a network goes before the one below it
    parents = _parents()

    def turn(each: Marked) -> tuple[bool, int, bool]:
        # What takes others along, then children before their parents, and what has none before what has some.
        return each.kind not in taking, -_depth(each.kind), each.kind in parents

    return Found(due=tuple(sorted(due, key=turn)), refused=tuple(refused), retained=tuple(retained))


def _unclear(marked: Marked, owner: str) -> str:
    return (
        f"Unable to delete {marked}: what its description says of its expiry cannot be read, so that all of "
        f"{text(owner)} is left alone. Write one last line such as 'expires 2026-12-01T00:00Z', or remove it"
    )


def delete(connection: Connection, expired: Sequence[Marked], now: datetime) -> Iterator[str]:
    """Delete what has expired, one by one, by the same code as ``pulumi destroy``.

    Every row is read again first. One that has another token by then, or more time, is left alone. Data on drives is
    deleted: a sandbox is declared with an end.

    Yields:
        What was done, or for an error that it was not and why: it begins with "Unable".
    """
    # A router that is off needs not apply, or be restarted for, every rule that is taken from it.
    parents = _parents()
    for each in (each for each in expired if each.kind in parents and each.row.get("running")):
        failure = _power_off(connection, each, now)
        if failure:
            yield failure
    for each in expired:
        yield _failure(_reaping(connection, each, now), each.key, each) or f"deleted {each}"


def _power_off(connection: Connection, expired: Marked, now: datetime) -> str:
    power: Any = load(Power.declaration.title)
    power.connection = connection
    table = expired.kind.declaration.table
    try:
        row = connection.reader.fresh(table, expired.key, ("$key", "description"))
        if row is None or _kept(expired, row, now):
            return ""  # its own turn tells
        spare_others(_reaping(connection, expired, now), expired.key, _state(expired), expired.row)
    except EngineError:
        return ""  # its own turn tells
    except VergeError as error:
        return f"Unable to power off {expired}: {error_text(error)}"
    return _failure(power, f"{table}/{expired.key}", expired, state="running", force=True, timeout=60)


def _failure(provider: Any, id: str, expired: Marked, **policies: Any) -> str:
    """Delete by a provider; return why that failed, or ""."""
    try:
        provider.delete(id, {**_state(expired), "allow_data_loss": True, **policies})
    except Reported as error:
        return error_text(error)
    return ""


def _state(expired: Marked) -> Inputs:
    """Return what a state would hold of a row."""
    known = outputs(expired.kind.declaration, expired.row, {})
    return {**known, MARK: str(expired.mark), OWNER: expired.mark.owner, NAME: expired.mark.name}


def _reaping(connection: Connection, expired: Marked, now: datetime) -> Any:
    """Return the provider of a row, which sees once more that it is to be deleted when it has read it for that."""
    base: Any = type(load(expired.kind.declaration.title))

    def before_delete(self: Any, id: str, row: Row, props: Inputs) -> None:
        if why := _kept(expired, row, now):
            raise EngineError(why)
        base.before_delete(self, id, row, props)

    def known(self: Any, marks: Collection[Mark], props: Inputs) -> Collection[str]:
        return expired.over.intersection(each.token for each in marks)

    provider = type(base.__name__, (base,), {"before_delete": before_delete, "known": known})()
    provider.connection = connection
    return provider


def _kept(expired: Marked, row: Mapping[str, Any], now: datetime) -> str:
    """Return why a row that was found is not deleted after all, as it is now, or ""."""
    mark, expires = Mark.of(row.get("description")), expiry_in(row.get("description"))
    if mark is None or mark.token != expired.mark.token:
        return "it now bears another mark, or none; skipping it"
    clear = not is_unclear(row.get("description"))
    return "" if expires is not None and expires <= now and clear else "its expiry was extended; skipping it"


def _marked_kinds() -> Iterable[type[BaseResource]]:
    """Return the resources whose rows carry marks, one for each table."""
    return {kind.declaration.table: kind for kind in every_kind() if kind.declaration.markable}.values()


def _marked(connection: Connection, kind: type[BaseResource], project: str, stacks: str) -> Iterator[Marked]:
    """Yield the rows of those stacks."""
    declaration = kind.declaration
    literal = re.split(r"[*?\[]", stacks, maxsplit=1)[0]
    beginning = marks_of(f"{project}/{literal}").removesuffix(" ")
    rows = connection.client.table(declaration.table).iterate(
        fields=[*declaration.fields, *declaration.only, *_machine_columns(kind)],
        filter=where("description", "cs", beginning),
        page_size=PAGE,
    )
    for row in rows:
        mark, expires = Mark.of(row.get("description")), expiry_in(row.get("description"))
        if mark is None:
            continue
        its_project, _, its_stack = mark.owner.rpartition("/")
        only = all(row.get(column) == value for column, value in declaration.only.items())
        if its_project == project and fnmatch.fnmatchcase(its_stack, stacks) and only:
            yield Marked(kind=kind, key=str(row["$key"]), mark=mark, expires=expires, row=row)


def _references(kind: type[BaseResource]) -> list[Reference]:
    return [attribute for attribute in kind.declaration.inputs.values() if isinstance(attribute, Reference)]


def _machine_columns(kind: type[BaseResource]) -> list[str]:
    """Return the columns that say to which machine a row belongs."""
    return [str(each.column) for each in _references(kind) if each.through == MACHINE]


def _taking_along() -> Collection[type[BaseResource]]:
    """Return the resources to whose machine rows of others belong."""
    return {
        target
        for kind in every_kind()
        for each in _references(kind)
        if each.through == MACHINE
        for target in each.targets
    }


def _parents() -> Collection[type[BaseResource]]:
    """Return the resources in which those are created that are deleted one by one."""
    parents = (kind.declaration.parent for kind in _marked_kinds())
    return {target for each in parents if each and each.through != MACHINE for target in each.targets}


def _depth(kind: type[BaseResource]) -> int:
    """Return how many parents, one above the other, a row of a kind has."""
    above = [target for each in _references(kind) if each.required for target in each.targets]
    return 1 + max(map(_depth, above)) if above else 0
