"""References to rows that do not exist, and what may be meant instead."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from verge_pulumi.catalogue import TABLES
from verge_pulumi.checks.findings import Finding, Mistake
from verge_pulumi.checks.live.existing import Existing
from verge_pulumi.checks.live.site import Site
from verge_pulumi.client import Row, printable
from verge_pulumi.engine.declaring.attributes import Attribute, Reference
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.lives import ExistsAlready
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.engine.errors import did_you_mean

Place = tuple[str, str]
"""Table and key of a row."""


class References:
    """The rows of one system that a program names by their keys."""

    def __init__(self, site: Site, existing: Existing) -> None:
        self._site = site
        self._existing = existing

    def __call__(self, planned: Planned) -> Iterator[Finding]:
        """Look at one more resource."""
        declaration = planned.resource.declaration
        for name, attribute in declaration.inputs.items():
            for places in _named(declaration, attribute, planned.arguments.get(name)):
                if self._existing.is_changed(planned, name) and not any(self._site.has(*place) for place in places):
                    tables, key = " or ".join(table for table, _ in places), printable(places[0][1])
                    yield Mistake(f"{name}: there is no row {key} in {tables}", self._advice(places))
        yield from self._there_already(planned)

    def _there_already(self, planned: Planned) -> Iterator[Finding]:
        """See that a row is there which a resource does not make."""
        declaration, label = planned.resource.declaration, planned.resource.declaration.label
        wanted = planned.known(label.name) if label else None
        if not isinstance(declaration.life, ExistsAlready) or label is None or wanted is None:
            return
        if not self._existing.is_changed(planned, label.name):
            return
        names = [str(row.get(label.answer)) for row in self._site.rows(declaration.table).values()]
        # Every system has such rows; who sees none may not list them.
        if names and str(wanted) not in names:
            cause = f"there is no row of {declaration.table} with {label.name} '{printable(str(wanted))}'"
            advice = did_you_mean(str(wanted), names)
            yield Mistake(cause, advice or "It is not for programs to make; name one that exists.")

    def _advice(self, places: list[Place]) -> str:
        """Return what may be meant instead of rows that do not exist."""
        for table, key in places:
            rows = self._site.rows(table)
            # The key of a VM and that of its machine are easily mixed up.
            if close := next((row for row in rows.values() if str(row.get("machine")) == key), None):
                return f"Did you mean {_shown(close)}, whose machine is {printable(key)}?"
            if not key.isdecimal() and (words := did_you_mean(key, [*rows, *map(_name, rows.values())])):
                return words
        return "Pass the resource itself, by_name(...), or a key that exists."


def _named(declaration: Declaration, attribute: Attribute, value: Any) -> Iterator[list[Place]]:
    """Yield for each key that a program gives for an argument the rows of which one is meant."""
    listed = isinstance(value, list | tuple)
    for each in value if listed else [value]:
        if isinstance(each, bool) or not isinstance(each, str | int):
            continue  # of this program, or not known yet
        try:
            places = _places(declaration, attribute, [each] if listed else attribute.value.normalise(each))
        except ValueError:
            continue  # it is malformed, which the provider tells
        if places:
            yield places


def _places(declaration: Declaration, attribute: Attribute, value: Any) -> list[Place]:
    if isinstance(attribute, Reference):
        attribute.resolved()
    elif (table := TABLES.get(declaration.table)) and (column := table.column(str(attribute.column))) and column.target:
        return [(column.target, str(value))]  # the cluster of a VM, and other rows that no resource makes
    return list(attribute.refers_to(value))


def _shown(row: Row) -> str:
    return f"{row['$key']} ('{printable(_name(row))}')"


def _name(row: Row) -> str:
    return str(row.get("name") or "")
