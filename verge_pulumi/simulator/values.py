"""The stored form of values sent by clients: conversion and limits.

See docs/vergeos/README.md §8, docs/vergeos/quirks.md §5.
"""

from __future__ import annotations

import copy
import json
import re
from typing import Any

from verge_pulumi.catalogue.model import UNSET, Column, Type
from verge_pulumi.catalogue.schema import RANGES
from verge_pulumi.simulator.errors import invalid, not_in_list

_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,30}")
_DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
_TRUTH = {"true": True, "1": True, "false": False, "0": False}


def default(column: Column) -> Any:
    """Return the default of a column that a POST leaves out, or null."""
    return None if column.default is UNSET else copy.deepcopy(column.default)


def convert(column: Column, value: Any, *, empty_word: str = "refused") -> Any:
    """Return the value that VergeOS stores.

    Numbers and booleans may be sent as text (``"8192"``, ``"true"``), text as a number. A null means the
    column's default; it is not documented whether real columns with a default can be null.

    Args:
        column: The column.
        value: What was sent.
        empty_word: What becomes of an empty text for a column that takes one of several words: `disputed` has it.

    Raises:
        ApiError: The value has the wrong type, or the column does not accept it (422).
    """
    if value is None or (value == "" and column.type in (Type.REF, Type.ANY_REF)):
        if column.required and not column.nullable:
            raise invalid(column.name)
        return default(column)
    if value == "" and column.choices and "" not in column.choices and empty_word == "default":
        return default(column)
    converted = _CONVERSIONS[column.type](column, value)
    if column.choices and converted not in column.choices:
        raise not_in_list(column.name, value)
    if column.lower:
        converted = converted.lower()
    if not _within_limits(column, converted):
        raise invalid(column.name)
    return converted


def _within_limits(column: Column, value: Any) -> bool:
    if column.required and value == "":
        return False
    if isinstance(value, str):
        return column.max_length is None or len(value) <= column.max_length
    least, most = RANGES.get(column.field_type, (None, None))
    limits = ((column.minimum, column.maximum), (least, most))
    return all((low is None or value >= low) and (high is None or value <= high) for low, high in limits)


def _boolean(column: Column, value: Any) -> bool:
    truth = _TRUTH.get(str(value).lower()) if isinstance(value, bool | int | str) else None
    if truth is None:
        raise invalid(column.name)
    return truth


def _integer(column: Column, value: Any) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value):
        return int(value)
    raise invalid(column.name)


def _number(column: Column, value: Any) -> int | float:
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise invalid(column.name)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _text(column: Column, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    raise invalid(column.name)


def _json(column: Column, value: Any) -> Any:
    if isinstance(value, dict | list):
        return value
    try:
        return json.loads(value)
    except (TypeError, ValueError):
        raise invalid(column.name) from None


def _reference(column: Column, value: Any) -> int | str:
    # A text that is no number may be the key of a table with hexadecimal keys.
    return value if isinstance(value, str) and not _WHOLE_NUMBER.fullmatch(value) else _integer(column, value)


_CONVERSIONS = {
    Type.BOOL: _boolean,
    Type.INT: _integer,
    Type.NUMBER: _number,
    Type.TEXT: _text,
    Type.JSON: _json,
    Type.REF: _reference,
    Type.ANY_REF: _text,
}
