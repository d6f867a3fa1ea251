"""Rows that exist before a program: each belongs to one resource."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from verge_pulumi.checks.findings import Finding, Mistake
from verge_pulumi.engine.declaring.lives import ExistsAlready
from verge_pulumi.engine.declaring.program import Planned


class Rows:
    """The rows of one system that its program takes over, whatever their kind."""

    def __init__(self) -> None:
        self._taken: dict[tuple[Any, ...], Planned] = {}

    def __call__(self, planned: Planned) -> Iterator[Finding]:
        """Look at one more resource."""
        declaration = planned.resource.declaration
        if not isinstance(declaration.life, ExistsAlready):
            return
        wanted = {name: planned.known(name) for name in declaration.unique}
        if None in wanted.values():
            return
        columns = sorted((declaration.column_of(name), value) for name, value in wanted.items())
        other = self._taken.setdefault((declaration.table, *columns), planned)
        if other is not planned:
            said = " and ".join(f"{name} {value!r}" for name, value in wanted.items() if isinstance(value, str))
            row = f"the row of {declaration.table} with {said}" if said else f"the one row of {declaration.table}"
            yield Mistake(f"{row} is already that of {other}", "Declare it once.")
