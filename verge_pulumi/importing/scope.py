"""Which rows people chose, with what is within them and what they need."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TypeVar

from verge_pulumi.engine.errors import EngineError, shown
from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.importing.found import Found
from verge_pulumi.importing.objects import Objects
from verge_pulumi.resources.compute.nic import Nic
from verge_pulumi.resources.tags.tag_assignment import TagAssignment

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which rows are chosen; without any condition all are.

    Attributes:
        only: Patterns such as ``web-*`` or ``Network/lan``, of which an object meets one; its parts come with it.
        tags: Patterns of tags with their categories, such as ``env/prod``; what has one is chosen.
        clusters: Patterns of names of clusters; what is to run on one is chosen.
        networks: Patterns of names of networks; the machines on one are chosen.
        exclude: Patterns of which it meets none.
        with_needs: Whether what a chosen object refers to is chosen too.
        rows: Rows that are chosen in addition; None if all are, unless `only` says otherwise.
        left: Rows that are left unless the plan says otherwise, and why.
        labels: What people called rows elsewhere, which is what new resources are called.
        families: What they called those that they made together, which make a table together.
    """

    only: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    clusters: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    with_needs: bool = False
    rows: Collection[Place] | None = None
    left: Mapping[Place, str] = field(default_factory=dict)
    labels: Mapping[Place, str] = field(default_factory=dict)
    families: Mapping[Place, str] = field(default_factory=dict)


class Chosen:
    """The rows in scope.

    Args:
        objects: The rows.
        scope: Which are chosen.

    Attributes:
        rows: Those that are, with what is within them.

    Raises:
        EngineError: No row meets a condition, as if it was misspelt.
    """

    def __init__(self, objects: Objects, scope: Scope) -> None:
        self._objects = objects
        self.rows = self._all(scope)

    def _all(self, scope: Scope) -> set[Place]:
        every = self._objects.all
        for pattern in scope.exclude:
            _refuse_none([found for found in every.values() if meets(found, (pattern,))], "the name", pattern)
        if scope.rows is None and not (scope.only or scope.tags or scope.clusters or scope.networks):
            return set(every)
        chosen = {*self._met(scope)} | (every.keys() & set(scope.rows or ()))
        more = chosen
        while more:
            within = {place for place, found in every.items() if found.parent in more}
            needs = {row for place in more for rows in every[place].references.values() for row in rows}
            more = ((within | needs) if scope.with_needs else within) & every.keys() - chosen
            chosen |= more
        return chosen

    def _met(self, scope: Scope) -> Iterator[Place]:
        """Yield the rows that meet a condition.

        Raises:
            EngineError: None meets one, as if it was misspelt.
        """
        every = self._objects.all.values()
        for pattern in scope.only:
            yield from _refuse_none([each.place for each in every if meets(each, (pattern,))], "the name", pattern)
        for pattern in scope.tags:
            tags = [each for each in every if each.kind is TagAssignment and self._refers(each, "tag", pattern)]
            yield from _refuse_none([each.parent for each in tags if each.parent], "the tag", pattern)
        clusters = self._objects.clusters() if scope.clusters else {}
        for pattern in scope.clusters:
            keys = {key for key, name in clusters.items() if _is_like(name, pattern)}
            yield from _refuse_none(
                [each.place for each in every if each.outputs.get("cluster") in keys], "the cluster", pattern
            )
        for pattern in scope.networks:
            nics = [each.parent for each in every if each.kind is Nic and self._refers(each, "network", pattern)]
            yield from _refuse_none([place for place in nics if place], "a NIC on the network", pattern)

    def _refers(self, found: Found, argument: str, pattern: str) -> bool:
        """Say whether an argument refers to a row with a name that a pattern meets."""
        return any(_is_like(self._objects.name(row), pattern) for row in found.references.get(argument, ()))


def _refuse_none(rows: list[T], what: str, pattern: str) -> list[T]:
    if not rows:
        raise EngineError(f"VergeOS has nothing with {what} '{shown(pattern)}'. Name one as it is")
    return rows


def meets(found: Found, patterns: Iterable[str]) -> bool:
    """Say whether an object meets a pattern, by its name alone or with its kind."""
    named = (found.label, f"{found.declaration.title}/{found.label}")
    return any(_is_like(name, pattern) for pattern in patterns for name in named)


def _is_like(name: str, pattern: str) -> bool:
    return fnmatchcase(name.lower(), pattern.lower())
