"""Which machines of a stack have tags, and which have a snapshot profile, before the changes and after them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from verge_pulumi.review.report.places import Places
from verge_pulumi.review.report.plan import Change, Plan


@dataclass(frozen=True)
class Facts:
    """What is so of a machine; None where that is not known.

    Attributes:
        tagged: Whether this stack puts a tag on it.
        protected: Whether it has a snapshot profile.
    """

    tagged: bool | None
    protected: bool | None


@dataclass(frozen=True)
class Machine:
    """A machine.

    Attributes:
        urn: Its URN.
        before: What is so before the changes; None if it is not there.
        after: What will be so; None if it will not be there.
    """

    urn: str
    before: Facts | None
    after: Facts | None


@dataclass(frozen=True)
class Line:
    """How many machines are something.

    Attributes:
        what: What they are, in words.
        before: How many are.
        after: How many will be.
        names: URNs of those that will be, where somebody may want to do something about them.
    """

    what: str
    before: int
    after: int
    names: tuple[str, ...]


def machines(plan: Plan) -> list[Machine]:
    """Return the machines of a stack; none if the plan does not have the unchanged resources, nor thus all tags."""
    if not plan.complete:
        return []
    places = Places(plan.changes)
    tags = [(change, name) for change in plan.changes for name in change.declaration.roles.named("tagged")]
    before = {places.before(change, name) for change, name in tags if change.before}
    after = {places.after(change, name) for change, name in tags if change.new}
    return [
        Machine(
            change.urn,
            Facts(change.urn in before, _is_protected(change, change.old)) if change.before else None,
            Facts(change.urn in after, _is_protected(change, change.new)) if change.new else None,
        )
        for change in plan.changes
        if change.declaration.review.drawn == "server"
    ]


def lines(plan: Plan) -> list[Line]:
    """Return how many machines are tagged and protected, and how many are not; nothing if that stays as it is."""
    found = machines(plan)
    if all(machine.before == machine.after for machine in found):
        return []
    return [
        _line("tagged", found, lambda facts: facts.tagged is True),
        _line("untagged", found, lambda facts: facts.tagged is False, named=True),
        _line("with a snapshot profile", found, lambda facts: facts.protected is True),
        _line("without a snapshot profile", found, lambda facts: facts.protected is False, named=True),
    ]


def _line(what: str, found: Sequence[Machine], holds: Callable[[Facts], bool], *, named: bool = False) -> Line:
    before, after = ([each.urn for each in found if (facts := side(each)) and holds(facts)] for side in _SIDES)
    return Line(what, len(before), len(after), tuple(after) if named else ())


_SIDES: tuple[Callable[[Machine], Facts | None], ...] = (lambda machine: machine.before, lambda machine: machine.after)


def _is_protected(change: Change, values: Mapping[str, Any]) -> bool | None:
    """Say whether a machine has a snapshot profile. A copy that is yet to be made has that of its original."""
    roles = change.declaration.roles
    if roles.said("snapshots", values) is not None:
        return True
    is_copied = values is change.new and change.action in ("create", "replace")
    return None if is_copied and roles.said("original", values) is not None else False
