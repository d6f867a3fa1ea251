"""What a system holds: taken before a lab and after it, and compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from verge_pulumi.catalogue.model import Table, Write
from verge_pulumi.client import NotFound, NotPermitted, Row, VergeClient, printable
from verge_pulumi.conformance.lab.requests import bears

Rows = Mapping[str, Row]
"""Rows by their key."""

PAGE = 1000
"""Rows in one answer."""

_LABELS = ("name", "domainname", "domain", "subject", "host", "fqdn", "cidr", "ip", "key")
"""Columns by one of which people know a row."""


@dataclass(frozen=True)
class Difference:
    """A row that is not as it was.

    Attributes:
        table: Its table.
        key: Its key.
        row: The row, as it is now where it is still there.
        what: What became of it: ``new``, ``gone``, or the columns that changed.
    """

    table: str
    key: str
    row: Row
    what: str

    def bears(self, prefix: str) -> bool:
        """Say whether some text of the row is a name of a lab."""
        return any(isinstance(value, str) and bears(value, prefix) for value in self.row.values())

    def __str__(self) -> str:
        label = next((str(self.row[name]) for name in _LABELS if self.row.get(name)), "")
        name = f" '{printable(label, 60)}'" if label else ""
        return f"{self.table}/{printable(self.key, 60)}{name}: {self.what}"


class Inventory:
    """Which rows a system has, and what clients may write of them.

    Args:
        client: The way to the system.
        tables: The tables to look at.
        tell: Called with the name of each table before it is read.
    """

    def __init__(
        self, client: VergeClient, tables: Mapping[str, Table], tell: Callable[[str], None] = lambda table: None
    ) -> None:
        self._tables = tables
        self._rows: dict[str, Rows] = {}
        for name, table in tables.items():
            tell(name)
            self._rows[name] = _rows(client, table)

    def differences(self, after: Inventory) -> Iterator[Difference]:
        """Yield what became of the rows that either has."""
        for table in after._tables:
            before, now = self._rows[table], after._rows[table]
            for key in [*now, *(key for key in before if key not in now)]:
                what = _difference(before.get(key), now.get(key))
                if what:
                    yield Difference(table, key, now.get(key) or before[key], what)

    def bearing(self, prefix: str) -> Iterator[Difference]:
        """Yield the rows of which some text bears a prefix."""
        for table, rows in self._rows.items():
            for key, row in rows.items():
                found = Difference(table, key, row, "it is there")
                if found.bears(prefix):
                    yield found


def _rows(client: VergeClient, table: Table) -> Rows:
    # What VergeOS changes by itself, a status for instance, is no column that clients write.
    columns = [
        column.name
        for column in table.columns
        if not column.secret
        and not column.hidden
        and (column.write is not Write.NEVER or column.name in _LABELS)
        and not column.name.endswith("_args")
    ]
    try:
        found = list(client.table(table.name).iterate(fields=columns, page_size=PAGE))
    except (NotFound, NotPermitted):
        return {}  # a table that this system does not have is reported by whoever wants to make a row in it
    return {str(row.get("$key")): row for row in found}


def _difference(before: Row | None, now: Row | None) -> str:
    if before is None:
        return "new"
    if now is None:
        return "gone"
    changed = sorted(name for name in before.keys() | now.keys() if before.get(name) != now.get(name))
    return f"changed: {', '.join(changed)}" if changed else ""
