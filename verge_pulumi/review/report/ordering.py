"""What is told of a plan and in which order, whatever the report is written as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from verge_pulumi.review.report.plan import Change, Effect, Plan

UNFOLDED = 10
"""Resources up to which a group is open from the start."""


@dataclass(frozen=True)
class Group:
    """Resources that are told of together.

    Attributes:
        title: Its heading.
        name: What they are, after a number of them.
        weight: How important they are: of the least important ones some are left out first.
        changes: What happens to them, the weightiest first.
        folded: Whether it is closed until somebody opens it.
    """

    title: str
    name: str
    weight: int
    changes: tuple[Change, ...]
    folded: bool


def groups(plan: Plan) -> list[Group]:
    """Return the changes of a plan: first those that somebody has to look at, then the others by what is done."""
    weights = list(Effect)
    urgent: list[Change] = []
    calm: list[Change] = []
    for change in plan.changing:
        (urgent if change.effects.keys() - {Effect.CLOSES_FIREWALL, Effect.TAKES_RIGHTS} else calm).append(change)
    urgent.sort(key=lambda change: weights.index(next(iter(change.effects))))
    told = [Group("To look at", "resources to look at", 80, tuple(urgent), False)] if urgent else []
    for action, word, weight in (
        ("update", "to update", 50),
        ("create", "to create", 40),
        ("import", "to import", 30),
        ("delete", "to delete", 30),
        ("replace", "to replace", 30),
    ):
        found = tuple(change for change in calm if change.action == action)
        if found:
            told.append(Group(f"{len(found)} {word}", f"resources {word}", weight, found, len(found) > UNFOLDED))
    return told


def effects(change: Change) -> Mapping[Effect, str]:
    """Return what a change entails, without what its action and the reasons for it say already."""
    said = {Effect.DELETES, *([Effect.REPLACES] if change.reasons else ())}
    return {effect: sentence for effect, sentence in change.effects.items() if effect not in said}
