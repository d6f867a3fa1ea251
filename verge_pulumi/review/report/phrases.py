"""Plans in words: what changes, in units that people think in. All texts are harmless on a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from verge_pulumi import components, resources
from verge_pulumi.engine.declaring.attributes import Reference
from verge_pulumi.review.escaping import text
from verge_pulumi.review.kinds import declaration_of
from verge_pulumi.review.report.plan import Action, Change, Effect, Plan, Rights, RightsChange
from verge_pulumi.review.urns import name_of
from verge_pulumi.review.values import UNKNOWN, Names, sides

ACTIONS: Mapping[Action, str] = {
    "create": "to create",
    "update": "to update",
    "replace": "to replace",
    "delete": "to delete",
    "import": "to import",
    "same": "unchanged",
}
"""What the counts are called, in the order in which they are told."""


def name(urn: str) -> str:
    """Return the name in the program of what has that URN."""
    return text(name_of(urn))


def noun(change: Change) -> str:
    """Return the class of a resource or a component of this package, "other" for what may have any name."""
    return change.kind if change.ours and change.kind in (*resources.__all__, *components.__all__) else "other"


def counts(plan: Plan) -> str:
    """Return how many resources each action is done to; "no changes" if there is none."""
    told = [f"{plan.counts[action]} {word}" for action, word in ACTIONS.items() if plan.counts.get(action)]
    why = "the preview failed" if plan.errors else "the preview does not tell" if plan.gaps else ""
    ended = [f"unknown what else, since {why}"] if why else []
    return ", ".join([*told, *ended] if plan.changing or ended else ["no changes"])


def verdict(plan: Plan) -> str:
    """Return what a plan entails, the weightiest first, such as ``loses data (1 Drive)``; "safe" if nothing."""
    told = [*(["fails"] if plan.errors else []), *(["is not told in full"] if plan.gaps else [])]
    for effect in Effect:
        kinds = Counter(noun(change) for change in plan.changes if effect in change.effects)
        if kinds:
            told.append(f"{effect} ({', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))})")
    return ", ".join(told) or "safe"


def fields(change: Change, names: Names) -> list[tuple[str, str, str]]:
    """Return name, old and new value of what differs; the old one is "" where the new one says it all.

    Args:
        change: What happens to a resource.
        names: What rows are called.
    """
    told = []
    for each in change.fields:
        attribute = change.declaration.inputs.get(each.name)
        referred = change.links.get(each.name, ()) if isinstance(attribute, Reference) or each.new == UNKNOWN else ()
        told.append((text(each.name), *sides(each.name, each.old, each.new, attribute, names, referred)))
    return told


def drift(change: Change, names: Names) -> list[tuple[str, str, str]]:
    """Return the same of what changed behind Pulumi's back."""
    inputs = change.declaration.inputs
    return [
        (text(each.name), *sides(each.name, each.old, each.new, inputs.get(each.name), names)) for each in change.drift
    ]


def outcome(passes: bool | None) -> str:
    """Return what becomes of traffic."""
    return {True: "passes", False: "is stopped", None: "not known"}[passes]


def holder(place: str) -> str:
    """Return whose rights they are."""
    if "holder" in declaration_of(place).roles or "member" in declaration_of(place).roles:
        return "known later"  # it is known by what refers to it
    return name(place) or "known later"


def holders(places: Sequence[str], most: int) -> str:
    """Return several of them, but no more than that many."""
    more = len(places) - most
    return ", ".join([*map(holder, places[:most]), *([f"{more} more"] if more > 0 else [])])


def target(change: RightsChange) -> str:
    """Return what rights are for."""
    wanted = change.target
    if wanted.note or wanted.table == "/":
        return wanted.note or "everything"
    table = "a table known later" if wanted.table == UNKNOWN else text(wanted.table)
    if not wanted.row:
        return f"all {table}"
    if wanted.row == change.holder:
        return "itself"
    return f"{'one known later' if wanted.row == UNKNOWN else name(wanted.row)} in {table}"


def rights(may: Rights) -> str:
    """Return what somebody may do."""
    told = [*may.sure, *(f"perhaps {each}" for each in may.perhaps), *([] if may.known else ["not known"])]
    return ", ".join(told) or "nothing"


def turn(change: RightsChange) -> str:
    """Return what somebody gains and what it loses."""
    gained, lost = change.after.beyond(change.before), change.before.beyond(change.after)
    return ", ".join([*(f"+{each}" for each in gained), *(f"−{each}" for each in lost)])


def cost(plan: Plan) -> str:
    """Return what an update takes of the hour's requests."""
    requests, hours = plan.cost.requests, plan.cost.hours
    waits = f"; they do not fit in one hour's limit and take more than {hours} h" if hours else ""
    return f"about {requests:,} requests{waits}" if requests else "no requests"
