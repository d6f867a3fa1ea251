"""Validation of the values for the dials; an invalid value gives one sentence, and nothing is changed."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

YEAR = 365 * 86400.0


def number(name: str, value: object, *, most: float, least: float = 0) -> float:
    """Return a number within limits, unchanged.

    Raises:
        ValueError: It is not a finite number, or is outside the limits.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise ValueError(f"{name} must be a number from {least:,.0f} to {most:,.0f}.")
    return value


def whole(name: str, value: object, *, most: int, least: int = 0) -> int:
    """Return a whole number within limits.

    Raises:
        ValueError: It is not a whole number, or is outside the limits.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{name} must be a whole number from {least:,} to {most:,}.")
    return value


def text(name: str, value: object) -> str:
    """Return text without line breaks.

    Raises:
        ValueError: It is not text, or has control characters.
    """
    if not isinstance(value, str) or not value.isprintable():
        raise ValueError(f"{name} must be a text on one line.")
    return value


def choice(name: str, value: object, choices: Collection[str]) -> str:
    """Return one of several words.

    Raises:
        ValueError: It is none of them.
    """
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name}={reprlib.repr(value)} is unknown. Use one of {', '.join(choices)}.")
    return value


def several(name: str, values: object) -> list[Any]:
    """Return the elements of a list or another collection.

    Raises:
        ValueError: It is something else, such as text.
    """
    if isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable):
        raise ValueError(f"{name} must be a list.")
    return list(values)


def mapping(name: str, value: object) -> dict[str, Any]:
    """Return the content of an object.

    Raises:
        ValueError: It is something else.
    """
    if not isinstance(value, Mapping):
        raise ValueError(f"{name} must be an object.")
    return dict(value)


def finite(value: Any) -> bool:
    """Return whether all numbers in a JSON value are finite; it must not be nested deeply."""
    if isinstance(value, dict):
        return all(map(finite, value.values()))
    if isinstance(value, list):
        return all(map(finite, value))
    return not isinstance(value, float) or math.isfinite(value)
