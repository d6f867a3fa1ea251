"""Which row a resource is, or is to be: by its key in the state, else by what VergeOS wants to be unique.

For all checks it is decided here which rows are the program's own, so that they are taken for nobody else's: those of
its stack, and those that ``adopt=True`` takes over in this run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pulumi

from verge_pulumi.checks.findings import Finding
from verge_pulumi.checks.live.site import NotAsked, Site
from verge_pulumi.checks.live.stack import Stack
from verge_pulumi.client import Row
from verge_pulumi.engine.declaring import program
from verge_pulumi.engine.declaring.attributes import Reference, Refs
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.engine.ownership.states import Place

Values = tuple[str, ...]


class Existing:
    """The rows of one system and the resources of a program.

    Args:
        site: The system.
        stack: The stack that runs.

    Attributes:
        stack: As given.
    """

    def __init__(self, site: Site, stack: Stack) -> None:
        self.stack = stack
        self._site = site
        self._named: dict[type, dict[Values, Row]] = {}
        self._takers: dict[Place, Planned] = {}

    def __call__(self, planned: Planned) -> Iterable[Finding]:
        """Note which row a resource takes over, before a check asks whose that is; there is nothing to find."""
        if row := self._taken(planned):
            self._takers.setdefault(_place(planned, row), planned)
        return ()

    # Whose it is ------------------------------------------------------------------------------------------------------

    def owns(self, table: str, row: Row, planned: Planned) -> bool:
        """Say whether a row is the program's own, or may be the one that a resource takes over."""
        if (table, str(row["$key"])) in self._takers:
            return True
        return self.is_open(planned) or self.stack.owns(table, row, planned)

    def taker(self, table: str, row: Row) -> Planned | None:
        """Return the first resource that takes over a row."""
        return self._takers.get((table, str(row["$key"])))

    def adopts(self, planned: Planned) -> bool:
        """Say whether a resource is to manage a row that exists already: one is taken over where it is created."""
        if planned.arguments.get("adopt") in (None, False):
            return False
        held, attributes = self.stack.held(planned), planned.resource.declaration.inputs
        replacing = [name for name, attribute in attributes.items() if attribute.replaces]
        return held is None or any(not self._is_same(planned, name, held.outputs) for name in replacing)

    def is_open(self, planned: Planned) -> bool:
        """Say whether a resource may take over a row, and which one is not known while the program runs."""
        unique = [planned.known(name) for name in planned.resource.declaration.unique]
        # Within what is new, all is.
        return self.adopts(planned) and any(
            self.is_open(value) if isinstance(value, Planned) else not isinstance(value, str | int) for value in unique
        )

    # Which it is ------------------------------------------------------------------------------------------------------

    def row(self, planned: Planned) -> Row | None:
        """Return the row that a resource is or takes over, also where it was renamed or moved in the program.

        Raises:
            NotAsked: The table cannot be listed.
        """
        table = planned.resource.declaration.table
        if held := self.stack.held(planned):
            return self._site.rows(table).get(held.id)
        row = self.namesake(planned)
        return row if row and (self.adopts(planned) or self.stack.owns(table, row, planned)) else None

    def namesake(self, planned: Planned) -> Row | None:
        """Return the row that has the unique values of a resource, whosever it is; None as far as is known.

        Raises:
            NotAsked: The table cannot be listed.
        """
        declaration, kind = planned.resource.declaration, type(planned.resource)
        wanted = self._unique(planned)
        if not wanted:
            return None
        if kind not in self._named:
            columns = [declaration.column_of(name) for name in declaration.unique]
            rows = self._site.rows(declaration.table).values()
            self._named[kind] = {tuple(str(row.get(column)) for column in columns): row for row in rows}
        return self._named[kind].get(wanted)

    def _taken(self, planned: Planned) -> Row | None:
        """Return the row that a resource takes over, as far as that is known."""
        try:
            return self.namesake(planned) if self.adopts(planned) else None
        except NotAsked:
            return None

    def _unique(self, planned: Planned) -> Values | None:
        """Return the unique values as columns have them; None if one is not known, or what it is within is new."""
        declaration = planned.resource.declaration
        found: list[str] = []
        for name in declaration.unique:
            attribute, value = declaration.inputs[name], self.value(planned, name)
            if value is not None and attribute.through is not None:
                ((table, key),) = attribute.refers_to(value)
                value = self._site.rows(table).get(key, {}).get(attribute.through)
            elif value is not None:
                value = attribute.value.to_api(value)
            if value is None:
                return None
            found.append(str(value))
        return tuple(found)

    # What it has ------------------------------------------------------------------------------------------------------

    def outputs(self, planned: Planned) -> Mapping[str, Any] | None:
        """Return what there is of a resource: as the state has it, else what is listed of the row that it takes over.

        Returns:
            None where it is new, or which row it takes over is not known.
        """
        if held := self.stack.held(planned):
            return held.outputs
        row = self._taken(planned)
        return row and {
            name: attribute.value.from_api(attribute.answered(row))
            for name, attribute in planned.resource.declaration.inputs.items()
            if attribute.readable and attribute.is_shown(row)
        }

    def is_changed(self, planned: Planned, *names: str) -> bool:
        """Say whether a resource is new, or one of these arguments is known and other than it is there."""
        there = self.outputs(planned)
        return there is None or any(not self._is_same(planned, name, there) for name in names)

    def _is_same(self, planned: Planned, name: str, there: Mapping[str, Any]) -> bool:
        recorded, value = there.get(name), self.value(planned, name)
        # The state has secrets as objects, encrypted.
        unknown = value is None or isinstance(recorded, Mapping)
        return unknown or name in planned.ignored or planned.attributes[name].value.same(recorded, value)

    def said(self, planned: Planned, name: str, default: Any) -> Any:
        """Return what an argument is; unset it stays as it is there, or is what VergeOS makes of it."""
        if planned.arguments.get(name) is not None:
            return planned.known(name)
        there = (self.outputs(planned) or {}).get(name)
        return default if there is None or isinstance(there, Mapping) else there

    def value(self, planned: Planned, name: str) -> Any:
        """Return an argument as the state has it: of a reference the key, or the path where it is kept as one.

        Returns:
            None where it is unset, or not known before the run has made something.
        """
        attribute, known, given = planned.attributes[name], planned.known(name), planned.arguments.get(name)
        if isinstance(attribute, Refs) and isinstance(given, list | tuple):
            keys = [self._key(program.current().linked(each)) for each in given]
            return None if None in keys else keys
        if isinstance(known, Planned):
            key, as_path = self._key(known), isinstance(attribute, Reference) and attribute.as_path
            return f"{known.resource.declaration.table}/{key}" if key and as_path else key
        return None if isinstance(known, pulumi.Resource) else known

    def _key(self, value: Any) -> str | None:
        """Return the key of what a reference is: a resource of the program, or a key; None if it has none yet."""
        if not isinstance(value, Planned):
            return str(value) if isinstance(value, str | int) else None
        if held := self.stack.held(value):
            return held.id
        try:
            row = self.row(value)
        except NotAsked:
            return None
        return str(row["$key"]) if row else None


def _place(planned: Planned, row: Row) -> Place:
    return planned.resource.declaration.table, str(row["$key"])
