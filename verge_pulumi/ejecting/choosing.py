"""Which resources of a stack are given back, and whether nothing that stays depends on them."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.states import OURS
from verge_pulumi.review.documents import Unreadable
from verge_pulumi.review.escaping import text
from verge_pulumi.review.kinds import COMPONENTS
from verge_pulumi.review.stack_commands import Document
from verge_pulumi.review.stacks import Entry, UnreadableState, parse
from verge_pulumi.review.urns import name_of


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What is given back.

    Attributes:
        stack: ``project/stack``.
        entries: The resources, in the order of their creation.
        urns: What leaves the state: these resources, and the components of which nothing is left.
    """

    stack: str
    entries: tuple[Entry, ...]
    urns: frozenset[str]


def choose(document: Document, only: Sequence[str] = ()) -> Chosen:
    """Choose resources by the name that they, or the component that they are in, have in the program.

    Args:
        document: What ``pulumi stack export`` writes.
        only: Names, or patterns of them such as ``web-*``; everything where there is none.

    Raises:
        EngineError: Nothing has one of the names, a run was cut off, or something that stays depends on what is chosen.
    """
    try:
        state = parse(document)
    except Unreadable as error:
        raise UnreadableState(f"this is not what 'pulumi stack export' writes: {error}") from None
    deployment = document["deployment"]
    if deployment.get("pending_operations"):
        raise EngineError(
            "a run was cut off, and the state has pending operations, which would be forgotten. Run 'pulumi up' first"
        )
    found = {str(each["urn"]): each for each in deployment["resources"]}
    managed = [
        str(each["urn"])
        for each in deployment["resources"]
        if each["type"].startswith(OURS) and not each.get("external") and not each.get("delete")
    ]
    for pattern in only:
        if not any(_matches(urn, found, pattern) for urn in managed):
            raise EngineError(f"no resource of {text(state.name)} has the name '{text(pattern)}'. Name one as it is")
    chosen = {urn for urn in managed if not only or any(_matches(urn, found, pattern) for pattern in only)}
    for each in deployment["resources"]:
        if each.get("delete") and each["urn"] in chosen:
            raise EngineError(
                f"'{text(name_of(each['urn']))}' was replaced, and what it was before still waits for its deletion, "
                "which would be forgotten. Run 'pulumi up' first"
            )
    urns = frozenset(chosen | set(_emptied(found, chosen)))
    _refuse_dependants(found, urns)
    entries = tuple(entry for urn, entry in zip(managed, state.entries, strict=True) if urn in chosen)
    return Chosen(stack=state.name, entries=entries, urns=urns)


def without(document: Document, urns: frozenset[str]) -> dict[str, Any]:
    """Return an export without these resources."""
    deployment = document["deployment"]
    kept = [each for each in deployment["resources"] if each["urn"] not in urns]
    return {**document, "deployment": {**deployment, "resources": kept}}


def _matches(urn: str, found: Mapping[str, Any], pattern: str) -> bool:
    return any(fnmatch.fnmatchcase(name_of(each), pattern) for each in _lineage(urn, found))


def _lineage(urn: str, found: Mapping[str, Any]) -> Iterator[str]:
    """Yield a resource and the components that it is in; a stack is none."""
    each = found.get(urn)
    while each is not None and each.get("parent"):
        yield str(each["urn"])
        each = found.get(str(each["parent"]))


def _emptied(found: Mapping[str, Any], chosen: set[str]) -> Iterator[str]:
    """Yield the components of this package of which nothing is left."""
    for urn, each in found.items():
        if each["type"].startswith(COMPONENTS):
            within = [
                other
                for other, its in found.items()
                if not its["type"].startswith(COMPONENTS) and urn in _lineage(other, found)
            ]
            if within and chosen.issuperset(within):
                yield urn


def _refuse_dependants(found: Mapping[str, Any], urns: frozenset[str]) -> None:
    """See that nothing that stays refers to what leaves the state.

    Raises:
        EngineError: Something does; a state with such a gap is refused by Pulumi.
    """
    for urn, each in found.items():
        if urn in urns:
            continue
        for other in _refers_to(each):
            if other in urns:
                raise EngineError(
                    f"'{text(name_of(urn))}' stays and depends on '{text(name_of(other))}'. Choose it too"
                )


def _refers_to(resource: Mapping[str, Any]) -> Iterator[str]:
    """Yield the resources that have to be in the state with this one."""
    yield from (str(resource[name]) for name in ("parent", "deletedWith") if resource.get(name))
    yield from map(str, resource.get("dependencies") or ())
    for several in (resource.get("propertyDependencies") or {}).values():
        yield from map(str, several or ())
