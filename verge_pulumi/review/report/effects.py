"""The effects of a change, by the rules of the declarations and of the providers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from verge_pulumi import resources
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.values import in_units
from verge_pulumi.resources.compute import _cloning as cloning
from verge_pulumi.resources.compute import _data_loss as data_loss
from verge_pulumi.review.report.plan import Change, Effect


def declaration_of(kind: str) -> Declaration | None:
    """Return what a resource class of this package declares, None for any other word."""
    return getattr(resources, kind).declaration if kind in resources.__all__ else None


def judge(changes: Sequence[Change]) -> list[Mapping[Effect, str]]:
    """Return the effects of each change, each with a sentence; no sentence has foreign text in it.

    Args:
        changes: All changes of one stack, since the effects of one may depend on others.
    """
    around = {change.urn: change for change in changes}
    return [_of(change, around) for change in changes]


def _of(change: Change, around: Mapping[str, Change]) -> Mapping[Effect, str]:
    effects: dict[Effect, str] = {}
    if change.component:
        return effects
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
    """Say what data is lost with a drive, and whether the provider refuses that (docs/data-loss.md)."""
    if change.action not in ("delete", "replace"):
        return {}
    if change.kind == "VirtualMachine" and cloning.is_copy(change.old):
        return {Effect.LOSES_DATA: "It is a copy: the drives that came with it are deleted too, whoever manages them."}
    if change.kind == "Drive" and not isinstance(change.old.get("used_bytes"), int | float | None):
        return {Effect.LOSES_DATA: "How much data is on it is not known here."}  # the program made it a secret
    lost = data_loss.used(change.old) if change.kind == "Drive" else 0
    if not lost:
        return {}
    effects = {Effect.LOSES_DATA: f"The {in_units(lost)} of data on it are deleted."}
    taking = around.get(change.deleted_with)
    decides = taking if taking is not None and taking.action in ("delete", "replace") else change
    if not decides.old.get("allow_data_loss"):
        effects[Effect.REFUSED] = "The provider refuses this: allow_data_loss=True is not in the state."
    return effects


def _power(change: Change) -> dict[Effect, str]:
    """Say whether something that is running is restarted or stopped, or needs a restart."""
    if change.kind == "Power":
        was = change.old.get("state") == "running"
        stops = change.new.get("state") == "stopped" if change.action == "update" else change.action == "delete"
        leaves = change.action == "delete" and change.old.get("on_destroy") == "leave"
        return {Effect.STOPS: "What it powers is shut down."} if was and stops and not leaves else {}
    declaration = declaration_of(change.kind)
    if declaration is None or change.action != "update":
        return {}
    due = [name for name in declaration.inputs if name in change.changed and declaration.inputs[name].restarts]
    if not due and not change.old.get("need_restart"):
        return {}
    why = ", ".join(due) or "an earlier change"
    if change.new.get("restart") == "on-change":
        network = change.kind == "Network"
        meanwhile = "its traffic is cut for some seconds" if network else "the guest is down in the meantime"
        return {Effect.RESTARTS: f"If it is running, it is restarted for {why}, and {meanwhile}."}
    return {Effect.WAITS: f"If it is running, this takes effect at its next restart: {why}."}


def _firewall(change: Change) -> dict[Effect, str]:
    """Say whether the change of a rule, or of what it refers to, may let traffic pass or stop it."""
    if change.kind == "RuleAlias" and change.action == "update" and "value" in change.changed:
        return dict.fromkeys((Effect.OPENS_FIREWALL, Effect.CLOSES_FIREWALL), "Rules that refer to it change with it.")
    effects: dict[Effect, str] = {}
    if any(rule.opens for rule in change.rules):
        effects[Effect.OPENS_FIREWALL] = "Traffic may pass that was stopped before."
    if any(rule.closes for rule in change.rules):
        effects[Effect.CLOSES_FIREWALL] = "Traffic may be stopped that passed before."
    return effects
