"""Which row does ``adopt=True`` mean? The one that is told by what is unique; never one that only looks like it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from verge_pulumi.client import Row, printable
from verge_pulumi.engine.declaring.attributes import Attribute
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.hooks import identified
from verge_pulumi.engine.lifecycle.looking import Looking
from verge_pulumi.engine.ownership.mark import Mark

if TYPE_CHECKING:
    from verge_pulumi.engine.lifecycle.rows import RowProvider

SHOWN = 10
"""Rows that an error names."""


class Candidates:
    """The rows that a create may be meant to take over.

    Args:
        provider: Whose hooks say what is special about the row.
        inputs: What the program says.
        free: Returns those of some rows that no resource of this stack has.
    """

    def __init__(
        self, provider: RowProvider[Any], inputs: dict[str, Any], free: Callable[[Iterable[Row]], list[Row]]
    ) -> None:
        self._provider = provider
        self._declaration = provider.declaration
        self._inputs = inputs
        self._free = free
        self._looking = Looking(provider, inputs)

    def meant(self, values: Mapping[str, Any]) -> Row | None:
        """Return the row that ``adopt=True`` means, whosever it is; None if there is none.

        Raises:
            EngineError: Several may be meant.
        """
        if identified(self._declaration, self._inputs):
            rows = self._looking.named()
            return the_one(self._declaration.table, rows) if rows else None
        by = self._declaration.adopted_by
        if by and all(self._inputs.get(name) is not None for name in by):
            rows = self._nobodys(self._looking.meant_by(by))
            return the_one(self._declaration.table, rows) if rows else None
        label = self._declaration.label
        if label and label.is_input:
            self._refuse_alike_names(label)
        elif self._declaration.markable:
            # Nothing names such a row, so it has to have all that the program says.
            rows = self._nobodys(self._looking.alike({c: v for c, v in values.items() if c != "description"}))
            return the_one(self._declaration.table, rows) if rows else None
        return None

    def _refuse_alike_names(self, label: Attribute) -> None:
        """See that no row is there that may be meant, where nothing that is unique tells which one is.

        Raises:
            EngineError: One is; another one would be made beside it.
        """
        name, table = label.name, self._declaration.table
        if self._inputs.get(name) is not None:
            if rows := self._nobodys(self._looking.meant_by([name])):
                keys = ", ".join(str(row["$key"]) for row in rows)
                raise EngineError(
                    f"adopt: several rows of {table} may have one {name}, so it does not tell whether row {keys} is "
                    "meant. Leave adopt out to create another one, or refer to that one by its key"
                )
        elif rows := self._nobodys(self._looking.beside()):
            them = ", ".join(f"{row['$key']} ('{printable(str(row.get(label.answer)))}')" for row in rows[:SHOWN])
            raise EngineError(
                f"adopt: without {name} nothing tells which row of {table} is meant: {them}. Set {name}, or leave "
                "adopt out to create another one"
            )

    def _nobodys(self, rows: Iterable[Row]) -> list[Row]:
        """Return those of the rows that nobody is known to manage."""
        return [row for row in self._free(rows) if Mark.of(row.get("description")) is None]


def the_one(table: str, rows: list[Row]) -> Row:
    """Return the one row that has a name.

    Raises:
        EngineError: Several have it.
    """
    if len(rows) > 1:
        keys = ", ".join(str(row["$key"]) for row in rows[:SHOWN])
        raise EngineError(f"several rows of {table} have that name: {keys}. Give all but one another name")
    return rows[0]
