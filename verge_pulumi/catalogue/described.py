"""What a VergeOS says of its own tables, by ``$table``, as far as it can be held against the catalogue.

Of the layout only ``type`` and ``list`` are documented (docs/vergeos/README.md §1.1), and what else a field says a
release may say in other words, or of some columns only. So every fact may be untold, column by column, and what nobody
told is never taken for a difference.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from verge_pulumi.catalogue import TABLES
from verge_pulumi.catalogue.model import UNSET, Column, Type
from verge_pulumi.catalogue.schema import FIELD_TYPES

LEFT_OUT: Any = type("LeftOut", (), {"__repr__": lambda self: "LEFT_OUT"})()
"""A default that a report does not repeat, since it might be somebody's own word."""

FACTS: Mapping[str, str] = {
    "list": "words of enumerations",
    "default": "defaults",
    "readonly": "whether a column can be changed",
    "create": "whether a create may set a column",
    "required": "whether a create has to set a column",
    "min": "smallest numbers",
    "max": "largest numbers",
    "maxlength": "longest texts",
    "table": "which table a reference names",
}
"""What a field may say beside its type, and what people call that."""


@dataclass(frozen=True, kw_only=True)
class DescribedColumn:
    """What a VergeOS says of a column.

    Attributes:
        type: The word for its type; "" where there is none.
        words: The words that it accepts; None, as in all below, if untold.
        more_words: How many more it accepts that a report does not repeat.
        default: What it is where a POST leaves it out; `UNSET` if untold.
        readonly: Whether a PUT of it is refused.
        create: Whether a POST may set it.
        required: Whether a POST without it is refused.
        minimum: The smallest number accepted.
        maximum: The largest.
        max_length: The longest text, in characters.
        target: The table that a ``row`` refers to.
    """

    type: str = ""
    words: tuple[str, ...] | None = None
    more_words: int = 0
    default: Any = UNSET
    readonly: bool | None = None
    create: bool | None = None
    required: bool | None = None
    minimum: float | None = None
    maximum: float | None = None
    max_length: float | None = None
    target: str | None = None


def listed_tables(index: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the names of all tables that a VergeOS lists at ``GET /api/v4``."""
    tables = [entry for entry in index if entry.get("type", "table") == "table"]
    return frozenset(name for entry in tables if isinstance(name := entry.get("name"), str))


def unmodelled_tables(listed: Collection[str]) -> frozenset[str]:
    """Return the tables that the catalogue does not have, of those that a VergeOS lists."""
    return frozenset(listed) - {name for table in TABLES.values() for name in (table.name, table.action_table)}


@dataclass(frozen=True, kw_only=True)
class DescribedTable:
    """What a VergeOS says of a table.

    Attributes:
        columns: Its columns by name, and its lists of child rows, which are of the type ``rows``.
        rights: The columns that decide about rights, ``parent`` and ``owner``, as far as it tells them.
        unique: The groups of columns whose values are unique; None if untold.
    """

    columns: Mapping[str, DescribedColumn]
    rights: Mapping[str, str | None] = field(default_factory=dict)
    unique: frozenset[tuple[str, ...]] | None = None


@dataclass(frozen=True, kw_only=True)
class DescribedSystem:
    """What a VergeOS says of itself.

    Attributes:
        release: Its release, such as ``"26.1.8"``.
        tables: The tables that were read, by name.
        absent: The tables that were asked for and that it does not have.
        unread: The tables that it has and does not describe, and why.
        other_tables: How many tables it has beside those of the catalogue; None if it does not list its tables.
        told: Which of `FACTS` it tells of any column at all.
        layout: The names that occur in a field, and how often: what there is to learn of the layout.
        reported: Whether a report says so. What that lacks cannot be read now.
    """

    release: str
    tables: Mapping[str, DescribedTable]
    absent: frozenset[str] = frozenset()
    unread: Mapping[str, str] = field(default_factory=dict)
    other_tables: int | None = None
    told: frozenset[str] = frozenset()
    layout: Mapping[str, int] = field(default_factory=dict)
    reported: bool = False


def fields_of(answer: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return the fields of a ``$table`` answer by name; empty where it does not lay them out as documented."""
    fields = answer.get("fields")
    named = fields.items() if isinstance(fields, Mapping) else ()
    return {str(name): each for name, each in named if isinstance(each, Mapping)}


def described(answer: Mapping[str, Any]) -> DescribedTable:
    """Return what a ``$table`` answer says; what is laid out otherwise is untold."""
    unique = answer.get("unique")
    return DescribedTable(
        columns={name: described_column(each) for name, each in fields_of(answer).items() if name != "$key"},
        rights={
            right: answer[right] or None
            for right in ("parent", "owner")
            if isinstance(answer.get(right, 0), str | None)
        },
        unique=_groups(unique) if isinstance(unique, list) else None,
    )


def described_column(said: Mapping[str, Any]) -> DescribedColumn:
    """Return what a field of a ``$table`` answer says of its column."""
    words, more = said.get("list"), said.get("more_words")
    return DescribedColumn(
        type=said["type"] if isinstance(said.get("type"), str) else "",
        words=tuple(map(str, words)) if isinstance(words, Mapping | list) else None,
        more_words=more if isinstance(more, int) else 0,
        default=LEFT_OUT if said.get("default_left_out") is True else said.get("default", UNSET),
        readonly=_truth(said.get("readonly")),
        create=_truth(said.get("create")),
        required=_truth(said.get("required")),
        minimum=_number(said.get("min")),
        maximum=_number(said.get("max")),
        max_length=_number(said.get("maxlength")),
        target=said["table"] if isinstance(said.get("table"), str) else None,
    )


def told_by(answers: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the facts that ``$table`` answers tell of any column at all."""
    said = {name for answer in answers for each in fields_of(answer).values() for name in each}
    return frozenset(said.intersection(FACTS)) | ({"default"} if "default_left_out" in said else set())


def layout_of(answers: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Count the names that occur in the fields of ``$table`` answers, each with the kind of its value."""
    counts: dict[str, int] = {}
    for answer in answers:
        for each in fields_of(answer).values():
            for name, value in each.items():
                kind = f"{name}: {_KINDS.get(type(value), 'null')}"
                counts[kind] = counts.get(kind, 0) + 1
    return dict(sorted(counts.items()))


_KINDS = {bool: "bool", int: "number", float: "number", str: "text", dict: "object", list: "list"}


def same_type(column: Column, word: str) -> bool:
    """Say whether a field type is one by which VergeOS carries what the catalogue says of a column."""
    shown = FIELD_TYPES.get(word)
    if column.type is Type.INT:
        return shown in (Type.INT, Type.NUMBER)
    if column.type is Type.ANY_REF:  # which type a reference to rows of any table has is not documented
        return shown in (Type.TEXT, Type.REF)
    return shown is column.type


def _groups(unique: list[Any]) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(map(str, group)) for group in unique if isinstance(group, list))


def _truth(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _number(value: object) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
