"""The schema of a VergeOS as a file that anybody may read: what is in it was chosen, and nothing of the system is.

A report holds names of tables that are publicly known, names of columns, VergeOS's words for types, numbers, truth
values, and words of enumerations. A word goes in if the catalogue has it, or is made of words that the catalogue has
(``pc-q35-12.0``): one that somebody made up, such as the name of a site, is counted only. Labels, which are free text,
stay out.
"""

from __future__ import annotations

import math
import re
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationError

from verge_pulumi.catalogue import TABLES, tables_of
from verge_pulumi.catalogue.described import (
    LEFT_OUT,
    DescribedColumn,
    DescribedSystem,
    DescribedTable,
    described,
)
from verge_pulumi.catalogue.model import UNSET
from verge_pulumi.catalogue.platform import UNMODELLED
from verge_pulumi.catalogue.schema import FIELD_TYPES, ROWS

Json = dict[str, Any]

LONGEST = 48
"""Characters of the longest name of a column; VergeOS's are shorter."""

_NAME = re.compile(rf"[a-z][a-z0-9_]{{0,{LONGEST - 1}}}")

Name = Annotated[str, Field(pattern=f"^{_NAME.pattern}$")]
"""The name of a table or a column, as a report has it."""


class ReportedTable(BaseModel, frozen=True, extra="allow"):
    """What a report says of a table: of its fields by name, and beside these of its rights and unique columns."""

    fields: dict[Name, Json]


class Report(BaseModel, frozen=True):
    """What is in the file; `format` is another number where a later one has another form."""

    format: Literal[1] = 1
    release: Annotated[str, Field(pattern=r"^[0-9]{1,4}(\.[0-9]{1,4}){0,3}$")]
    tables: Annotated[dict[Name, ReportedTable], Field(min_length=1)]
    absent: list[Name]
    unread: list[Name]
    other_tables: int | None
    told: list[str]
    layout: dict[str, int]


_WORD = re.compile(r"[A-Za-z](?:[0-9]{0,3}[A-Za-z._+-]){0,32}[0-9]{0,3}|[0-9]{1,2}")


class UnreadableReport(ValueError):
    """A file is no report; the text says why and what to do."""


def as_report(system: DescribedSystem) -> Report:
    """Return what may leave the system: its schema without anything that people put into it."""
    return Report(
        release=".".join(re.findall("[0-9]{1,4}", system.release)[:4]),
        tables={name: _table(name, system.tables[name]) for name in sorted(system.tables) if name in TABLES},
        absent=sorted(system.absent & TABLES.keys()),
        unread=sorted(system.unread.keys() & TABLES.keys()),
        other_tables=system.other_tables,
        told=sorted(system.told),
        layout={kind: count for kind, count in system.layout.items() if re.fullmatch(r"[a-z_$]{1,24}: [a-z]+", kind)},
    )


def read_report(path: Path) -> DescribedSystem:
    """Return what a report says of the system that it was made of.

    Raises:
        UnreadableReport: The file cannot be read, or is none.
    """
    try:
        return described_by(Report.model_validate_json(path.read_bytes()))
    except OSError as error:
        reason = error.strerror or str(error)
    except ValidationError as error:
        (first, *_) = error.errors(include_url=False, include_input=False)
        reason = ": ".join(filter(None, (".".join(map(_shown, first["loc"])), first["msg"])))
    raise UnreadableReport(
        f"{path} holds no report of 'verge-pulumi conformance --report' ({reason}). Make it once more"
    )


def _shown(part: str | int) -> str:
    """Return a part of the place of a fault; one that is no name may be anything, and steers no terminal."""
    return str(part) if isinstance(part, int) or _NAME.fullmatch(part) else ascii(part[:LONGEST])


def left_out(system: DescribedSystem) -> list[str]:
    """Return the words of enumerations that a report does not repeat, each with its column."""
    return [
        f"{table}.{column}: {word}"
        for table, described_table in sorted(system.tables.items())
        for column, each in sorted(described_table.columns.items())
        for word in each.words or ()
        if not is_public(table, column, word)
    ]


def is_public(table: str, column: str, word: str) -> bool:
    """Say whether a word of an enumeration is VergeOS's own, for all that the catalogue knows."""
    known = TABLES[table].column(column) if table in TABLES else None
    if known is not None and word in known.choices:
        return True
    if known is None or not known.choices or not _WORD.fullmatch(word):
        return False
    # Numbers, but no address.
    return len(re.findall("[0-9]+", word)) <= 3 and all(part in _vocabulary() for part in _letters(word))


@cache
def _vocabulary() -> frozenset[str]:
    """Return the words out of which the catalogue makes its own: parts of names of tables and columns, and of words."""
    texts = [
        text
        for table in TABLES.values()
        for text in (table.name, *(text for column in table.columns for text in (column.name, *column.choices)))
    ]
    return frozenset(part for text in texts for part in _letters(text))


@cache
def _known_tables() -> frozenset[str]:
    """Return the names of tables that are publicly known."""
    targets = (column.target for table in TABLES.values() for column in table.columns if column.target)
    return frozenset((*TABLES, *UNMODELLED, *targets))


def _letters(text: str) -> list[str]:
    return re.findall("[a-z]+", text.lower())


def _table(name: str, table: DescribedTable) -> ReportedTable:
    columns = {column: each for column, each in table.columns.items() if _NAME.fullmatch(column)}
    said: Json = {right: column for right, column in table.rights.items() if column is None or column in columns}
    if table.unique is not None:
        said["unique"] = sorted(list(group) for group in table.unique if columns.keys() >= set(group))
    fields = {column: _field(name, column, columns[column]) for column in sorted(columns)}
    return ReportedTable(fields=fields, **said)


def _field(table: str, column: str, said: DescribedColumn) -> Json:
    field: Json = {"type": said.type if said.type in (*FIELD_TYPES, ROWS) else "other"}
    flags = {"readonly": said.readonly, "create": said.create, "required": said.required}
    limits = {"min": said.minimum, "max": said.maximum, "maxlength": said.max_length}
    field |= {name: value for name, value in {**flags, **limits}.items() if value is not None and _is_finite(value)}
    if said.target is not None:
        field["table"] = said.target if said.target in _known_tables() else "other"
    if said.words is not None:
        public = [word for word in said.words if is_public(table, column, word)]
        field["list"] = public
        field |= {"more_words": more} if (more := len(said.words) - len(public) + said.more_words) else {}
    if said.default is not UNSET:
        shown = _is_public_default(table, column, said)
        field |= {"default": said.default} if shown else {"default_left_out": True}
    return field


def _is_public_default(table: str, column: str, said: DescribedColumn) -> bool:
    known = TABLES[table].column(column)
    if said.default is LEFT_OUT or not _is_finite(said.default):
        return False
    if isinstance(said.default, str) and said.default:
        own = known is not None and known.default == said.default
        return own or (said.default in (said.words or ()) and is_public(table, column, said.default))
    if isinstance(said.default, list | dict) and said.default:
        return known is not None and known.default == said.default
    return True


def _is_finite(value: Any) -> bool:
    """Say whether a value is none of those for which JSON has no number, though 1e400 is read as one."""
    return not isinstance(value, float) or math.isfinite(value)


def described_by(report: Report) -> DescribedSystem:
    """Return what a report says of the system that it was made of.

    Another version of this package may have made it, whose catalogue has fewer tables, or more.
    """
    said = {*report.tables, *report.absent, *report.unread}
    silent = [name for name in tables_of(report.release) if name not in said]
    unread = dict.fromkeys(report.unread, "it was not read when the report was made")
    tables = {name: described(table.model_dump()) for name, table in report.tables.items() if name in TABLES}
    others = report.other_tables
    return DescribedSystem(
        release=report.release,
        tables=dict(sorted(tables.items())),
        absent=frozenset(report.absent),
        unread=dict(sorted({**unread, **dict.fromkeys(silent, "the report says nothing of it")}.items())),
        other_tables=None if others is None else others + len(report.tables) - len(tables),
        told=frozenset(report.told),
        layout=report.layout,
        reported=True,
    )
