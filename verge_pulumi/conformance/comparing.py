"""What a VergeOS says of its tables, held against the catalogue as of its release."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from verge_pulumi.catalogue import TABLES, UNSET, Column, Table, Write, for_release
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
    UNLISTED = "words not listed"
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
        limit: The limit that this VergeOS has, where it is about one; None for no limit.
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


@cache
def catalogue_of(release: str) -> Mapping[str, Table]:
    """Return the catalogue's tables as of a release."""
    return for_release(TABLES, release)


def compare(system: DescribedSystem) -> list[Difference]:
    """Return the differences, in order of tables and columns. Only what the system tells is compared."""
    catalogue = catalogue_of(system.release)
    found: list[Difference] = []
    for name in TABLES:
        theirs = system.tables.get(name)
        if name not in catalogue:
            if theirs is not None:
                found.append(Difference(table=name, kind=Kind.EARLY_TABLE, ours=f"since {TABLES[name].since}"))
        elif theirs is not None:
            found += _of_table(catalogue[name], theirs, system.told)
        elif name in system.absent:
            found.append(Difference(table=name, kind=Kind.NO_TABLE))
    return found


def unmodelled(system: DescribedSystem) -> int:
    """Count the columns that the catalogue does not know, of the tables that it knows."""
    return sum(
        len([name for name, each in described.columns.items() if each.type != ROWS and not TABLES[table].column(name)])
        for table, described in system.tables.items()
    )


def _of_table(ours: Table, theirs: DescribedTable, told: frozenset[str]) -> Iterator[Difference]:
    yield from _of_rights(ours, theirs)
    yield from _of_unique(ours, theirs)
    gone = [column for column in ours.columns if column.name not in theirs.columns]
    new = {name: each for name, each in theirs.columns.items() if TABLES[ours.name].column(name) is None}
    for column in gone:
        name = new_name(column, new)
        yield Difference(
            table=ours.name, column=column.name, kind=Kind.NO_COLUMN, theirs=f"perhaps named {name}" if name else ""
        )
    for name, described in theirs.columns.items():
        known, later = ours.column(name), TABLES[ours.name].column(name)
        if known is not None:
            yield from _of_column(ours.name, known, described, told)
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
    for kind, groups in (
        (
            Kind.UNIQUE_GONE,
            [g for columns, g in known.items() if columns not in said and columns <= theirs.columns.keys()],
        ),
        (Kind.UNIQUE_NEW, [group for columns, group in said.items() if columns not in known]),
    ):
        for group in sorted(groups):
            yield Difference(table=ours.name, kind=kind, words=group, theirs=", ".join(group))


def _of_column(table: str, ours: Column, theirs: DescribedColumn, told: frozenset[str]) -> Iterator[Difference]:
    def differs(kind: Kind, mine: str = "", other: str = "", **more: Any) -> Difference:
        return Difference(table=table, column=ours.name, kind=kind, ours=mine, theirs=other, **more)

    if theirs.type and not same_type(ours, theirs.type):
        yield differs(Kind.TYPE, ours.type.value, theirs.type, tighter=theirs.type in (*FIELD_TYPES, ROWS))
    if "list" in told:
        yield from (differs(*each[:3], words=each[3], tighter=each[4]) for each in _of_words(ours, theirs))
    if theirs.target is not None and ours.target is not None and theirs.target != ours.target:
        yield differs(Kind.TARGET, ours.target, theirs.target)
    yield from (differs(kind) for kind in _of_writing(ours, theirs))
    for kind, fact, mine, limit, low in (
        (Kind.MINIMUM, "min", ours.minimum, theirs.minimum, True),
        (Kind.MAXIMUM, "max", ours.maximum, theirs.maximum, False),
        (Kind.LENGTH, "maxlength", ours.max_length, theirs.max_length, False),
    ):
        if fact in told and mine != limit:
            tighter = limit is not None and (mine is None or (limit > mine if low else limit < mine))
            yield differs(kind, _shown(mine), _shown(limit), limit=limit, tighter=tighter)
    if "default" in told and not _same_default(ours.default, theirs.default):
        yield differs(Kind.DEFAULT, _shown(ours.default), _shown(theirs.default))


def _of_words(ours: Column, theirs: DescribedColumn) -> Iterator[tuple[Kind, str, str, tuple[str, ...], bool]]:
    if theirs.words is None:
        if ours.choices:
            yield Kind.UNLISTED, "", "any text", (), False
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


def _same_default(ours: Any, theirs: Any) -> bool:
    """Say whether two defaults mean the same: VergeOS keeps "" where there is no text, and numbers as text."""
    if _is_none(ours) or _is_none(theirs):
        return _is_none(ours) and _is_none(theirs)
    if isinstance(ours, bool) or isinstance(theirs, bool):
        return _shown(ours) == _shown(theirs)
    return bool(ours == theirs) or str(ours) == str(theirs)


def _is_none(value: Any) -> bool:
    return value is None or value is UNSET or value in ("", [], {})


def _shown(value: Any) -> str:
    if value is LEFT_OUT:
        return "another one"
    if isinstance(value, bool):
        return str(value).lower()
    return "" if _is_none(value) else str(value)
