"""The answer to ``GET /api/v4/<table>/$table``: a table's schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verge_pulumi.catalogue.model import UNSET, Column, Table, Type, Write

ROWS = "rows"
"""The field type of a list of child rows, which is no column."""

FIELD_TYPES: Mapping[str, Type] = {
    **dict.fromkeys(("bool", "enabled"), Type.BOOL),
    "num": Type.NUMBER,
    **dict.fromkeys((f"{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64)), Type.INT),
    **dict.fromkeys((f"{stamp}{unit}" for stamp in ("created", "modified") for unit in ("", "_ms", "_us")), Type.INT),
    **dict.fromkeys(("filesize", "fileused", "fileallocated", "filemodified"), Type.INT),
    **dict.fromkeys(("text", "string", "filename"), Type.TEXT),
    "json": Type.JSON,
    "row": Type.REF,
}
"""VergeOS's field types, except `ROWS`, and what a GET answers for each (docs/vergeos/README.md §1.1)."""

STAMPS: Mapping[str, int] = {
    f"{stamp}{unit}": each
    for stamp in ("created", "modified")
    for unit, each in (("", 1), ("_ms", 1000), ("_us", 1_000_000))
} | {"filemodified": 1}
"""The field types of times that VergeOS writes down by itself, and how many of them a second has."""

MEASURED = frozenset({*STAMPS, "filesize", "fileused", "fileallocated"})
"""The field types of what VergeOS finds out by itself."""

RANGES: Mapping[str, tuple[int, int]] = {
    **{f"uint{bits}": (0, (1 << bits) - 1) for bits in (8, 16, 32, 64)},
    **{f"int{bits}": (-(1 << (bits - 1)), (1 << (bits - 1)) - 1) for bits in (8, 16, 32, 64)},
}
"""The smallest and the largest number of a field type (inferred from the names)."""

_WORDS = {
    Type.BOOL: "bool",
    Type.INT: "int64",
    Type.NUMBER: "num",
    Type.TEXT: "text",
    Type.JSON: "json",
    Type.REF: "row",
    Type.ANY_REF: "string",
}
"""The field type that the simulator names where none is known, as of the size of most numbers: int64."""

_NAMED_AFTER = ("enabled", "created", "modified")
"""Field types that have the name of the columns that have them."""


def field_type(column: Column) -> str:
    """Return the field type of a column, as far as it is known."""
    own = column.name in _NAMED_AFTER and FIELD_TYPES[column.name] is column.type
    return column.field_type or (column.name if own else _WORDS[column.type])


def label(word: str) -> str:
    """Return how an enumeration's word is displayed; the real labels are not documented."""
    return word.replace("_", " ").capitalize()


def table_schema(table: Table, lists: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return a table's schema.

    ``fields`` is an object by column, and ``list`` in it one from word to label, as in a capture
    (docs/vergeos/README.md §1.1). What else a field says is known by meaning only, so these names are ours.

    Args:
        table: The table.
        lists: Its lists of child rows: the name of a list -> the child table. A column of that name comes first, as it
            does in ``fields`` of a GET.

    Returns:
        A JSON object with ``name``, ``parent`` and ``owner`` (the columns by which permissions are decided, or null),
        ``unique`` (lists of column names) and ``fields``, by column: objects with ``type``, ``readonly`` (a PUT is
        refused), ``create`` (a POST may set it) and ``required``, and where they apply ``default``, ``list`` (the words
        accepted, each with its label), ``min``, ``max``, ``maxlength`` and ``table`` (what a ``row`` refers to, and
        ``rows`` are of).
    """
    columns = {column.name: _field(column) for column in table.columns}
    rows = {name: {"type": ROWS, "table": child} for name, child in (lists or {}).items()}
    return {
        "name": table.name,
        "parent": table.parent,
        "owner": table.owner,
        "unique": [list(group) for group in table.unique],
        "fields": columns | {name: each for name, each in rows.items() if name not in columns},
    }


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {
        "type": field_type(column),
        "readonly": column.write in (Write.NEVER, Write.CREATE),
        "create": column.write in (Write.CREATE, Write.ALWAYS),
        "required": column.required,
    }
    if column.default is not UNSET:
        field["default"] = column.default
    if column.choices:
        field["list"] = {word: label(word) for word in column.choices}
    limits = {
        "min": column.minimum,
        "max": column.maximum,
        "maxlength": column.max_length,
        "table": column.target,
    }
    return field | {name: limit for name, limit in limits.items() if limit is not None}
