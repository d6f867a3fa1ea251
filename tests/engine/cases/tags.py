"""Tags, and the categories that they belong to."""

from __future__ import annotations

from typing import Any

from tests.engine.subjects import Case, Within
from verge_pulumi import Tag, TagCategory

CATEGORY = Within(argument="category", noun="TagCategory")

TAGGED = Within(argument="on", noun="VirtualMachine", label="tagged")


def blue() -> dict[str, Any]:
    """Declare a tag that virtual machines may have."""
    return {"tag": Tag("blue", name="blue", category=TagCategory("colours", name="colours", taggable_vms=True))}


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
    Case(noun="TagAssignment", within=TAGGED, arguments=blue, edit=None, drift=None, unset=None),
)
