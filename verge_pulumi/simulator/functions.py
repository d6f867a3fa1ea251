"""The functions of a projection: ``count(members)``, ``display(type)`` (docs/vergeos/README.md §5.1)."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from typing import Any, TypeAlias

from verge_pulumi.catalogue.schema import label
from verge_pulumi.simulator.relations import Row

ABSENT: Any = object()
"""An entry that is missing from the answer, unlike one whose value is null."""

Getter: TypeAlias = Callable[[Row], Any]

FLATTEN = "flatten"
"""The function whose columns become those of the row itself."""


def display(row: Row) -> str:
    """Return the display text of a row: its name, or else its key."""
    return str(row.get("name") or row["$key"])


def _label(value: Any) -> Any:
    """Return a label for a word of an enumeration; the real labels are not documented."""
    return label(value) if isinstance(value, str) else value


def _diskspace(value: Any) -> str:
    size, unit = float(value), 0
    while size >= 1024 and unit < 5:
        size, unit = size / 1024, unit + 1
    return f"{size:.2f} {('B', 'KB', 'MB', 'GB', 'TB', 'PB')[unit]}"


def _plain(value: Any) -> Any:
    """Return what a selection of one column holds, instead of an object with that column."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return next(iter(value.values())) if isinstance(value, dict) and len(value) == 1 else value


def _numbers(value: Any) -> list[int | float]:
    values = value if isinstance(value, list) else [value]
    return [number for number in values if isinstance(number, int | float)]


def _average(value: Any) -> float | None:
    numbers = _numbers(value)
    return sum(numbers) / len(numbers) if numbers else None


_SCALARS: dict[str, Callable[[Any], Any]] = {
    "upper": lambda value: str(value).upper(),
    "lower": lambda value: str(value).lower(),
    "hex": lambda value: format(int(value), "x"),
    "sha1": lambda value: hashlib.sha1(str(value).encode(), usedforsecurity=False).hexdigest(),
    "datetime": lambda value: time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(int(value))),
    "diskspace": _diskspace,
    "display": _label,
}
_AGGREGATES: dict[str, Callable[[Any], Any]] = {
    "count": lambda value: len(value) if isinstance(value, list) else int(value is not None),
    "sum": lambda value: sum(_numbers(value)),
    "avg": _average,
    "min": lambda value: min(_numbers(value), default=None),
    "max": lambda value: max(_numbers(value), default=None),
    # The API guide calls the result of `collapse(groups[name])` the name of the first group.
    "collapse": lambda value: next(iter(value), None) if isinstance(value, list) else value,
}


def apply(name: str, get: Getter, *, selected: bool) -> Getter | None:
    """Return the function of a row that applies one of these to what another one returns; None for an unknown one.

    Args:
        name: The function.
        get: Returns what it is applied to.
        selected: Whether that are objects with the selected columns.
    """
    within = _plain if selected else lambda value: value
    if aggregate := _AGGREGATES.get(name):
        return lambda row: ABSENT if (value := get(row)) is ABSENT else aggregate(within(value))
    scalar = _SCALARS.get(name)
    if scalar is None:
        return None

    def one(value: Any) -> Any:
        try:
            return None if value is None else scalar(value)
        except (ValueError, TypeError, OverflowError, OSError):
            return None  # a text where a number is needed

    def call(row: Row) -> Any:
        value = within(get(row))
        if value is ABSENT:
            return ABSENT
        return [one(item) for item in value] if isinstance(value, list) else one(value)

    return call
