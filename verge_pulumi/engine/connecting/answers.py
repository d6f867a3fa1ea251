"""What a program that looks for rows asks, and what a VergeOS answers."""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from verge_pulumi.client import Filter, Row, printable, where
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.errors import nearest


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


Search = tuple[Kind, Mapping[str, Any]]
"""Rows of one kind that are looked for, and which values they have, by column."""


class Answers(Protocol):
    """What answers a program that looks for rows."""

    @property
    def place(self) -> str:
        """Where rows are looked for, as the end of a sentence."""
        ...

    def matching(
        self,
        kind: Kind,
        fields: Sequence[str],
        wanted: Mapping[str, Any],
        within: Mapping[str, Any] | None = None,
    ) -> Sequence[Row]:
        """Return all rows that have the wanted values.

        Args:
            kind: What is looked for.
            fields: What to read.
            wanted: By column.
            within: The column that names the parent row, and its key.
        """
        ...

    def between(self, kind: Kind, fields: Sequence[str], since: int | None, until: int | None) -> Sequence[Row]:
        """Return the rows of a period, the oldest first.

        Args:
            kind: What is looked for; its label is the column of times by which the rows are told apart.
            fields: What to read.
            since: The first second of the period; None if it has no beginning.
            until: The second after it; None if it has no end.
        """
        ...

    def advice(self, searches: Iterable[Search], within: Mapping[str, Any] | None = None) -> str:
        """Return a sentence that helps where nothing was found; "" if there is none."""
        ...


class _Known(dict[Any, list[Row]]):
    """The rows that were found in this run, by what was asked."""


READ_BEFORE: dict[str, Mapping[str, Sequence[Row]]] = {}
"""Whole tables that were read just before a program is run by itself, by the name of the provider and the table; they
need not be asked for again."""


@dataclass(frozen=True)
class OfVergeOS:
    """What a VergeOS answers. What was found is not asked for again."""

    connection: Connection

    @property
    def place(self) -> str:
        """The host."""
        return f" on {self.connection.client.host}"

    def matching(
        self,
        kind: Kind,
        fields: Sequence[str],
        wanted: Mapping[str, Any],
        within: Mapping[str, Any] | None = None,
    ) -> Sequence[Row]:
        """Read them in one request."""
        within = within or {}
        asked = (kind, tuple(fields), *wanted.items(), *within.items())
        known = self.connection.shared(_Known)
        if not known.get(asked):
            conditions = {**wanted, **dict(kind.only), **within}
            rows = self._read_before(kind.table, fields, conditions) or self.connection.client.table(kind.table).list(
                fields=["$key", *fields, *wanted], filter=_all(conditions)
            )
            # What a filter finds is compared once more, exactly (docs/vergeos/quirks.md §R7).
            known[asked] = [
                row for row in rows if all(str(row.get(name)) == str(value) for name, value in wanted.items())
            ]
        return known[asked]

    def _read_before(self, table: str, fields: Sequence[str], conditions: Mapping[str, Any]) -> list[Row]:
        """Return the rows that meet conditions of those that were read before, as far as all was that is asked for."""
        rows = READ_BEFORE.get(self.connection.settings.provider, {}).get(table, ())
        asked = {field.rpartition(" as ")[2] for field in (*fields, *conditions)}
        return [
            row
            for row in rows
            if asked <= row.keys() and all(str(row[name]) == str(value) for name, value in conditions.items())
        ]

    def between(self, kind: Kind, fields: Sequence[str], since: int | None, until: int | None) -> Sequence[Row]:
        """Read them in one request."""
        asked, known = (kind, tuple(fields), since, until), self.connection.shared(_Known)
        if asked not in known:
            terms = [] if since is None else [where(kind.label, "ge", since)]
            terms += [] if until is None else [where(kind.label, "lt", until)]
            condition = functools.reduce(operator.and_, terms) if terms else None
            table = self.connection.client.table(kind.table)
            known[asked] = table.list(fields=["$key", *fields], filter=condition, sort=kind.label)
        return known[asked]

    def advice(self, searches: Iterable[Search], within: Mapping[str, Any] | None = None) -> str:
        """Name what is most like one of the names that nothing has."""
        close = next(filter(None, (self._closest(*search, within or {}) for search in searches)), None)
        return f"Did you mean '{printable(close)}'?" if close else ""

    def _closest(self, kind: Kind, wanted: Mapping[str, Any], within: Mapping[str, Any]) -> str | None:
        if kind.label not in wanted:
            return None
        others = self.connection.client.table(kind.table).list(
            fields=["$key", kind.label], filter=_all({**dict(kind.only), **within})
        )
        names = [row.get(kind.label) for row in others]
        return nearest(wanted[kind.label], names)


def _all(conditions: Mapping[str, Any]) -> Filter | None:
    terms = [where(column, "eq", value) for column, value in conditions.items()]
    return functools.reduce(operator.and_, terms) if terms else None
