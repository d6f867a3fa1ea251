"""The effects of a change, as the declarations and the roles of their attributes tell them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from verge_pulumi.engine.declaring.values import in_units
from verge_pulumi.review.report.plan import Change, Effect, RightsChange


def judge(changes: Sequence[Change], rights: Iterable[RightsChange] = ()) -> list[Mapping[Effect, str]]:
    """Return the effects of each change, each with a sentence; no sentence has foreign text in it.

    Args:
        changes: All changes of one stack, since the effects of one may depend on others.
        rights: What they change of rights.
    """
    around = {change.urn: change for change in changes}
    giving, taking = set[str](), set[str]()
    for each in rights:
        giving |= each.given_by
        taking |= each.taken_by
    return [_of(change, around, change.urn in giving, change.urn in taking) for change in changes]


def _of(change: Change, around: Mapping[str, Change], gives: bool, takes: bool) -> Mapping[Effect, str]:
    effects: dict[Effect, str] = {}
    if change.component:
        return effects
    if gives:
        effects[Effect.GIVES_RIGHTS] = "Users or groups gain rights by it."
    if takes:
        effects[Effect.TAKES_RIGHTS] = "Users or groups lose rights by it."
    if change.action == "delete":
        effects[Effect.DELETES] = "The program no longer declares it."
    if change.action == "replace":
        effects[Effect.REPLACES] = (
            "It is replaced." if change.reasons else "It is replaced together with what it depends on."
        )
    if change.protected and change.action in ("delete", "replace"):
        effects[Effect.REFUSED] = "It is protected, so Pulumi refuses this."
    if change.ours:
        effects |= _data(change, around) | _power(change) | _firewall(change)
    return {effect: effects[effect] for effect in Effect if effect in effects}


def _data(change: Change, around: Mapping[str, Change]) -> dict[Effect, str]:
    """Say what data is deleted along with it, and whether the provider refuses that (docs/data-loss.md)."""
    declaration, old = change.declaration, change.old
    if change.action not in ("delete", "replace") or declaration.roles.is_empty(old):
        return {}
    if declaration.roles.said("original", old) is not None:
        return {Effect.LOSES_DATA: "It is a copy: the drives that came with it are deleted too, whoever manages them."}
    used = declaration.roles.said("used", old)
    if not used:
        return {}
    if not isinstance(used, int | float):
        return {Effect.LOSES_DATA: "How much data is on it is not known here."}  # the program made it a secret
    effects = {Effect.LOSES_DATA: f"{in_units(int(used))} of data will be deleted."}
    taking = around.get(change.deleted_with)
    decides = taking if taking is not None and taking.action in ("delete", "replace") else change
    if not decides.old.get("allow_data_loss"):
        effects[Effect.REFUSED] = "The provider refuses this: allow_data_loss=True is not in the state."
    return effects


def _power(change: Change) -> dict[Effect, str]:
    """Say whether something that is running is restarted or stopped, or needs a restart."""
    declaration, old, new = change.declaration, change.old, change.new
    ends = change.action == "delete" and old.get("on_destroy") != "leave"
    switched = change.action == "update" and declaration.roles.said("power", new) == "stopped"
    if declaration.roles.said("power", old) == "running" and (ends or switched):
        return {Effect.STOPS: "What it powers is shut down."}
    if change.action != "update":
        return {}
    due = [name for name, attribute in declaration.inputs.items() if name in change.changed and attribute.restarts]
    due += ["an earlier change"] if old.get("need_restart") else []
    if not due:
        return {}
    why = ", ".join(due)
    for name in declaration.roles.named("restart"):
        if new.get(name) == "on-change":
            outage = declaration.inputs[name].outage
            return {Effect.RESTARTS: f"If it is running, it is restarted for {why}, and {outage}."}
    return {Effect.WAITS: f"If it is running, this takes effect at its next restart: {why}."}


def _firewall(change: Change) -> dict[Effect, str]:
    """Say whether the change of a rule, or of what it refers to, may let traffic pass or stop it."""
    if change.action == "update" and change.changed.intersection(change.declaration.roles.named("matched")):
        return dict.fromkeys((Effect.OPENS_FIREWALL, Effect.CLOSES_FIREWALL), "Rules that refer to it change with it.")
    effects: dict[Effect, str] = {}
    if any(rule.opens for rule in change.rules):
        effects[Effect.OPENS_FIREWALL] = "Traffic may pass that was stopped before."
    if any(rule.closes for rule in change.rules):
        effects[Effect.CLOSES_FIREWALL] = "Traffic may be stopped that passed before."
    return effects
