"""What a VergeOS says of its tables, held against the catalogue as of its release.

What it says nothing of is not compared, column by column: a schema need not repeat a default that is false, 0 or empty,
nor a limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from verge_pulumi.catalogue import TABLES, UNSET, Column, Table, Type, Write, tables_of
from verge_pulumi.catalogue.described import LEFT_OUT, DescribedColumn, DescribedSystem, DescribedTable, same_type
from verge_pulumi.catalogue.schema import FIELD_TYPES, ROWS
from verge_pulumi.conformance.renamed import new_name


class Kind(StrEnum):
    """What differs."""

    NO_TABLE = "table missing"
    EARLY_TABLE = "table of a later release"
    OWNER = "owner column"
    PARENT = "parent column"
    UNIQUE_GONE = "no longer unique"
    UNIQUE_NEW = "unique"
    NO_COLUMN = "column missing"
    EARLY_COLUMN = "column of a later release"
    TYPE = "type"
    WORDS_GONE = "words missing"
    WORDS_NEW = "words added"
    LISTED = "words listed"
    TARGET = "referred table"
    NOT_CREATED = "not set on create"
    CREATED = "set on create"
    NOT_UPDATED = "not changed later"
    UPDATED = "changed later"
    REQUIRED = "required"
    OPTIONAL = "not required"
    MINIMUM = "smallest number"
    MAXIMUM = "largest number"
    LENGTH = "longest text"
    DEFAULT = "default"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One difference between a VergeOS and the catalogue as of its release.

    Attributes:
        table: The table.
        column: The column; "" where it is about the table.
        kind: What differs.
        ours: What the catalogue has, as text; "" for nothing.
        theirs: What this VergeOS has.
        words: The words or columns that it is about.
        limit: The limit that this VergeOS has, where it is about one.
        tighter: Whether this VergeOS accepts less than the catalogue says.
    """

    table: str
    column: str = ""
    kind: Kind
    ours: str = ""
    theirs: str = ""
    words: tuple[str, ...] = ()
    limit: float | None = None
    tighter: bool = False

    @property
    def place(self) -> str:
        """The table and the column, as one word."""
        return f"{self.table}.{self.column}" if self.column else self.table


def compare(system: DescribedSystem) -> list[Difference]:
    """Return the differences, in order of tables and columns. Only what the system tells is compared."""
    catalogue = tables_of(system.release)
    found: list[Difference] = []
    for name in TABLES:
        theirs = system.tables.get(name)
        if name not in catalogue:
            if theirs is not None:
                found.append(Difference(table=name, kind=Kind.EARLY_TABLE, ours=f"since {TABLES[name].since}"))
        elif theirs is not None:
            found += _of_table(catalogue[name], theirs, system)
        elif name in system.absent:
            found.append(Difference(table=name, kind=Kind.NO_TABLE))
    return found


def held_elsewhere(system: DescribedSystem) -> dict[str, str]:
    """Return the columns that a table lacks and the row that runs it has, each with the table of that row.

    Either is as the catalogue says (`Column.held_by`), so it is no difference.
    """
    return {
        f"{table.name}.{column.name}": holder
        for table in tables_of(system.release).values()
        for column in table.columns
        if table.name in system.tables and column.name not in system.tables[table.name].columns
        if (holder := table.target_of(column.held_by)) in system.tables and column.name in system.tables[holder].columns
    }


def unmodelled(system: DescribedSystem) -> int:
    """Count the columns that the catalogue does not know, of the tables that it knows."""
    return sum(
        len([name for name, each in described.columns.items() if each.type != ROWS and not TABLES[table].column(name)])
        for table, described in system.tables.items()
    )


def _is_gone(table: Table, column: Column, system: DescribedSystem) -> bool:
    """Say whether a column that a table lacks is nowhere; not if what may hold it could not be read."""
    holder = table.target_of(column.held_by)
    return column.name not in system.tables[holder].columns if holder in system.tables else holder not in system.unread


def _of_table(ours: Table, theirs: DescribedTable, system: DescribedSystem) -> Iterator[Difference]:
    yield from _of_rights(ours, theirs)
    yield from _of_unique(ours, theirs)
    lacking = [column for column in ours.columns if column.name not in theirs.columns]
    gone = [column for column in lacking if _is_gone(ours, column, system)]
    new = {name: each for name, each in theirs.columns.items() if TABLES[ours.name].column(name) is None}
    for column in gone:
        name = new_name(column, new)
        yield Difference(
            table=ours.name, column=column.name, kind=Kind.NO_COLUMN, theirs=f"perhaps named {name}" if name else ""
        )
    for name, described in theirs.columns.items():
        known, later = ours.column(name), TABLES[ours.name].column(name)
        if known is not None:
            yield from _of_column(ours.name, known, described)
        elif later is not None:
            yield Difference(table=ours.name, column=name, kind=Kind.EARLY_COLUMN, ours=f"since {later.since}")
        elif described.required and described.default is UNSET:
            yield Difference(table=ours.name, column=name, kind=Kind.REQUIRED, ours="no such column", theirs="required")


def _of_rights(ours: Table, theirs: DescribedTable) -> Iterator[Difference]:
    for right, kind, column in (("owner", Kind.OWNER, ours.owner), ("parent", Kind.PARENT, ours.parent)):
        if right in theirs.rights and theirs.rights[right] != column:
            named = theirs.rights[right]
            yield Difference(
                table=ours.name, kind=kind, ours=column or "", theirs=named or "", words=(named,) if named else ()
            )


def _of_unique(ours: Table, theirs: DescribedTable) -> Iterator[Difference]:
    if theirs.unique is None:
        return
    known, said = ({frozenset(group): group for group in groups} for groups in (ours.unique, theirs.unique))
    # Where fewer of its columns are unique alone, the whole group is.
    gone = [group for columns, group in known.items() if not any(each <= columns for each in said)]
    for kind, groups in (
        (Kind.UNIQUE_GONE, [group for group in gone if theirs.columns.keys() >= set(group)]),
        (Kind.UNIQUE_NEW, [group for columns, group in said.items() if columns not in known]),
    ):
        for group in sorted(groups):
            yield Difference(table=ours.name, kind=kind, words=group, theirs=", ".join(group))


def _of_column(table: str, ours: Column, theirs: DescribedColumn) -> Iterator[Difference]:
    def differs(kind: Kind, mine: str = "", other: str = "", **more: Any) -> Difference:
        return Difference(table=table, column=ours.name, kind=kind, ours=mine, theirs=other, **more)

    if theirs.type and not same_type(ours, theirs.type):
        yield differs(Kind.TYPE, ours.type.value, theirs.type, tighter=theirs.type in (*FIELD_TYPES, ROWS))
    yield from (differs(*each[:3], words=each[3], tighter=each[4]) for each in _of_words(ours, theirs))
    if theirs.target is not None and ours.target is not None and theirs.target != ours.target:
        yield differs(Kind.TARGET, ours.target, theirs.target)
    yield from (differs(kind) for kind in _of_writing(ours, theirs))
    for kind, mine, limit in (
        (Kind.MINIMUM, ours.minimum, theirs.minimum),
        (Kind.MAXIMUM, ours.maximum, theirs.maximum),
        (Kind.LENGTH, ours.max_length, theirs.max_length),
    ):
        if mine is not None and limit is not None and mine != limit:
            tighter = limit > mine if kind is Kind.MINIMUM else limit < mine
            yield differs(kind, _shown(mine), _shown(limit), limit=limit, tighter=tighter)
    if theirs.default is not UNSET and not _same_default(ours, theirs.default):
        yield differs(Kind.DEFAULT, _shown(ours.default), _shown(theirs.default))


def _of_words(ours: Column, theirs: DescribedColumn) -> Iterator[tuple[Kind, str, str, tuple[str, ...], bool]]:
    if theirs.words is None:
        return
    new = tuple(word for word in theirs.words if word not in ours.choices)
    more = [f"{theirs.more_words} more"] if theirs.more_words else []
    if not ours.choices:
        yield Kind.LISTED, "any text", ", ".join([*theirs.words, *more]), theirs.words, True
        return
    # What a report leaves out is a word that the catalogue does not know.
    if gone := tuple(word for word in ours.choices if word not in theirs.words):
        yield Kind.WORDS_GONE, ", ".join(gone), "", gone, True
    if new or more:
        yield Kind.WORDS_NEW, "", ", ".join([*new, *more]), new, False


def _of_writing(ours: Column, theirs: DescribedColumn) -> Iterable[Kind]:
    created, updated = ours.write in (Write.CREATE, Write.ALWAYS), ours.write in (Write.ALWAYS, Write.UPDATE)
    if theirs.create is not None and theirs.create != created:
        yield Kind.CREATED if theirs.create else Kind.NOT_CREATED
    if theirs.readonly is not None and theirs.readonly == updated:
        yield Kind.NOT_UPDATED if theirs.readonly else Kind.UPDATED
    if theirs.required is not None and theirs.required != ours.required:
        yield Kind.REQUIRED if theirs.required else Kind.OPTIONAL


def _same_default(column: Column, theirs: Any) -> bool:
    """Say whether two defaults mean the same: none is false, 0 or empty, and VergeOS keeps all else as text, too."""
    ours = column.default
    if _is_none(ours) or _is_none(theirs):
        return _is_none(ours) and _is_none(theirs)
    if column.type is Type.BOOL:
        return theirs in (True, "1", "true")
    return bool(ours == theirs) or _shown(ours) == _shown(theirs)


def _is_none(value: Any) -> bool:
    return not value or value in ("0", "false")


def _shown(value: Any) -> str:
    if value is LEFT_OUT:
        return "another one"
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None or value is UNSET or value in ("", [], {}) else str(value)
