"""Finds the rows that exist where one is to be created, whosever they are."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from verge_pulumi.client import AlreadyExists, Filter, Row, where
from verge_pulumi.engine.declaring.values import holds
from verge_pulumi.engine.reading.waiting import Clock, WaitTimeout, wait_until

if TYPE_CHECKING:
    from verge_pulumi.engine.lifecycle.rows import RowProvider


T = TypeVar("T")

APPEARS_WITHIN = 30.0
"""Seconds within which a created row shows up in a GET (docs/vergeos/quirks.md §R14)."""


def appeared(look: Callable[[], T | None], clock: Clock) -> T | None:
    """Look for the row of a POST whose answer was lost, for as long as VergeOS may take to show it.

    Args:
        look: Finds it.
        clock: The time.
    """
    try:
        return wait_until(
            look,
            lambda row: row is not None,
            what="the row, which VergeOS may have made",
            timeout=APPEARS_WITHIN,
            clock=clock,
            describe=lambda row: "not found",
        )
    except WaitTimeout:
        return None


class Looking:
    """Looks for rows like one that is to be created.

    Args:
        provider: Whose hooks say what is special about the row.
        inputs: What the program says.
    """

    def __init__(self, provider: RowProvider[Any], inputs: dict[str, Any]) -> None:
        self._provider = provider
        self._declaration = provider.declaration
        self._connection = provider.connection
        self._inputs = inputs

    def find(self, conditions: list[Filter]) -> list[Row]:
        """Return the rows that meet all the conditions, and those of the kind."""
        only = [where(column, "eq", value) for column, value in self._declaration.only.items()]
        every = [*conditions, *only]
        condition = functools.reduce(operator.and_, every) if every else None
        return self._connection.reader.find(self._declaration.table, condition, self._declaration.fields)

    def within(self) -> list[Filter]:
        """Return the conditions that a row is within the one that the program names."""
        return [
            where(self._declaration.column_of(name), "eq", self._provider.through(name, self._inputs[name]))
            for name, attribute in self._declaration.inputs.items()
            if attribute.through is not None
        ]

    def beside(self) -> list[Row]:
        """Return the rows within the same parent; all rows where there is none."""
        parent, conditions = self._declaration.parent, self.within()
        if parent and parent.through is None:
            key = parent.value.to_api(self._inputs[parent.name])
            conditions.append(where(self._declaration.column_of(parent.name), "eq", key))
        return self.find(conditions)

    def alike(self, values: Mapping[str, Any]) -> list[Row]:
        """Return the rows that nothing tells from one with these columns.

        No filter can hold what has several lines, or a JSON object; what one finds is compared once more, exactly
        (docs/vergeos/quirks.md §R7).
        """
        wanted = {**self._declaration.server_defaults, **values}
        hidden = {attribute.column for attribute in self._declaration.inputs.values() if attribute.write_only}
        shown = {name: value for name, value in wanted.items() if name not in hidden}
        known = {
            name: value
            for name, value in shown.items()
            if not isinstance(value, dict | list) and (not isinstance(value, str) or value.isprintable())
        }
        rows = self.find([where(column, "eq", value) for column, value in known.items()])
        return [row for row in rows if all(holds(row.get(name), shown[name]) for name in shown)]

    def named(self) -> list[Row]:
        """Return the rows that have the unique values of this one."""
        return self._having(self._provider.unique(self._inputs))

    def meant_by(self, names: Collection[str]) -> list[Row]:
        """Return the rows that have what the program says of these arguments."""
        inputs = self._declaration.inputs
        return self._having(
            {
                name: self._provider.through(name, self._inputs[name])
                if inputs[name].through
                else inputs[name].value.to_api(self._inputs[name])
                for name in names
            }
        )

    def _having(self, values: Mapping[str, Any]) -> list[Row]:
        wanted = {self._declaration.column_of(name): value for name, value in values.items()}
        return [
            row
            for row in self.find([where(column, "eq", value) for column, value in wanted.items()])
            # What a filter finds is compared once more, exactly (docs/vergeos/quirks.md §R7).
            if all(str(row.get(column)) == str(value) for column, value in wanted.items())
        ]

    def refused_for(self, refusal: AlreadyExists) -> list[Row]:
        """Return the rows for which VergeOS refuses another one of that name; they may take a moment to show.

        Raises:
            AlreadyExists: They do not show.
        """
        if not self._provider.unique(self._inputs):
            raise refusal
        try:
            return wait_until(
                self.named,
                bool,
                what="the row that has the name",
                timeout=APPEARS_WITHIN,
                clock=self._connection.clock,
                describe=lambda rows: f"{len(rows)} rows",
            )
        except WaitTimeout:
            raise refusal from None
