"""From the tags that a program gives to a resource to the assignments that it declares by them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import pulumi

from verge_pulumi.client import printable
from verge_pulumi.engine.connecting.finding import ByName
from verge_pulumi.engine.declaring import program
from verge_pulumi.engine.declaring.attributes import Referred
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.engine.errors import given_as, refusal
from verge_pulumi.resources.tags._taggable import Taggable
from verge_pulumi.resources.tags.tag import Tag
from verge_pulumi.resources.tags.tag_assignment import TagAssignment

Tags: TypeAlias = Sequence[Referred[Tag]] | Mapping[str, Referred[Tag]]
"""Tags of an object: the tags, or for each a name that its assignment keeps when another tag takes its place."""


def assign(on: Taggable, resource_name: str, tags: Any) -> Mapping[str, TagAssignment]:
    """Declare an assignment for each tag; return them by their names.

    Args:
        on: What has the tags.
        resource_name: Its name in the program.
        tags: As the program gives them.

    Raises:
        Refusal: They are not given in one of their forms.
    """
    subject = f"{type(on).declaration.title} '{printable(resource_name)}'"
    made = {}
    planned = program.current().planned(on)
    adopt = planned.arguments.get("adopt") if planned else None
    for name, formers, tag in _named(subject, tags):
        # An assignment is no data, so that Pulumi's protection of the object is not that of its tags.
        opts = pulumi.ResourceOptions(parent=on, protect=False)
        opts.aliases = [pulumi.Alias(name=f"{resource_name}-{former}") for former in formers]
        made[name] = TagAssignment(f"{resource_name}-{name}", opts=opts, tag=tag, on=on, adopt=adopt)
    return made


def _named(subject: str, given: Any) -> Iterator[tuple[str, list[str], Any]]:
    """Yield each tag once, with the name of its assignment, and the names that this may have had before.

    Those follow the aliases of the tag and of the category; and what allows one tag of it may have allowed several.

    Raises:
        Refusal: They are not given in one of their forms.
    """
    if isinstance(given, Mapping):
        yield from ((name, [], tag) for name, tag in given.items())
        return
    if not isinstance(given, Sequence) or isinstance(given, str):
        raise refusal(
            subject, f"tags {given_as(given)} is not a list of tags. Give one in brackets, or a mapping by name"
        )
    seen = set()
    for tag in given:
        linked = program.current().linked(tag)
        name = _name(subject, linked)
        same = linked if isinstance(linked, Planned | pulumi.Resource) else name
        if same not in seen:
            seen.add(same)
            category = _category(linked)
            formers = [name, *_former_names(linked), *_former_names(category)]
            now = category.name if category else name
            yield now, [former for former in dict.fromkeys(formers) if former != now], tag


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
    raise refusal(
        subject,
        "an element of tags is not known while the program runs, or is no tag. Give the tags names that stay: "
        "tags={'environment': ...}",
    )


def _former_names(of: Any) -> Collection[str]:
    return of.former_names if isinstance(of, Planned) else ()


def _category(tag: Any) -> Planned | None:
    """Return the category of a tag if an object may have one tag of it, else None."""
    category = tag.known("category") if isinstance(tag, Planned) else None
    if isinstance(category, Planned) and category.known("single_tag_selection") is True:
        return category
    return None
