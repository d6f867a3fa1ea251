"""The effects of a change, as the declarations and the roles of their attributes tell them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from verge_pulumi.engine.declaring.lives import RestartsParent, Switches
from verge_pulumi.engine.declaring.values import in_units
from verge_pulumi.review.report.plan import Action, Change, Effect, RightsChange
from verge_pulumi.review.values import is_untold

_OFF = ("stopped", "unmanaged", None)
"""Power states that what is powered does not lose: it is off, or others switch it."""

_ROWS: Mapping[Action, str] = {"create": "the new row", "delete": "the row that goes", "replace": "the row's successor"}
"""For what a network restarts that takes on rows only then."""


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
        effects |= _data(change, around) | _stop(change, around) | _restart(change, around) | _firewall(change)
    return {effect: effects[effect] for effect in Effect if effect in effects}


def _data(change: Change, around: Mapping[str, Change]) -> dict[Effect, str]:
    """Say what data is deleted along with it, and whether the provider refuses that (docs/data-loss.md)."""
    declaration, old = change.declaration, change.old
    if change.action not in ("delete", "replace") or declaration.roles.is_empty(old):
        return {}
    for name in declaration.roles.named("along"):
        if old.get(name):
            loss = declaration.inputs[name].loss
            return {Effect.LOSES_DATA: f"{name} is in the state: {loss} are deleted along with it."}
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


def _stop(change: Change, around: Mapping[str, Change]) -> dict[Effect, str]:
    """Say whether something that is running is stopped: it is to be off, or is no longer what is powered."""
    declaration, old, new = change.declaration, change.before, change.new
    was, will = declaration.roles.said("power", old), declaration.roles.said("power", new)
    untold = is_untold(was) or is_untold(will)
    if change.action in ("delete", "replace") and was not in _OFF and old.get("on_destroy") != "leave":
        ends = "may be" if is_untold(was) else "is"
        return {Effect.STOPS: f"What it {'powered' if change.action == 'replace' else 'powers'} {ends} shut down."}
    switched = change.action in ("create", "replace") or (change.action == "update" and was != will)
    if not switched or not (will == "stopped" or is_untold(will)) or _is_new(_powered(change, around)):
        return {}
    if untold:
        return {Effect.STOPS: "What it powers may be shut down."}
    if change.action == "update" and was == "running":
        return {Effect.STOPS: "What it powers is shut down."}
    return {Effect.STOPS: "If what it powers is running, that is shut down."}


def _powered(change: Change, around: Mapping[str, Change]) -> Change | None:
    """Return what a resource switches on and off, None if the preview does not have it."""
    life = change.declaration.life
    links = change.links.get(life.of, ()) if isinstance(life, Switches) else ()
    return around.get(next(iter(links), ""))


def _is_new(change: Change | None) -> bool:
    """Say whether something is yet to be made, so that it does not run."""
    return change is not None and change.action in ("create", "replace")


def _restart(change: Change, around: Mapping[str, Change]) -> dict[Effect, str]:
    """Say whether something that is running is restarted, or needs a restart."""
    declaration, old, new = change.declaration, change.old, change.new
    due: list[str] = []
    idle: list[str] = []  # what nobody waits for
    if change.action == "update":
        due += [name for name, attribute in declaration.inputs.items() if name in change.changed and attribute.restarts]
        due += ["an earlier change"] if old.get("need_restart") else []
    if isinstance(declaration.life, RestartsParent):
        network = _top(change, around)
        if change.action == "delete" or (change.action in _ROWS and not _is_new(network)):
            (idle if network and network.action == "delete" else due).append(_ROWS[change.action])
        elif change.action == "update" and not due:
            # Only the network knows whether it waits for one; a row that allows it does it for all.
            idle.append("what may wait since an earlier change")
    policies = [old] if change.action == "delete" else [old, new] if change.action == "replace" else [new]
    why = ", ".join(due or idle)
    for name in declaration.roles.named("restart") if why else ():
        said = [side.get(name) for side in policies]
        if "on-change" in said or any(map(is_untold, said)):
            is_restarted = "it is restarted" if "on-change" in said else "it may be restarted"
            return {
                Effect.RESTARTS: f"If it is running, {is_restarted} for {why}, and {declaration.inputs[name].outage}."
            }
    return {Effect.WAITS: f"If it is running, this takes effect at its next restart: {why}."} if due else {}


def _top(change: Change, around: Mapping[str, Change]) -> Change | None:
    """Return what the row at the top of the parents of a row is, None if the preview does not have it."""
    seen = set[str]()  # a preview may say that one is its own parent
    while parent := change.declaration.parent:
        above = around.get(next(iter(change.links.get(parent.name, ())), ""))
        if above is None or above.urn in seen:
            return None
        seen.add(above.urn)
        change = above
    return change


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
