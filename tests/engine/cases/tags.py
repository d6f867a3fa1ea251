"""Tags, and the categories that they belong to."""

from __future__ import annotations

from tests.engine.subjects import Case, Within

CATEGORY = Within(argument="category", noun="TagCategory")

CASES = (
    Case(
        noun="TagCategory",
        arguments=lambda: {"name": "environment", "description": "for tests", "taggable_vms": True},
        edit=("single_tag_selection", True),
        drift=("description", "changed in the UI"),
        unset=("taggable_vnets", True),
    ),
    Case(
        noun="Tag",
        within=CATEGORY,
        arguments=lambda: {"name": "prod", "description": "for tests"},
        edit=("name", "production"),
        drift=("description", "changed in the UI"),
        unset=None,
    ),
)
