"""How the user interface looks."""

from __future__ import annotations

from tests.engine.subjects import Case

CASES = (
    Case(
        noun="Theme",
        arguments=lambda: {
            "name": "house",
            "based_on": "dark",
            "description": "for tests",
            "definitions": {"primary": "#336699"},
        },
        edit=("name", "home"),
        drift=("description", "changed in the UI"),
        replace=("based_on", "light"),
    ),
)
