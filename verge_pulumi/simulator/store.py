"""The rows: keys, unique values and references.

The store knows only the catalogue's rules of VergeOS; other modules decide what may be written.
"""

from __future__ import annotations

import copy
import hashlib
import reprlib
import uuid
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from verge_pulumi.catalogue.model import Type
from verge_pulumi.simulator.arguments import mapping, several, whole
from verge_pulumi.simulator.relations import Key, Relation, Row, reference

_STORED: Mapping[Type, type | tuple[type, ...]] = {
    Type.BOOL: bool,
    Type.INT: (int, float),
    Type.NUMBER: (int, float),
    Type.TEXT: str,
    Type.REF: (int, str),
    Type.ANY_REF: str,
}
"""The type in which each type of column is stored, unless it is null."""

_References = dict[tuple[str, Key], dict[tuple[str, str, Key], None]]


class Store:
    """All rows of all tables.

    Args:
        relations: The tables.

    Attributes:
        relations: The tables by name.
    """

    def __init__(self, relations: Mapping[str, Relation]) -> None:
        self.relations = relations
        self._rows: dict[str, dict[Key, Row]] = {}
        self._next: dict[str, int] = {}
        self._referrers: _References = {}
        self._values: dict[tuple[str, tuple[str, ...]], dict[tuple[Any, ...], set[Key]]] = {}
        self.clear()

    def clear(self) -> None:
        """Delete everything, including the key counters."""
        self._rows = {name: {} for name in self.relations}
        self._next = dict.fromkeys(self.relations, 1)
        self._referrers = defaultdict(dict)
        self._values = defaultdict(lambda: defaultdict(set))

    def get(self, table: str, key: Key | None) -> Row | None:
        """Return a row, or None if the key or the table does not exist."""
        return None if key is None else self._rows.get(table, {}).get(key)

    def rows(self, table: str) -> Collection[Row]:
        """Return the rows of a table in order of creation; none if the table does not exist."""
        return self._rows.get(table, {}).values()

    def insert(self, table: str, columns: Mapping[str, Any], key: Key | None = None) -> Row:
        """Add a row.

        Args:
            table: The table's name.
            columns: Its columns; those left out are null.
            key: Its key; by default the next of the table's counter. Keys are never reused.

        Returns:
            The row, whose `$key` is set.
        """
        relation = self.relations[table]
        if key is None:
            key = self._new_key(relation)
        if isinstance(key, int):
            self._next[table] = max(self._next[table], key + 1)
        row: Row = {"$key": key, **{name: columns.get(name) for name in relation.columns}}
        self._rows[table][key] = row
        self._index(relation, row)
        return row

    def _new_key(self, relation: Relation) -> Key:
        number = self._next[relation.name]
        self._next[relation.name] += 1
        if relation.table.key == "hex":
            return hashlib.sha1(f"{relation.name}/{number}".encode(), usedforsecurity=False).hexdigest()
        if relation.table.key == "uuid":
            return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{relation.name}/{number}"))
        return number

    def skip_keys(self, table: str, first: int) -> None:
        """Make the next key of a table at least `first`."""
        self._next[table] = max(self._next[table], first)

    def change(self, table: str, key: Key, columns: Mapping[str, Any]) -> None:
        """Overwrite columns of a row.

        Raises:
            KeyError: The row does not exist.
        """
        relation, row = self.relations[table], self._rows[table][key]
        self._unindex(relation, row)
        row.update(columns)
        self._index(relation, row)

    def discard(self, table: str, key: Key) -> Row:
        """Remove a row and return it; rows that refer to it are not changed.

        Raises:
            KeyError: The row does not exist.
        """
        row = self._rows[table].pop(key)
        self._unindex(self.relations[table], row)
        return row

    def referrers(self, table: str, key: Key) -> list[tuple[str, str, Key]]:
        """Return the references to a row, as (table, column, key)."""
        return list(self._referrers.get((table, key), ()))

    def children(self, table: str, column: str, parent: tuple[str, Key]) -> list[Row]:
        """Return the rows of a table whose reference column refers to a parent, in order of creation."""
        found = self._referrers.get(parent, ())
        return [self._rows[t][key] for t, c, key in found if (t, c) == (table, column)]

    def clash(self, table: str, row: Row) -> tuple[str, ...] | None:
        """Return the group of unique columns in which another row has the same values, or None."""
        for group in self.relations[table].table.unique:
            values = self._unique_values(row, group)
            if values is not None and self._values[table, group].get(values, set()) - {row.get("$key")}:
                return group
        return None

    @staticmethod
    def _unique_values(row: Row, group: tuple[str, ...]) -> tuple[Any, ...] | None:
        # Snapshots share the table, and the names, of what they are snapshots of (docs/vergeos/quirks.md §R9).
        values = tuple(row.get(name) for name in group)
        return None if None in values or row.get("is_snapshot") else values

    def _references(self, relation: Relation, row: Row) -> Iterator[tuple[str, tuple[str, Key]]]:
        for column in relation.references:
            target = reference(column, row[column.name])
            if target is not None:
                yield column.name, target

    def _index(self, relation: Relation, row: Row) -> None:
        for column, target in self._references(relation, row):
            self._referrers[target][relation.name, column, row["$key"]] = None
        for group in relation.table.unique:
            values = self._unique_values(row, group)
            if values is not None:
                self._values[relation.name, group][values].add(row["$key"])

    def _unindex(self, relation: Relation, row: Row) -> None:
        for column, target in self._references(relation, row):
            self._referrers[target].pop((relation.name, column, row["$key"]))
            if not self._referrers[target]:
                del self._referrers[target]
        for group in relation.table.unique:
            values = self._unique_values(row, group)
            if values is not None:
                self._values[relation.name, group][values].discard(row["$key"])
                if not self._values[relation.name, group][values]:
                    del self._values[relation.name, group][values]

    def dump(self) -> dict[str, Any]:
        """Return everything as a JSON value."""
        rows = {name: copy.deepcopy(list(rows.values())) for name, rows in self._rows.items()}
        return {"rows": rows, "next": dict(self._next)}

    def load(self, content: Mapping[str, Any]) -> None:
        """Replace everything by a result of `dump`.

        Raises:
            ValueError: The content is not a result of `dump`; then nothing is replaced.
        """
        rows, following = self._checked(content)
        self.clear()
        for table, each in rows.items():
            for row in each:
                self.insert(table, copy.deepcopy(row), key=row["$key"])
        self._next.update(following)

    def _checked(self, content: Mapping[str, Any]) -> tuple[dict[str, list[Row]], dict[str, int]]:
        tables, following = mapping("rows", content.get("rows")), mapping("next", content.get("next"))
        unknown = sorted((tables.keys() | following.keys()) - self.relations.keys())
        if unknown:
            raise ValueError(f"it has the unknown table {reprlib.repr(unknown[0])}.")
        for table, rows in tables.items():
            keys = set()
            for row in several(table, rows):
                self._check(self.relations[table], mapping(f"each row of {table}", row))
                if row["$key"] in keys:
                    raise ValueError(f"{table} has two rows with the key {reprlib.repr(row['$key'])}.")
                keys.add(row["$key"])
        return tables, {table: whole(f"next of {table}", number, most=2**63) for table, number in following.items()}

    @staticmethod
    def _check(relation: Relation, row: Mapping[str, Any]) -> None:
        key = row.get("$key")
        if not isinstance(key, int if relation.table.key == "int" else str) or isinstance(key, bool):
            raise ValueError(f"{relation.name} has a row without a key.")
        for name, column in relation.columns.items():
            value = row.get(name)
            if not (value is None or column.type is Type.JSON or isinstance(value, _STORED[column.type])):
                raise ValueError(f"{name} of {relation.name}/{reprlib.repr(key)} is no {column.type.value}.")
