"""Media files."""

from __future__ import annotations

from tests.engine import gadgets, lab
from tests.engine.subjects import Case

CASES = (
    Case(
        noun="MediaFile",
        arguments=lambda: {"name": "disk.raw", "source": gadgets.__file__, "description": "for tests"},
        edit=("name", "image.raw"),
        drift=("description", "changed in the UI"),
        unset=("preferred_tier", "1"),
        replace=("source", lab.__file__),
        new_first=True,
    ),
)
