"""The projection language: the evaluation of ``fields`` against rows (docs/vergeos/README.md §5.1).

It is one file, since what a projection selects is one recursive whole.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from verge_pulumi.catalogue.model import Column, Table, Type
from verge_pulumi.simulator.disputed import Disputed
from verge_pulumi.simulator.fields import NAMING, Entry, parse
from verge_pulumi.simulator.functions import ABSENT, FLATTEN, Getter, apply, display
from verge_pulumi.simulator.relations import HOLDERS, IDENTITIES, ChildList, Relation, Row, reference
from verge_pulumi.simulator.store import Store

Projection: TypeAlias = Callable[[Row], dict[str, Any]]
Visit: TypeAlias = Callable[[str, Row], None]
"""Called with the table and row of each row that an answer was read from."""
May: TypeAlias = Callable[[str, str, Row], bool]
"""Says whether there is a right on a row of a table, both named before it."""


class Projector:
    """Compiles parsed projections into functions of a row.

    Args:
        store: The rows.
        visit: Called for each row that an answer is read from.
        may: Says whether other rows than the one that was asked for may be shown.
        disputed: Which columns a table has.
    """

    def __init__(self, store: Store, visit: Visit, may: May, disputed: Disputed) -> None:
        self._disputed = disputed
        self._store = store
        self._visit = visit
        self._may = may

    def projection(self, relation: Relation, entries: tuple[Entry, ...]) -> Projection:
        """Return the function that evaluates the entries for a row of that table."""
        getters: dict[str, Getter] = {}
        merged: set[str] = set()
        for entry in entries:
            view = relation.view(entry.output) if entry.may_be_view else None
            if view is not None:
                getters |= self._view(relation, view)
            elif (get := self.getter(relation, entry)) is not None:
                getters[entry.output] = get
                merged |= {entry.output} if entry.functions == (FLATTEN,) else set()
        items, name, visit = tuple(getters.items()), relation.name, self._visit

        def project(row: Row) -> dict[str, Any]:
            visit(name, row)
            shown = {output: value for output, get in items if (value := get(row)) is not ABSENT}
            for output in merged:
                value = shown.pop(output, None)
                shown |= value if isinstance(value, dict) else {}
            return shown

        return project

    def _view(self, relation: Relation, view: tuple[str, ...]) -> dict[str, Getter]:
        """Return what a view shows; what it nests is written as a projection."""
        shown: dict[str, Getter] = {}
        for name in view:
            for entry in parse(name):
                if (get := self.getter(relation, entry)) is not None:
                    shown[entry.output] = get
        return shown

    def getter(self, relation: Relation, entry: Entry) -> Getter | None:
        """Return the function that evaluates one entry, which is no view, for a row; None if it names nothing."""
        path, functions = entry.path, entry.functions
        if functions[-1:] == ("display",) and self._refers(relation, path):
            path, functions = (*path, "$display"), functions[:-1]
        get = self._path(relation, path, entry.selection)
        if functions == (FLATTEN,):
            return get
        selected = entry.selection is not None
        for function in reversed(functions):
            get = None if get is None else apply(function, get, selected=selected)
            selected = False
        return get

    def readable(self, relation: Relation, name: str) -> Column | None:
        """Return the column of that name, or None if it is unknown, never returned, or held by another row."""
        column = relation.readable(name)
        return None if column is not None and self._is_elsewhere(column) else column

    def described(self, relation: Relation) -> Table:
        """Return a table as its schema describes it: without the columns that another row holds instead."""
        columns = tuple(column for column in relation.table.columns if not self._is_elsewhere(column))
        return replace(relation.table, columns=columns)

    def _is_elsewhere(self, column: Column) -> bool:
        return bool(column.held_by) and self._disputed["held_columns"] == "machine"

    def resolve(self, relation: Relation, path: tuple[str, ...]) -> Column | None:
        """Return the column that a path leads to, or None if it leads to none of a known table."""
        for name in path[:-1]:
            column = self.readable(relation, name)
            target = None if column is None else self._store.relations.get(column.target or "")
            if target is None:
                return None
            relation = target
        return self.readable(relation, path[-1])

    def _refers(self, relation: Relation, path: tuple[str, ...]) -> bool:
        """Return whether a path ends in a reference, whose display text is that of its row."""
        last = self.resolve(relation, path)
        return last is not None and last.type in (Type.REF, Type.ANY_REF)

    def _path(self, relation: Relation, path: tuple[str, ...], selection: tuple[Entry, ...] | None) -> Getter | None:
        name, rest = path[0], path[1:]
        column = self.readable(relation, name)
        if column is None and name in relation.lists:
            return self._list(relation, relation.lists[name], rest, selection)
        if column is None:
            return self._implied(name) if not rest and selection is None else None
        if (not rest and selection is None) or column.type not in (Type.REF, Type.ANY_REF):
            # A way through a plain column yields its value, whatever is asked of it (docs/vergeos/quirks.md §R11).
            held_as_text = column.held_by and column.type is Type.REF and self._disputed["held_columns"] == "text"
            return _as_text(name) if column.as_text or held_as_text else _own(name)
        if column.type is Type.ANY_REF:
            return self._polymorphic(name, relation, rest, selection)
        if column.target == IDENTITIES and path[1:2] == ("owner",) and path[2:]:
            return self._whose(name, path[2:], selection)
        target = self._store.relations.get(column.target or "")
        if target is None or target.hidden:
            return lambda row: None
        inner = self._inside(target, rest, selection)
        if inner is None:
            return None
        store, table, visit, may = self._store, target.name, self._visit, self._may
        right = _right(rest, selection)

        def follow(row: Row) -> Any:
            found = store.get(table, row[name])
            if found is None or not may(right, table, found):
                return None
            visit(table, found)
            return inner(found)

        return follow

    def _whose(self, name: str, rest: tuple[str, ...], selection: tuple[Entry, ...] | None) -> Getter:
        """Follow an identity to the user or group that has it (docs/vergeos/access.md §4)."""
        store, may, right = self._store, self._may, _right(rest, selection)
        inners = {table: self._inside(store.relations[table], rest, selection) for table in HOLDERS}

        def follow(row: Row) -> Any:
            for table, inner in inners.items():
                for found in store.children(table, "identity", (IDENTITIES, row[name])):
                    return inner(found) if inner and may(right, table, found) else None
            return None

        return follow

    @staticmethod
    def _implied(name: str) -> Getter | None:
        return {"$key": _own("$key"), "$display": display}.get(name)

    def _inside(self, relation: Relation, rest: tuple[str, ...], selection: tuple[Entry, ...] | None) -> Getter | None:
        if rest:
            return self._path(relation, rest, selection)
        return self.projection(relation, selection or ())

    def _list(
        self, relation: Relation, of: ChildList, rest: tuple[str, ...], selection: tuple[Entry, ...] | None
    ) -> Getter | None:
        listed = self._store.relations.get(of.shown)
        if listed is None:
            return lambda row: []
        whole = not rest and selection is None
        inner = _own("$key") if whole else self._inside(listed, rest, selection)
        if inner is None:
            return None
        store, parent, may, right = self._store, relation.name, self._may, _right(rest or ("$key",), selection)

        def rows(row: Row) -> list[Row]:
            children = store.children(of.table, of.column, (parent, row["$key"]))
            if not of.leads_to:
                return children
            return [found for child in children if (found := store.get(of.shown, child[of.leads_to])) is not None]

        return lambda row: [inner(child) for child in rows(row) if may(right, of.shown, child)]

    def _polymorphic(
        self, name: str, relation: Relation, rest: tuple[str, ...], selection: tuple[Entry, ...] | None
    ) -> Getter:
        """Follow ``table/key``; a path through a null one is missing from the answer (docs/vergeos/quirks.md §R5)."""
        column, right = relation.columns[name], _right(rest, selection)
        inners: dict[str, Getter | None] = {}

        def follow(row: Row) -> Any:
            target = reference(column, row[name])
            found = None if target is None else self._store.get(*target)
            if target is None or found is None or not self._may(right, target[0], found):
                return ABSENT
            table = target[0]
            if table not in inners:
                inners[table] = self._inside(self._store.relations[table], rest, selection)
            inner = inners[table]
            return ABSENT if inner is None else inner(found)

        return follow


def _right(rest: tuple[str, ...], selection: tuple[Entry, ...] | None) -> str:
    """Return the right that showing a part of another row needs: its name is what a list shows too."""
    return "list" if selection is None and len(rest) == 1 and rest[0] in NAMING else "read"


def _own(name: str) -> Getter:
    return lambda row: row[name]


def _as_text(name: str) -> Getter:
    return lambda row: None if row[name] is None else str(row[name])
