"""A resource that exists in tests only."""

from __future__ import annotations

from tests.engine.subjects import Case

CASES = (
    Case(
        noun="Gadget",
        arguments=lambda: {"name": "g", "colour": "red", "size": 3},
        edit=("colour", "blue"),
        drift=("colour", "grey"),
        replace=("size", 4),
    ),
)
