"""The projection language: grammar of ``fields``, and evaluation against rows (docs/vergeos/README.md §5.1).

An entry is a column, a view, a path through references (``machine#status#running as running``), a function of one
(``count(members)``) or a selection inside a referenced row or a child list (``machine[most,drives[most]]``). Names that
do not exist are silently dropped.

It is one file, since the grammar of a projection and what it selects are one recursive whole.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias, cast

from lark import Lark, LarkError, Token, Transformer

from verge_pulumi.catalogue.model import Type
from verge_pulumi.catalogue.schema import label
from verge_pulumi.simulator.errors import invalid_argument, not_modelled
from verge_pulumi.simulator.relations import HOLDERS, IDENTITIES, Relation, Row, reference
from verge_pulumi.simulator.store import Store

_GRAMMAR = r"""
start: [entry] ("," [entry])*
entry: path [selection] [_AS NAME]
path: (NAME "#")* leaf
?leaf: NAME
     | NAME "(" path ")" -> call
selection: "[" start "]"

_AS: /as(?=\s)/
NAME: /(?!as\s)[^\s,#\[\]()]+/
%ignore /\s+/
"""

_DEPTH = 50
"""Maximum length of a path; longer ones are refused, so that no projection exhausts the stack."""

ABSENT: Any = object()
"""An entry that is missing from the answer, unlike one whose value is null."""

Getter: TypeAlias = Callable[[Row], Any]
Projection: TypeAlias = Callable[[Row], dict[str, Any]]
Visit: TypeAlias = Callable[[str, Row], None]
"""Called with the table and row of each row that an answer was read from."""
May: TypeAlias = Callable[[str, str, Row], bool]
"""Says whether there is a right on a row of a table, both named before it."""

_NAMING = ("$key", "name", "$display")
"""What is shown of a row that may be listed, but not read."""


@dataclass(frozen=True)
class Entry:
    """One entry of a projection.

    Attributes:
        path: The names between the ``#``.
        function: The function applied to the value.
        selection: The entries selected inside; None without a selection.
        output: Its name in the answer.
        depth: How many tables it spans.
    """

    path: tuple[str, ...]
    function: str | None
    selection: tuple[Entry, ...] | None
    output: str
    depth: int

    @property
    def may_be_view(self) -> bool:
        """Return whether this is a bare name, which may be a view such as ``all``."""
        return self.path == (self.output,) and self.function is None and self.selection is None


class _Builder(Transformer[Token, Any]):
    def start(self, children: list[Any]) -> tuple[Entry, ...]:
        return tuple(child for child in children if child is not None)

    def entry(self, children: list[Any]) -> Entry:
        (path, function), selection, alias = children
        text = "#".join(path)
        if function is not None:
            text = "#".join((*path[:-1], f"{function}({path[-1]})"))
        depth = len(path) + max((inner.depth for inner in selection or ()), default=0)
        if depth > _DEPTH:
            raise invalid_argument()
        return Entry(path, function, selection, str(alias or text), depth)

    def path(self, children: list[Any]) -> tuple[tuple[str, ...], str | None]:
        *names, leaf = children
        inner, function = leaf if isinstance(leaf, tuple) else ((leaf,), None)
        return (*map(str, names), *map(str, inner)), function

    def call(self, children: list[Any]) -> tuple[tuple[str, ...], str]:
        function, (path, inner) = children
        if inner is not None:
            raise not_modelled(f"the nested function {inner}()")
        return path, str(function)

    def selection(self, children: list[Any]) -> tuple[Entry, ...]:
        entries: tuple[Entry, ...] = children[0]
        return entries


_PARSER = Lark(_GRAMMAR, parser="lalr", transformer=_Builder())


@lru_cache(maxsize=1024)
def parse(text: str) -> tuple[Entry, ...]:
    """Parse a projection.

    Args:
        text: The value of the ``fields`` parameter.

    Returns:
        Its entries; none if the text names nothing.

    Raises:
        ApiError: It does not parse (422; VergeOS's answer is not documented), or it is not modelled (501).
    """
    try:
        # The transformer returns entries; Lark types what it returns as a tree.
        return cast("tuple[Entry, ...]", _PARSER.parse(text))
    except LarkError:
        raise invalid_argument() from None


def names_of(relation: Relation, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Return what is left of a projection of rows that may be listed, but not read: the key and the name."""
    asked = [
        name
        for entry in entries
        if entry.may_be_view
        for name in (relation.view(entry.output) or (entry.output,))
        if name in _NAMING
    ]
    return parse(",".join(asked))


def display(row: Row) -> str:
    """Return the display text of a row: its name, or else its key."""
    return str(row.get("name") or row["$key"])


def _label(value: Any) -> Any:
    """Return a label for a word of an enumeration; the real labels are not documented."""
    return label(value) if isinstance(value, str) else value


def _diskspace(value: Any) -> str:
    size, unit = float(value), 0
    while size >= 1024 and unit < 5:
        size, unit = size / 1024, unit + 1
    return f"{size:.2f} {('B', 'KB', 'MB', 'GB', 'TB', 'PB')[unit]}"


def _numbers(value: Any) -> list[int | float]:
    values = value if isinstance(value, list) else [value]
    return [number for number in values if isinstance(number, int | float)]


def _average(value: Any) -> float | None:
    numbers = _numbers(value)
    return sum(numbers) / len(numbers) if numbers else None


_SCALARS: dict[str, Callable[[Any], Any]] = {
    "upper": lambda value: str(value).upper(),
    "lower": lambda value: str(value).lower(),
    "hex": lambda value: format(int(value), "x"),
    "sha1": lambda value: hashlib.sha1(str(value).encode(), usedforsecurity=False).hexdigest(),
    "datetime": lambda value: time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(int(value))),
    "diskspace": _diskspace,
    "display": _label,
}
_AGGREGATES: dict[str, Callable[[Any], Any]] = {
    "count": lambda value: len(value) if isinstance(value, list) else int(value is not None),
    "sum": lambda value: sum(_numbers(value)),
    "avg": _average,
    "min": lambda value: min(_numbers(value), default=None),
    "max": lambda value: max(_numbers(value), default=None),
}
_UNKNOWN_MEANING = ("collapse", "flatten")
"""Functions whose names are documented and whose results are not."""


def _apply(name: str, get: Getter) -> Getter:
    if aggregate := _AGGREGATES.get(name):
        return lambda row: ABSENT if (value := get(row)) is ABSENT else aggregate(value)
    scalar = _SCALARS[name]

    def one(value: Any) -> Any:
        try:
            return None if value is None else scalar(value)
        except (ValueError, TypeError, OverflowError, OSError):
            return None  # a text where a number is needed

    def call(row: Row) -> Any:
        value = get(row)
        if value is ABSENT:
            return ABSENT
        return [one(item) for item in value] if isinstance(value, list) else one(value)

    return call


class Projector:
    """Compiles parsed projections into functions of a row.

    Args:
        store: The rows.
        visit: Called for each row that an answer is read from.
        may: Says whether other rows than the one that was asked for may be shown.
    """

    def __init__(self, store: Store, visit: Visit, may: May) -> None:
        self._store = store
        self._visit = visit
        self._may = may

    def projection(self, relation: Relation, entries: tuple[Entry, ...]) -> Projection:
        """Return the function that evaluates the entries for a row of that table."""
        getters: dict[str, Getter] = {}
        for entry in entries:
            view = relation.view(entry.output) if entry.may_be_view else None
            if view is not None:
                getters |= {name: _own(name) for name in view}
            elif (get := self._entry(relation, entry)) is not None:
                getters[entry.output] = get
        items, name, visit = tuple(getters.items()), relation.name, self._visit

        def project(row: Row) -> dict[str, Any]:
            visit(name, row)
            return {output: value for output, get in items if (value := get(row)) is not ABSENT}

        return project

    def _entry(self, relation: Relation, entry: Entry) -> Getter | None:
        if entry.function in _UNKNOWN_MEANING:
            raise not_modelled(f"the function {entry.function}()")
        if entry.function is not None and entry.function not in _SCALARS.keys() | _AGGREGATES.keys():
            return None
        path = entry.path
        if entry.function == "display" and self._refers(relation, path):
            return self._path(relation, (*path, "$display"), entry.selection)
        get = self._path(relation, path, entry.selection)
        return get if get is None or entry.function is None else _apply(entry.function, get)

    def _refers(self, relation: Relation, path: tuple[str, ...]) -> bool:
        """Return whether a path ends in a reference, whose display text is that of its row."""
        for name in path[:-1]:
            column = relation.columns.get(name)
            target = None if column is None else self._store.relations.get(column.target or "")
            if target is None:
                return False
            relation = target
        last = relation.columns.get(path[-1])
        return last is not None and last.type in (Type.REF, Type.ANY_REF)

    def _path(self, relation: Relation, path: tuple[str, ...], selection: tuple[Entry, ...] | None) -> Getter | None:
        name, rest = path[0], path[1:]
        column = relation.readable(name)
        if column is None and name in relation.lists:
            return self._list(relation, name, rest, selection)
        if column is None:
            return self._implied(name) if not rest and selection is None else None
        if (not rest and selection is None) or column.type not in (Type.REF, Type.ANY_REF):
            # A way through a plain column yields its value, whatever is asked of it (docs/vergeos/quirks.md §R11).
            return _own(name)
        if column.type is Type.ANY_REF:
            return self._polymorphic(name, relation, rest, selection)
        if column.target == IDENTITIES and path[1:2] == ("owner",) and path[2:]:
            return self._whose(name, path[2:], selection)
        target = self._store.relations.get(column.target or "")
        if target is None:
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
        self, relation: Relation, name: str, rest: tuple[str, ...], selection: tuple[Entry, ...] | None
    ) -> Getter | None:
        table, column = relation.lists[name]
        inner: Getter | None
        if rest or selection is not None:
            inner = self._inside(self._store.relations[table], rest, selection)
        else:
            inner = _own("$key")
        if inner is None:
            return None
        store, parent, may, right = self._store, relation.name, self._may, _right(rest or ("$key",), selection)
        return lambda row: [
            inner(child) for child in store.children(table, column, (parent, row["$key"])) if may(right, table, child)
        ]

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
    return "list" if selection is None and len(rest) == 1 and rest[0] in _NAMING else "read"


def _own(name: str) -> Getter:
    return lambda row: row[name]
