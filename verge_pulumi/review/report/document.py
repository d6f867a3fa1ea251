"""The report as JSON, for programs; ``docs/report.md`` describes it, and `VERSION` counts its incompatible changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from verge_pulumi.resources.firewall._reachability import Difference
from verge_pulumi.review.report import phrases
from verge_pulumi.review.report.capacity import Room, capacity
from verge_pulumi.review.report.firewall import traffic_changes
from verge_pulumi.review.report.machines import Machine, machines
from verge_pulumi.review.report.plan import Change, FieldChange, Plan, Rights, RightsChange, RuleChange
from verge_pulumi.review.values import UNKNOWN, Names, traffic

VERSION = 1


def document(plans: Sequence[Plan], *, rooms: Sequence[Room] = (), notes: Sequence[str] = ()) -> dict[str, Any]:
    """Return the report as what JSON can hold.

    Args:
        plans: One for each stack.
        rooms: What the system has, if it was asked.
        notes: Further sentences.
    """
    return {
        "version": VERSION,
        "stacks": [_stack(plan) for plan in plans],
        "system": [{"what": room.what, "used": room.used, "total": room.total, "free": room.free} for room in rooms],
        "notes": list(notes),
    }


def _stack(plan: Plan) -> dict[str, Any]:
    asked = capacity(plan)
    return {
        "project": plan.project,
        "stack": plan.stack,
        "verdict": phrases.verdict(plan),
        "complete": plan.complete,
        "counts": dict(plan.counts),
        "requests": plan.cost.requests,
        "hours": plan.cost.hours,
        "changes": [_change(change) for change in plan.changes if change.changes or change.drift],
        "capacity": {
            "lines": [{"what": line.what, "before": line.before, "after": line.after} for line in asked.lines],
            "unknown": list(asked.unknown),
        },
        "machines": [_machine(machine) for machine in machines(plan)],
        "rules": [_rule(rule, plan.names) for change in plan.changing for rule in change.rules],
        "traffic": [_traffic(network, found) for network, found in traffic_changes(plan).items()],
        "rights": [_rights(change) for change in plan.rights],
        "diagnostics": [
            {"severity": each.severity, "urn": each.urn, "message": each.message} for each in plan.diagnostics
        ],
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "urn": change.urn,
        "name": change.name,
        "kind": change.kind,
        "ours": change.ours,
        "action": change.action,
        "effects": [{"effect": str(effect), "text": sentence} for effect, sentence in change.effects.items()],
        "reasons": list(change.reasons),
        "vanished": change.vanished,
        "unfinished": list(change.unfinished),
        "fields": [_field(each) for each in change.fields],
        "drift": [_field(each) for each in change.drift],
    }


def _field(each: FieldChange) -> dict[str, Any]:
    return {"name": each.name, "kind": each.kind, "old": _known(each.old), "new": _known(each.new)}


def _rule(rule: RuleChange, names: Names) -> dict[str, Any]:
    return {
        "network": rule.network,
        "rule": rule.name,
        "before": traffic(rule.before, names),
        "after": traffic(rule.after, names),
        "opens": rule.opens,
        "closes": rule.closes,
    }


def _traffic(network: str, found: Difference) -> dict[str, Any]:
    return {"network": network, "cut": found.cut, "changes": [asdict(each) for each in found.changes]}


def _machine(machine: Machine) -> dict[str, Any]:
    sides = {"before": machine.before, "after": machine.after}
    return {"urn": machine.urn, **{side: asdict(facts) if facts else None for side, facts in sides.items()}}


def _rights(change: RightsChange) -> dict[str, Any]:
    return {
        "holder": change.holder,
        "groups": list(change.groups),
        "members": list(change.members),
        "on": phrases.target(change),
        "table": _known(change.target.table),
        "row": _known(change.target.row),
        "before": _may(change.before),
        "after": _may(change.after),
        "gained": list(change.after.beyond(change.before)),
        "lost": list(change.before.beyond(change.after)),
    }


def _may(rights: Rights) -> dict[str, Any]:
    return {"rights": list(rights.sure), "perhaps": list(rights.perhaps), "known": rights.known}


def _known(value: Any) -> Any:
    """Return a value, with ``[unknown]`` for what is known later, as Pulumi shows it."""
    if isinstance(value, dict):
        return {name: _known(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_known(each) for each in value]
    return "[unknown]" if value == UNKNOWN else value
