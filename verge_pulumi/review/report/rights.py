"""Who gains which rights by a plan, and who loses some: users and groups, and who is in a group through it.

It knows the permissions and memberships of this stack, and what VergeOS gives to a user by itself. Rights are a union:
what somebody has by a wider permission or by another group too is neither gained nor lost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from verge_pulumi.engine.declaring.rights import RIGHTS
from verge_pulumi.engine.declaring.roles import Role
from verge_pulumi.resources.access._given import AT_THE_CONSOLE, EVERYTHING, ON_EVERYTHING, ON_ITSELF
from verge_pulumi.review.report.places import Places
from verge_pulumi.review.report.plan import Change, Rights, RightsChange, Target
from verge_pulumi.review.values import ANOTHER_SECRET, UNKNOWN, is_untold

NONE = Rights()
NOT_KNOWN = Rights(known=False)

_CONSOLE = Target(EVERYTHING, note="everything up to VergeOS 26.1, by physical_access")
_OTHERS = Target(note="what else that group may do, which this preview does not tell")


@dataclass(frozen=True)
class _Grant:
    """What a permission gives.

    Attributes:
        rights: The rights.
        by: URN of what gives it.
        covers: Whether it counts for what is narrower, too. What VergeOS gave by itself may be less by now.
    """

    rights: Rights
    by: str
    covers: bool = True


@dataclass
class _Side:
    """Who may do what, before the changes or after them.

    Attributes:
        grants: What each user and group itself is given, by what for.
        groups: The groups that each is in itself, and the URN of what says so.
        works: Of users and groups in the plan, whether they are enabled; None of those that are not there.
    """

    grants: dict[str, dict[Target, _Grant]] = field(default_factory=lambda: defaultdict(dict))
    groups: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    works: dict[str, bool | None] = field(default_factory=dict)
    _sources: dict[str, Mapping[str, None]] = field(default_factory=dict)

    def sources(self, holder: str) -> Collection[str]:
        """Return somebody and the groups whose rights it has; none if it is not there or is disabled."""
        if holder not in self._sources:
            found: dict[str, None] = {holder: None} if self.works.get(holder, True) else {}
            left = [*found]
            while left:
                groups = self.groups.get(left.pop(), ())
                new = [group for group in groups if group not in found and self.works.get(group, True)]
                found |= dict.fromkeys(new)
                left += new
            self._sources[holder] = found
        return self._sources[holder].keys()

    def rights(self, holder: str, target: Target) -> Rights:
        """Return what somebody may do with something, by all that gives it rights."""
        total = NONE
        for source in self.sources(holder):
            for grant in self.counting(source, target):
                total = total.with_those_of(grant.rights)
        return total.in_order(RIGHTS)

    def own(self, source: str, target: Target) -> Rights:
        """Return what a user or a group itself is given for something."""
        grant = self.grants.get(source, {}).get(target)
        return grant.rights if grant else NONE

    def counting(self, source: str, target: Target) -> Iterator[_Grant]:
        """Yield what a user or a group itself is given for something, and for what is wider."""
        given = self.grants.get(source, {})
        if target in given:
            yield given[target]
        yield from (given[wider] for wider in target.wider() if wider in given and given[wider].covers)


def rights_changes(changes: Sequence[Change]) -> list[RightsChange]:
    """Return what a plan changes of rights.

    Args:
        changes: All changes of one stack, since what one user may do depends on many.
    """
    before, after = _sides(changes)
    holders = dict.fromkeys(holder for side in (before, after) for holder in (*side.grants, *side.groups))
    return [
        change
        for holder in holders
        for target in _targets(holder, before, after)
        if (change := _difference(holder, target, before, after)) is not None
    ]


def _targets(holder: str, before: _Side, after: _Side) -> Iterable[Target]:
    """Return all for which the rights of somebody may change, other than with those of a group that it stays in."""
    was, will = before.sources(holder), after.sources(holder)
    sources = [holder] if was == will else [*was, *will]
    return dict.fromkeys(
        target for source in sources for side in (before, after) for target in side.grants.get(source, ())
    )


def _difference(holder: str, target: Target, before: _Side, after: _Side) -> RightsChange | None:
    """Return how somebody's rights change; None if they do not, or only with those of a group that it stays in."""
    was, will = before.sources(holder), after.sources(holder)
    granting = [
        group
        for group in dict.fromkeys([*was, *will])
        if group != holder and any(target in side.grants.get(group, ()) for side in (before, after))
    ]
    moves = any((group in was) != (group in will) for group in granting) or bool(was) != bool(will)
    if not moves and before.own(holder, target) == after.own(holder, target):
        return None
    old, new = before.rights(holder, target), after.rights(holder, target)
    if old == new:
        return None
    if old.known == new.known and any(
        _says_all(old, new, before.rights(holder, wider), after.rights(holder, wider)) for wider in target.wider()
    ):
        return None
    gone = [source for source in was if after.works.get(source, True) is None]
    return RightsChange(
        holder=holder,
        groups=tuple(granting),
        target=target,
        before=old,
        after=new,
        members=tuple(each for each in before.groups if _is_in(each, holder, before) and _is_in(each, holder, after)),
        given_by=frozenset(_adding(holder, target, before, after)) if new.exceeds(old) else frozenset(),
        taken_by=frozenset([*_adding(holder, target, after, before), *gone]) if old.exceeds(new) else frozenset(),
    )


def _says_all(old: Rights, new: Rights, wider_old: Rights, wider_new: Rights) -> bool:
    """Say whether what changes of the rights to something wider is all that changes of those to what is narrower."""
    gained, lost = set(new.beyond(old)), set(old.beyond(new))
    return gained <= set(wider_new.beyond(wider_old)) and lost <= set(wider_old.beyond(wider_new))


def _is_in(holder: str, group: str, side: _Side) -> bool:
    return holder != group and group in side.sources(holder)


def _adding(holder: str, target: Target, without: _Side, side: _Side) -> Iterator[str]:
    """Yield the URNs of what gives somebody rights on one side and not on the other one."""

    def has_some(source: str) -> bool:
        return any(True for each in side.sources(source) for _ in side.counting(each, target))

    for source in filter(has_some, side.sources(holder)):
        if without.works.get(source, True) is False:
            yield source
        known = without.groups.get(source, ())
        yield from (by for group, by in side.groups.get(source, {}).items() if group not in known and has_some(group))
        given = {grant.by: grant.rights for grant in without.counting(source, target)}
        yield from (
            grant.by for grant in side.counting(source, target) if grant.rights.exceeds(given.get(grant.by, NONE))
        )


def _sides(changes: Sequence[Change]) -> tuple[_Side, _Side]:
    """Return who may do what before the changes and after them."""
    before, after, places = _Side(), _Side(), Places(changes)
    for change in changes:
        for side, place in ((before, places.before), (after, places.after)):
            _add(change, change.before if side is before else change.new, side, place)
        if "holder" in change.declaration.roles and change.action == "create" and change.new.get("adopt"):
            holder, target = _who(change, "holder", places.after), _target(change, change.new, places.after)
            before.grants[holder].setdefault(target, _Grant(NOT_KNOWN, change.urn))
    for change in changes:
        if "account" in change.declaration.roles:
            _add_what_vergeos_gives(change, before, after)
    groups = {group for side in (before, after) for found in side.groups.values() for group in found}
    for group in groups - after.works.keys():
        for side in (before, after):
            side.grants[group][_OTHERS] = _Grant(NOT_KNOWN, "", covers=False)
    return before, after


_Place = Callable[[Change, str, str], str]
"""Tells which row a reference means, as `Places` does."""


def _add(change: Change, values: Mapping[str, Any], side: _Side, place: _Place) -> None:
    """Add a user or group, a permission, or a membership to a side."""
    roles = change.declaration.roles
    if "works" in roles:
        side.works[change.urn] = _works(change, values) if values else None
    if values and "holder" in roles:
        target, holder = _target(change, values, place), _who(change, "holder", place)
        side.grants[holder][target] = _Grant(_rights(change, values), change.urn)
    if values and "member" in roles:
        group = place(change, roles.named("group")[0], "")
        side.groups[_who(change, "member", place)][group] = change.urn


def _works(change: Change, values: Mapping[str, Any]) -> bool:
    """Say whether a user or a group is enabled on one side; what is not told may be what the other side is not."""
    said = change.declaration.roles.said
    own, other = said("works", values), said("works", change.new if values is change.before else change.before)
    if not is_untold(own) or own == other or not change.before or not change.new:
        return own is not False
    if is_untold(other):
        return values is change.new  # so it gains, which weighs more
    return other is False


def _who(change: Change, role: Role, place: _Place) -> str:
    """Return whom a reference means; whom the preview does not tell is known by what refers to it."""
    return place(change, change.declaration.roles.named(role)[0], "") or change.urn


def _target(change: Change, values: Mapping[str, Any], place: _Place) -> Target:
    roles = change.declaration.roles
    table, row = roles.said("rows_of", values), roles.said("row", values)
    if not isinstance(table, str):
        table = UNKNOWN
    if not row or row == "0":
        return Target(table)
    return Target(table, place(change, roles.named("row")[0], table) or UNKNOWN)


def _rights(change: Change, values: Mapping[str, Any]) -> Rights:
    """Return the rights that a permission gives; those that are known later it may give."""
    said = {name: values.get(name) for name in change.declaration.roles.named("right")}
    return Rights(
        tuple(name for name, value in said.items() if value is True),
        tuple(name for name, value in said.items() if value is not None and not isinstance(value, bool)),
        turned=ANOTHER_SECRET in said.values(),
    )


def _add_what_vergeos_gives(user: Change, before: _Side, after: _Side) -> None:
    """Add the rights that VergeOS gives to a user by itself, as far as no permission of the program is the same row."""
    roles, urn = user.declaration.roles, user.urn
    # Where the program deletes such a permission, what VergeOS had given goes with it.
    taken = set() if user.action in ("create", "replace") else set(before.grants[urn])
    for side in (before, after):
        values = user.before if side is before else user.new
        if not values:
            continue
        kind = str(roles.said("account", values) or "normal")
        for target, by_kind in (
            (Target(EVERYTHING), ON_EVERYTHING),
            (Target(user.declaration.table, urn), ON_ITSELF),
        ):
            rights = Rights((), by_kind["normal"]) if is_untold(kind) else Rights(by_kind.get(kind, ()))
            if rights != NONE and not (side is after and target in taken):
                side.grants[urn].setdefault(target, _Grant(rights, urn, covers=False))
        console = roles.said("console", values)
        if console is True:
            side.grants[urn][_CONSOLE] = _Grant(Rights(AT_THE_CONSOLE), urn, covers=False)
        elif console not in (None, False):
            perhaps = Rights((), AT_THE_CONSOLE, turned=console == ANOTHER_SECRET)
            side.grants[urn][_CONSOLE] = _Grant(perhaps, urn, covers=False)
