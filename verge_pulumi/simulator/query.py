"""The query parameters of a GET (docs/vergeos/README.md §5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from verge_pulumi.simulator.errors import invalid_argument
from verge_pulumi.simulator.relations import Row


@dataclass(frozen=True, kw_only=True)
class Query:
    """The query of a GET.

    Attributes:
        fields: The projection; None for the table's short default set.
        filter: The filter; None or empty for all rows.
        sort: Columns, each prefixed with ``+``, ``-`` or nothing.
        limit: The number of rows; 0 for all.
        offset: The number of rows skipped.
    """

    fields: str | None = None
    filter: str | None = None
    sort: str = ""
    limit: int = 0
    offset: int = 0

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> Query:
        """Read the parameters of a URL.

        Raises:
            ApiError: `limit` or `offset` is not a whole number (422).
        """
        return cls(
            fields=parameters.get("fields"),
            filter=parameters.get("filter"),
            sort=parameters.get("sort", ""),
            limit=_count(parameters.get("limit")),
            offset=_count(parameters.get("offset")),
        )

    def window(self, rows: list[Row]) -> list[Row]:
        """Return the rows between offset and limit."""
        return rows[self.offset : self.offset + self.limit if self.limit else None]


def _count(text: str | None) -> int:
    if text is None or text == "":
        return 0
    if not (text.isascii() and text.isdecimal()):
        raise invalid_argument()
    return int(text[:18])


def sort_rows(rows: list[Row], sort: str, is_column: Callable[[str], bool]) -> None:
    """Sort rows in place; nulls come first, unknown columns are ignored.

    A ``+`` that was not encoded arrives as a blank, so a leading blank means ascending too.
    """
    for entry in reversed(sort.split(",")):
        name = entry.strip().lstrip("+-")
        if name == "$key" or is_column(name):

            def value(row: Row, name: str = name) -> tuple[bool, Any]:
                found = row[name]
                return found is not None, str(found) if isinstance(found, dict | list) else found

            # A null compares with nothing, so it is never compared: the first part of the pair differs.
            rows.sort(key=value, reverse=entry.strip().startswith("-"))
