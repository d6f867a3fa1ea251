"""Rows that a program names: look-ups, and references given as ``by_name("External")``. Each is read once in a run."""

from __future__ import annotations

import functools
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi

from verge_pulumi.client import Filter, Row, VergeError, printable, where
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.connecting.provider import for_program
from verge_pulumi.engine.errors import EngineError, Refusal, nearest, sentence, shown


class _Answers(dict[Any, list[Row]]):
    """The rows that were found in this run, by what was asked."""


@dataclass(frozen=True)
class ByName:
    """A reference to a row that this program does not manage; see `by_name`."""

    name: str | int

    def __str__(self) -> str:
        return f"by_name({self.name!r})"


def by_name(name: str | int) -> ByName:
    """Refer to what has that name in VergeOS, wherever a resource is accepted: ``network=by_name("External")``.

    A zone is named by its domain, an address by itself, a router by its number: ``router=by_name(65001)``. It is looked
    up when the program runs, in previews too, on the VergeOS of the resource that it is given to.
    """
    return ByName(name)


@dataclass(frozen=True)
class Kind:
    """Rows among which one is looked for.

    Attributes:
        noun: What people call one of them.
        table: Their table.
        only: A fixed condition that they meet.
        label: The column that names them.
    """

    noun: str
    table: str
    only: tuple[tuple[str, Any], ...] = ()
    label: str = "name"


def find(
    provider: pulumi.ProviderResource | None,
    kind: Kind,
    fields: Sequence[str],
    wanted: Mapping[str, Any],
    within: Mapping[str, Any] | None = None,
    place: str = "",
) -> Row:
    """Return the one row that has the wanted values.

    Args:
        provider: Whose VergeOS; None for the default one.
        kind: What is looked for.
        fields: What to read.
        wanted: By column.
        within: The column that names the parent row, and its key.
        place: What people call that parent, as in " in VM 42".

    Raises:
        Refusal: There is none, there are several, or VergeOS cannot be asked.
    """
    try:
        connection = for_program(provider)
        rows = matching(connection, kind, fields, wanted, within)
        if len(rows) == 1:
            return rows[0]
        place = f"{place} on {connection.client.host}"
        if rows:
            keys = ", ".join(str(row["$key"]) for row in rows)
            raise EngineError(f"there are several{place}, with the keys {keys}. Say which by its key.")
        close = closest(connection, kind, wanted, within)
        hint = f" Did you mean '{printable(close)}'?" if close else ""
        raise EngineError(f"there is none{place}.{hint}")
    except (EngineError, VergeError) as error:
        raise _not_found(kind, wanted, error) from None


def find_all(
    provider: pulumi.ProviderResource | None, kind: Kind, fields: Sequence[str], wanted: Mapping[str, Any]
) -> Sequence[Row]:
    """Return all rows that have the wanted values.

    Args:
        provider: Whose VergeOS; None for the default one.
        kind: What is looked for.
        fields: What to read.
        wanted: By column.

    Raises:
        Refusal: VergeOS cannot be asked.
    """
    try:
        return matching(for_program(provider), kind, fields, wanted)
    except (EngineError, VergeError) as error:
        raise _not_found(kind, wanted, error) from None


def _not_found(kind: Kind, wanted: Mapping[str, Any], error: Exception) -> Refusal:
    """Return the error that a program ends with."""
    called = " ".join(f"'{value}'" if isinstance(value, str) else str(value) for value in wanted.values())
    what = f"{kind.noun} {printable(called)}".strip()
    return Refusal(shown(sentence(f"Unable to find the {what}: {error}")))


def matching(
    connection: Connection,
    kind: Kind,
    fields: Sequence[str],
    wanted: Mapping[str, Any],
    within: Mapping[str, Any] | None = None,
) -> Sequence[Row]:
    """Return all rows that have the wanted values. What was found is not asked for again.

    Args:
        connection: Where to.
        kind: What is looked for.
        fields: What to read.
        wanted: By column.
        within: The column that names the parent row, and its key.
    """
    within = within or {}
    asked = (kind, tuple(fields), *wanted.items(), *within.items())
    known = connection.shared(_Answers)
    if not known.get(asked):
        rows = connection.client.table(kind.table).list(
            fields=["$key", *fields, *wanted], filter=_all({**wanted, **dict(kind.only), **within})
        )
        # What a filter finds is compared once more, exactly (docs/vergeos/quirks.md §R7).
        known[asked] = [row for row in rows if all(str(row.get(name)) == str(value) for name, value in wanted.items())]
    return known[asked]


def between(
    connection: Connection, kind: Kind, fields: Sequence[str], since: int | None, until: int | None
) -> Sequence[Row]:
    """Return the rows of a period, the oldest first, in one request that is made once in a run.

    Args:
        connection: Where to.
        kind: What is looked for; its label is the column of times by which the rows are told apart.
        fields: What to read.
        since: The first second of the period; None if it has no beginning.
        until: The second after it; None if it has no end.
    """
    asked, known = (kind, tuple(fields), since, until), connection.shared(_Answers)
    if asked not in known:
        terms = [] if since is None else [where(kind.label, "ge", since)]
        terms += [] if until is None else [where(kind.label, "lt", until)]
        condition = functools.reduce(operator.and_, terms) if terms else None
        rows = connection.client.table(kind.table).list(fields=["$key", *fields], filter=condition, sort=kind.label)
        known[asked] = rows
    return known[asked]


def closest(
    connection: Connection, kind: Kind, wanted: Mapping[str, Any], within: Mapping[str, Any] | None = None
) -> str | None:
    """Return the name that is most like one which nothing has; None where none is, or no name was asked for."""
    if kind.label not in wanted:
        return None
    others = connection.client.table(kind.table).list(
        fields=["$key", kind.label], filter=_all({**dict(kind.only), **(within or {})})
    )
    return nearest(wanted[kind.label], (row.get(kind.label) for row in others))


def _all(conditions: Mapping[str, Any]) -> Filter | None:
    terms = [where(column, "eq", value) for column, value in conditions.items()]
    return functools.reduce(operator.and_, terms) if terms else None
