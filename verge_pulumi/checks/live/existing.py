"""Which row a resource is, or is to be: by its key in the state, else by what VergeOS wants to be unique."""

from __future__ import annotations

from verge_pulumi.checks.live.site import Site
from verge_pulumi.checks.live.stack import Stack, takes_over
from verge_pulumi.client import Row
from verge_pulumi.engine.declaring.program import Planned

Values = tuple[str, ...]


class Existing:
    """The rows of one system and the resources of a program."""

    def __init__(self, site: Site, stack: Stack) -> None:
        self._site = site
        self._stack = stack
        self._named: dict[type, dict[Values, Row]] = {}

    def row(self, planned: Planned) -> Row | None:
        """Return the row that a resource is or takes over, also where it was renamed or moved in the program.

        Raises:
            NotAsked: The table cannot be listed.
        """
        table = planned.resource.declaration.table
        if held := self._stack.held(planned):
            return self._site.rows(table).get(held.id)
        row = self.namesake(planned)
        return row if row and (takes_over(planned) or self._stack.owns(table, row, planned)) else None

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

    def _unique(self, planned: Planned) -> Values | None:
        """Return the unique values as columns have them; None if one is not known, or what it is within is new."""
        declaration = planned.resource.declaration
        found: list[str] = []
        for name in declaration.unique:
            attribute, value = declaration.inputs[name], self._value(planned, name)
            if value is not None and attribute.through is not None:
                ((table, key),) = attribute.refers_to(value)
                value = self._site.rows(table).get(key, {}).get(attribute.through)
            elif value is not None:
                value = attribute.value.to_api(value)
            if value is None:
                return None
            found.append(str(value))
        return tuple(found)

    def _value(self, planned: Planned, name: str) -> object:
        """Return an argument as the state has it, also where it refers to what only its name tells."""
        value, within = self._stack.value(planned, name), planned.known(name)
        if value is None and isinstance(within, Planned) and (row := self.row(within)):
            return self._stack.reference(planned, name, str(row["$key"]))
        return value
