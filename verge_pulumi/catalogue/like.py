"""The catalogue's tables as one VergeOS described its own, so that the simulator can be like that system."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from verge_pulumi.catalogue import TABLES
from verge_pulumi.catalogue.described import LEFT_OUT, DescribedColumn, DescribedSystem, DescribedTable, same_type
from verge_pulumi.catalogue.model import UNSET, Column, Table, Type, Write
from verge_pulumi.catalogue.schema import FIELD_TYPES, MEASURED, ROWS

SOURCE = "a conformance report"


def tables_like(tables: Mapping[str, Table], system: DescribedSystem) -> dict[str, Table]:
    """Return tables as a VergeOS says that it has them; of what it says nothing they stay as they are.

    Args:
        tables: The tables of its release by name.
        system: What it says of itself.
    """
    early = {name: TABLES[name] for name in system.tables if name not in tables and name in TABLES}
    return {
        name: _table(table, system.tables[name], system) if name in system.tables else table
        for name, table in {**tables, **early}.items()
        if name not in system.absent
    }


def _table(ours: Table, theirs: DescribedTable, system: DescribedSystem) -> Table:
    described = {name: each for name, each in theirs.columns.items() if each.type != ROWS or ours.column(name)}
    columns = {
        column.name: _column(column, described[column.name]) if column.name in described else column
        for column in (*ours.columns, *_later(ours, described))
        if column.name in described or _is_held(ours, column, system)
    }
    new = {name: _new(name, each) for name, each in described.items() if name not in columns}
    columns |= new
    rights: dict[str, Any] = {right: name for right, name in theirs.rights.items() if name is None or name in columns}
    if theirs.unique is not None:
        rights["unique"] = tuple(sorted(group for group in theirs.unique if columns.keys() >= set(group)))
    views = {view: tuple(name for name in names if name in columns) for view, names in ours.views.items()}
    views |= {"most": (*views["most"], *new)} if "most" in views else {}
    short = tuple(name for name in ours.short if name in columns)
    return replace(ours, columns=tuple(columns.values()), views=views, short=short, **rights)


def _is_held(ours: Table, column: Column, system: DescribedSystem) -> bool:
    """Say whether another row has a column instead, so that it can be written here all the same."""
    holder = system.tables.get(ours.target_of(column.held_by))
    return holder is not None and column.name in holder.columns


def _later(ours: Table, described: Mapping[str, DescribedColumn]) -> list[Column]:
    """Return the columns of later releases that this VergeOS has already."""
    return [column for column in TABLES[ours.name].columns if column.name in described and not ours.column(column.name)]


def _new(name: str, said: DescribedColumn) -> Column:
    shown = FIELD_TYPES.get(said.type, Type.TEXT)
    kind = Type.INT if shown is Type.REF and said.target not in TABLES else shown
    target = said.target if kind is Type.REF else None
    write = Write.NEVER if said.type in MEASURED else Write.ALWAYS
    return _column(Column(name=name, type=kind, write=write, target=target, source=SOURCE), said)


def _column(ours: Column, said: DescribedColumn) -> Column:
    # It shows the column itself, whoever else holds it.
    facts: dict[str, Any] = {"write": _write(ours.write, said), "held_by": ""}
    if FIELD_TYPES.get(said.type) and not same_type(ours, said.type):
        kind = FIELD_TYPES[said.type]
        # A reference to a table that nobody has is a number.
        facts["type"] = Type.INT if kind is Type.REF and said.target not in TABLES else kind
    if FIELD_TYPES.get(said.type) is facts.get("type", ours.type):
        facts["field_type"] = said.type
    if said.target in TABLES and facts.get("type", ours.type) is Type.REF:
        facts["target"] = said.target
    if said.words is not None and not (said.words == () and said.more_words):
        facts["choices"] = said.words
    if said.default is not UNSET and said.default is not LEFT_OUT:
        facts["default"] = said.default
    told = {
        "required": said.required,
        "minimum": said.minimum,
        "maximum": said.maximum,
        "max_length": said.max_length,
    }
    facts |= {name: value for name, value in told.items() if value is not None}
    return replace(ours, **facts)


def _write(ours: Write, said: DescribedColumn) -> Write:
    """Return when a column may be written, as far as this VergeOS says so."""
    created = ours in (Write.CREATE, Write.ALWAYS) if said.create is None else said.create
    updated = ours in (Write.ALWAYS, Write.UPDATE) if said.readonly is None else not said.readonly
    return _WRITES[created, updated]


_WRITES = {
    (True, True): Write.ALWAYS,
    (True, False): Write.CREATE,
    (False, True): Write.UPDATE,
    (False, False): Write.NEVER,
}
