"""The trait of resources whose objects can have tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from verge_pulumi.engine.declaring.parts import Part
from verge_pulumi.engine.declaring.resource import Resource

if TYPE_CHECKING:
    from verge_pulumi.resources.tags._assigning import Tags
    from verge_pulumi.resources.tags.tag_assignment import TagAssignment


class Taggable(Resource, abstract=True):
    """A resource whose objects can have tags: the base of its class instead of `Resource`."""

    tags: Part[Tags, Mapping[str, TagAssignment]] = Part(declared_in="verge_pulumi.resources.tags._assigning")
    """Tags that it has; those that others have put on it stay. A list in any order, each element once: a `Tag`, the key
    of one, or `by_name`. What is known later only, such as an output of another stack, needs a name:
    ``tags={"environment": platform.get_output("prod")}``. Each is a `TagAssignment`, named after the resource and the
    tag (or that name): ``web-prod``. Where an object may have one tag of a category of this program, the assignment is
    named after the category instead, so that another tag replaces it. Read as the assignments by these names."""

    def attach(self, resource_name: str, parts: Mapping[str, Any]) -> Mapping[str, Any]:
        """Declare the assignments."""
        if parts["tags"] is None:
            return {"tags": {}}
        # Imported here: a provider process does not wait for it.
        from verge_pulumi.resources.tags._assigning import assign

        return {"tags": assign(self, resource_name, parts["tags"])}
