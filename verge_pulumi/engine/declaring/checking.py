"""The checks that look at each resource a program declares; they know the resources, so they register from above."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from verge_pulumi.engine.declaring.program import Planned

Checks = Callable[["Planned"], None]
"""Looks at one resource after the other of a program, and raises an error for one that cannot work."""

_makers: list[Callable[[], Checks]] = []


def register(make: Callable[[], Checks]) -> None:
    """Register checks for each program that runs from now on.

    Args:
        make: Returns the checks of one program, which have seen none of its resources yet.
    """
    _makers.append(make)


def begin() -> list[Checks]:
    """Return all checks, for a program that begins."""
    return [make() for make in _makers]
