"""The answer to ``GET /api/v4/<table>/$table``: a table's schema."""

from __future__ import annotations

from typing import Any

from verge_pulumi.catalogue.model import UNSET, Column, Table, Type, Write

# The words are VergeOS's own field types (docs/vergeos/README.md §1). Which type of whole numbers a column has is not
# known, so all are int64.
FIELD_TYPES = {
    Type.BOOL: "bool",
    Type.INT: "int64",
    Type.NUMBER: "num",
    Type.TEXT: "text",
    Type.JSON: "json",
    Type.REF: "row",
    Type.ANY_REF: "string",
}


def table_schema(table: Table) -> dict[str, Any]:
    """Return a table's schema as the simulator shows it.

    The layout is ours: no source shows VergeOS's. What is documented is that it names the field types, the parent
    field and the owner field, that the words of an enumeration can be read from it, and that "readonly" there often
    means settable on create only (docs/vergeos/README.md §1).

    Returns:
        A JSON object with ``name``, ``parent`` and ``owner`` (the columns by which permissions are decided, or null),
        ``unique`` (lists of column names) and ``fields``: objects with ``name``, ``type``, ``readonly`` (a PUT is
        refused), ``create`` (a POST may set it) and ``required``, and where they apply ``default``, ``list`` (the words
        accepted), ``min``, ``max``, ``maxlength`` and ``table`` (what a ``row`` refers to).
    """
    return {
        "name": table.name,
        "parent": table.parent,
        "owner": table.owner,
        "unique": [list(group) for group in table.unique],
        "fields": [
            {"name": "$key", "type": "int64" if table.key == "int" else "string", "readonly": True}
            | {"create": False, "required": False},
            *map(_field, table.columns),
        ],
    }


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": FIELD_TYPES[column.type],
        "readonly": column.write in (Write.NEVER, Write.CREATE),
        "create": column.write in (Write.CREATE, Write.ALWAYS),
        "required": column.required,
    }
    if column.default is not UNSET:
        field["default"] = column.default
    if column.choices:
        field["list"] = list(column.choices)
    limits = {
        "min": column.minimum,
        "max": column.maximum,
        "maxlength": column.max_length,
        "table": column.target,
    }
    return field | {name: limit for name, limit in limits.items() if limit is not None}
