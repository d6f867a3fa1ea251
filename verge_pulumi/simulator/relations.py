"""The catalogue's tables as of one release, indexed for fast access."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

from verge_pulumi.catalogue import TABLES, for_release, release_number, tables_of
from verge_pulumi.catalogue.described import DescribedSystem
from verge_pulumi.catalogue.like import tables_like
from verge_pulumi.catalogue.model import Column, Effect, Table, Type
from verge_pulumi.catalogue.schema import STAMPS, field_type
from verge_pulumi.simulator.values import default

Row: TypeAlias = dict[str, Any]
"""One row: its columns by name, and its key under ``$key``."""

Key: TypeAlias = int | str
"""A row's key: an integer, 40 hexadecimal characters or a UUID."""


IDENTITIES = "sys/identities"
"""What the column `identity` refers to. It is no table of the API; `identity#owner` leads to whose it is."""

HOLDERS = ("users", "groups")
"""The tables whose rows have an identity."""


class Release:
    """A VergeOS release, for behaviour that depends on it.

    Args:
        text: The release, for example ``"26.1.8"``.

    Raises:
        ValueError: The text is not numbers joined by dots.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._number = release_number(text)

    def since(self, text: str | None) -> bool:
        """Return whether this release is that one or a later one; always true for None."""
        return text is None or self._number >= release_number(text)


_REFERENCES = (Type.REF, Type.ANY_REF)


@dataclass(frozen=True)
class ChildList:
    """A list of rows that a row has.

    Attributes:
        table: The table of the rows that refer to it.
        column: The column by which they do.
        leads_to: The column of theirs that names the row which is listed instead; "" if they are listed themselves.
        shown: The table of the rows that are listed.
    """

    table: str
    column: str
    leads_to: str
    shown: str


_LINKED: Mapping[str, Mapping[str, ChildList]] = {
    "users": {"groups": ChildList("members", "member", "parent_group", "groups")},
    "vms": {
        "tags": ChildList("tag_members", "member", "tag", "tags"),
        "cloudinit_files": ChildList("cloudinit_files", "owner", "", "cloudinit_files"),
    },
    "system": {"licenses": ChildList("licenses", "system", "", "licenses")},
    # Of the devices that a group finds there is no table here, so it finds none.
    "resource_groups": {"resources": ChildList("node_resources", "resource_group", "", "node_resources")},
    "resource_rules": {"resources": ChildList("node_resources", "resource_rule", "", "node_resources")},
}
"""Child lists that follow from no column of a child (docs/vergeos/README.md §5.1)."""


@dataclass(frozen=True)
class Relation:
    """One table of one release.

    Attributes:
        table: The table as requests see it, without the columns that this VergeOS lacks.
        columns: All its columns by name: also those that only the simulator itself knows, since the system that it is
            like lacks them.
        visible: The columns of ``all``: no secrets and none that must be named.
        lists: Its child lists by name.
        runners: The columns, with their tables, that name the row as which another one runs.
        hidden: Whether no request sees the table, since the system that the simulator is like lacks it.
    """

    table: Table
    columns: Mapping[str, Column]
    visible: tuple[str, ...]
    lists: Mapping[str, ChildList]
    runners: tuple[tuple[str, str], ...] = ()
    hidden: bool = False

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.name

    @cached_property
    def references(self) -> tuple[Column, ...]:
        """Its columns that refer to rows."""
        return tuple(column for column in self.columns.values() if column.type in _REFERENCES)

    @cached_property
    def effects(self) -> frozenset[Effect]:
        """When changes of its columns take effect."""
        return frozenset(column.effect for column in self.columns.values())

    @cached_property
    def stamps(self) -> Mapping[str, int]:
        """Its columns of times that VergeOS writes down by itself, and how many of them a second has."""
        return {name: STAMPS[word] for name, each in self.columns.items() if (word := field_type(each)) in STAMPS}

    @cached_property
    def changed(self) -> Mapping[str, int]:
        """The `stamps` that each change of a row sets, as ``modified``, with how many of them a second has."""
        written = {name for name, each in self.columns.items() if "modified" in field_type(each)}
        return {name: units for name, units in self.stamps.items() if name in written}

    def blank(self) -> Row:
        """Return a new row of defaults, without a key."""
        row = self._defaults.copy()
        for column in self._mutable:
            row[column.name] = default(column)
        return row

    @cached_property
    def _defaults(self) -> Row:
        return {name: default(column) for name, column in self.columns.items()}

    @cached_property
    def _mutable(self) -> tuple[Column, ...]:
        return tuple(self.columns[name] for name, value in self._defaults.items() if isinstance(value, list | dict))

    def readable(self, name: str) -> Column | None:
        """Return the column of that name, or None if it is unknown or never returned."""
        column = self.table.column(name)
        return column if column is not None and column.returned else None

    def view(self, name: str) -> tuple[str, ...] | None:
        """Return what ``all`` or another view shows, `$key` first where VergeOS returns it; None if unknown."""
        columns = self.table.views.get(name, self.visible if name in ("all", "most") else None)
        if columns is not None and name == "dashboard":
            nested = self.table.nested
            columns = (*(column for column in columns if column not in nested), *nested.values())
        if columns is None or self.table.all_lacks_key:
            return columns
        return ("$key", *columns)


def _singular(table: Table) -> str:
    return table.singular or table.name.removesuffix("s")


def _child_lists(parent: Table, tables: Mapping[str, Table]) -> dict[str, ChildList]:
    """Return a table's child lists, named as clients do: ``machine_drives`` is ``drives`` of a machine."""
    lists = dict(_LINKED.get(parent.name, {}))
    for child in tables.values():
        column = child.column(child.parent) if child.parent else None
        if column is not None and column.target == parent.name:
            name = child.name.removeprefix(_singular(parent) + "_")
            lists[name] = ChildList(child.name, column.name, "", child.name)
    return lists


def relations(
    tables: Mapping[str, Table], release: Release, like: DescribedSystem | None = None
) -> Mapping[str, Relation]:
    """Index the catalogue's tables, given by name, as of a release or as the system has them that this one is like."""
    if tables is TABLES and like is None:
        return _of_catalogue(release.text)
    kept = for_release(tables, release.text)
    return _index(kept, tables_like(kept, like) if like else kept)


@lru_cache(maxsize=32)
def _of_catalogue(release: str) -> Mapping[str, Relation]:
    """Index what never changes once for all simulators of a process."""
    present = tables_of(release)
    return _index(present, present)


def _index(kept: Mapping[str, Table], present: Mapping[str, Table]) -> Mapping[str, Relation]:
    """Index what a VergeOS has, and what the simulator keeps for itself."""
    return {
        name: Relation(
            table=table,
            columns={column.name: column for part in (kept.get(name, table), table) for column in part.columns},
            visible=tuple(c.name for c in table.columns if not c.secret and not c.hidden),
            lists=_child_lists(table, present),
            runners=tuple(
                (other.name, column.name)
                for other in present.values()
                if other.runs_as and (column := other.column(other.runs_as)) and column.target == name
            ),
            hidden=name not in present,
        )
        for name, table in {**kept, **present}.items()
    }


def reference(column: Column, value: Any) -> tuple[str, Key] | None:
    """Resolve a column's value into (table, key); None when it refers to nothing.

    A polymorphic value may be written ``vms/42`` or ``/v4/vms/42`` and is stored as written
    (docs/vergeos/README.md §8).
    """
    if value is None or value == "":
        return None
    if column.type is Type.REF and column.target:
        return column.target, value
    if column.type is Type.ANY_REF and isinstance(value, str):
        table, slash, key = value.removeprefix("/v4/").rpartition("/")
        if slash and table:
            return table, int(key) if key.isdecimal() else key
    return None
