"""The trait of resources whose objects can have tags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import pulumi

from verge_pulumi.client import printable
from verge_pulumi.engine.connecting.finding import ByName
from verge_pulumi.engine.declaring import program
from verge_pulumi.engine.declaring.attributes import Referred
from verge_pulumi.engine.declaring.parts import Part
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.resources.tags.tag import Tag
from verge_pulumi.resources.tags.tag_assignment import TagAssignment

Tags: TypeAlias = Sequence[Referred[Tag]] | Mapping[str, Referred[Tag]]
"""Tags of an object: the tags, or for each a name that its assignment keeps when another tag takes its place."""


class Taggable(Resource, abstract=True):
    """A resource whose objects can have tags: the base of its class instead of `Resource`."""

    tags: Part[Tags, Mapping[str, TagAssignment]] = Part()
    """Tags that it has; those that others have put on it stay. A list in any order, each element once: a `Tag`, the key
    of one, or `by_name`. What is known later only, such as an output of another stack, needs a name:
    ``tags={"environment": platform.get_output("prod")}``. Each is a `TagAssignment`, named after the resource and the
    tag (or that name): ``web-prod``. Where an object may have one tag of a category of this program, the assignment is
    named after the category instead, so that another tag replaces it. Read as the assignments by these names."""

    def attach(self, resource_name: str, parts: Mapping[str, Any]) -> Mapping[str, Any]:
        """Declare the assignments."""
        subject = f"{type(self).declaration.title} '{printable(resource_name)}'"
        made = {}
        for name, former, tag in _named(subject, parts["tags"]):
            # An assignment is no data, so that Pulumi's protection of the object is not that of its tags.
            opts = pulumi.ResourceOptions(parent=self, protect=False)
            if former != name:
                opts.aliases = [pulumi.Alias(name=f"{resource_name}-{former}")]
            made[name] = TagAssignment(f"{resource_name}-{name}", opts=opts, tag=tag, on=self)
        return {"tags": made}


def _named(subject: str, given: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield each tag once, with the name of its assignment, and what that is if the category allows several tags.

    Raises:
        TypeError: They are not given in one of their forms.
    """
    if given is None:
        return
    if isinstance(given, Mapping):
        yield from ((name, name, tag) for name, tag in given.items())
        return
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise TypeError(f"{subject}: tags= is a list of tags, or a mapping from names to tags.")
    seen = set()
    for tag in given:
        linked = program.current().linked(tag)
        name = _name(subject, linked)
        same = linked if isinstance(linked, Planned | pulumi.Resource) else name
        if same not in seen:
            seen.add(same)
            yield _category(linked) or name, name, tag


def _name(subject: str, tag: Any) -> str:
    """Return the name or key of a tag."""
    if isinstance(tag, Planned):
        return tag.name
    if isinstance(tag, pulumi.Resource):
        return tag.pulumi_resource_name
    if isinstance(tag, ByName | str | int):
        return str(tag.name if isinstance(tag, ByName) else tag)
    if isinstance(tag, Mapping) and isinstance(tag.get("location"), str):
        return str(tag["location"]).rpartition("/")[2]
    raise TypeError(
        f"{subject}: an element of tags= is not known while the program runs, or is no tag. Give the tags names that "
        "stay: tags={'environment': ...}."
    )


def _category(tag: Any) -> str:
    """Return the name of the category of a tag if an object may have one tag of it, else ""."""
    category = tag.known("category") if isinstance(tag, Planned) else None
    if isinstance(category, Planned) and category.known("single_tag_selection") is True:
        return category.name
    return ""
