"""What a user may do: the rights of its permissions and of its groups' (docs/vergeos/access.md §6)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from verge_pulumi.simulator.relations import IDENTITIES, Key, Relation, Release, Row, reference
from verge_pulumi.simulator.store import Store
from verge_pulumi.simulator.values import convert

RIGHTS = frozenset({"list", "read", "create", "modify", "delete"})

_EVERYTHING = ("/", 0)
"""The table and row of a permission for the whole system."""

_NONE: frozenset[str] = frozenset()


def rights_of(user: Row, store: Store, release: Release) -> Rights | None:
    """Return what a user may do, or None where that is everything."""
    if "permissions" not in store.relations:
        return None
    if user["physical_access"] and not release.since("26.2"):
        return None
    granted: dict[tuple[str, Key], frozenset[str]] = defaultdict(frozenset)
    for holder in (user, *_groups(user, store)):
        for row in store.children("permissions", "identity", (IDENTITIES, holder["identity"])):
            granted[row["table"], row["row"]] |= {right for right in RIGHTS if row[right]}
        if granted[_EVERYTHING] == RIGHTS:
            return None
    return Rights(user["$key"], granted, store)


def _groups(user: Row, store: Store) -> Iterator[Row]:
    """Yield the enabled groups that a user is in, also by way of other enabled groups."""
    waiting, seen = [("users", user["$key"])], set()
    while waiting:
        for member in store.children("members", "member", waiting.pop()):
            group = store.get("groups", member["parent_group"])
            if group is not None and group["enabled"] and group["$key"] not in seen:
                seen.add(group["$key"])
                waiting.append(("groups", group["$key"]))
                yield group


class Rights:
    """What a user who may not do everything may do.

    Args:
        user: The user's key.
        granted: The rights of its permissions by table and row; row 0 is the whole table.
        store: The rows.
    """

    def __init__(self, user: Key, granted: Mapping[tuple[str, Key], frozenset[str]], store: Store) -> None:
        self._user = user
        self._granted = granted
        self._store = store

    def may(self, right: str, table: str, row: Row) -> bool:
        """Say whether the user has a right on a row."""
        return self._anywhere(right, [(table, row["$key"])])

    def may_create(self, relation: Relation, body: Mapping[str, Any]) -> bool:
        """Say whether the user may create a row.

        Args:
            relation: Its table.
            body: Its columns as sent.

        Raises:
            ApiError: What it sends for the owner or the parent is no reference (422).
        """
        named = {
            name: convert(relation.columns[name], body[name])
            for name in (relation.table.owner, relation.table.parent)
            if name and body.get(name) is not None
        }
        if owner := self._named(relation, relation.table.owner, named):
            return self._anywhere("create", [owner])
        parent = self._named(relation, relation.table.parent, named)
        return self._has("create", relation.name, 0) or self._anywhere("create", [parent] if parent else ())

    def _anywhere(self, right: str, rows: Iterable[tuple[str, Key]]) -> bool:
        """Say whether the user has a right on one of some rows, or of those that decide for them."""
        waiting, seen = list(rows), set()
        while waiting:
            table, key = place = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            relation, row = self._store.relations.get(table), self._store.get(table, key)
            owner = self._named(relation, relation.table.owner, row) if relation and row else None
            if owner is not None:
                waiting.append(owner)
            elif self._has(right, table, key):
                return True
            elif relation and row:
                if right in ("list", "read") and relation.table.viewer and row[relation.table.viewer] == self._user:
                    return True
                waiting += self._above(relation, row)
        return False

    def _has(self, right: str, table: str, key: Key) -> bool:
        granted = self._granted
        return any(right in granted.get(place, _NONE) for place in (_EVERYTHING, (table, 0), (table, key)))

    def _above(self, relation: Relation, row: Row) -> Iterator[tuple[str, Key]]:
        """Yield the parent of a row, and what runs as it."""
        if parent := self._named(relation, relation.table.parent, row):
            yield parent
        for table, column in relation.runners:
            for runner in self._store.children(table, column, (relation.name, row["$key"])):
                yield table, runner["$key"]

    @staticmethod
    def _named(relation: Relation, column: str | None, row: Mapping[str, Any]) -> tuple[str, Key] | None:
        return reference(relation.columns[column], row.get(column)) if column else None
