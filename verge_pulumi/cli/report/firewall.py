"""What a change does to the rules of networks: which traffic may pass that could not, and which no longer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from verge_pulumi.resources.reachability import DIRECTIONS, Addresses, Difference, difference

if TYPE_CHECKING:
    from verge_pulumi.cli.report.plan import Change, Plan

Rule = Mapping[str, Any]

_TRAFFIC = (
    "direction",
    "protocol",
    "interface",
    "ct_state",
    "source_ip",
    "source_ports",
    "destination_ip",
    "destination_ports",
)
"""What of a rule says which traffic it is about."""

_PLACE = ("network", "pin", "orderid")
"""What says when it is tried."""

_EVERYTHING: list[Rule] = [{"direction": direction} for direction in DIRECTIONS]
"""Rules that let everything pass."""


@dataclass(frozen=True)
class RuleChange:
    """What happens to one rule.

    Attributes:
        network: URN or key of its network.
        name: Its name.
        before: What it says; None if it is new.
        after: What it will say; None if it goes.
    """

    network: str
    name: str
    before: Rule | None
    after: Rule | None

    @property
    def opens(self) -> bool:
        """Whether it may let traffic pass that could not, whatever the other rules are."""
        return self._may[0]

    @property
    def closes(self) -> bool:
        """Whether it may stop traffic that could pass, whatever the other rules are."""
        return self._may[1]

    @cached_property
    def _may(self) -> tuple[bool, bool]:
        before, after = _deciding(self.before), _deciding(self.after)
        if before == after:
            return False, False
        found = self._outcomes() if before is None or after is None or before[0] == after[0] else set()
        if found and not any(None in outcome for outcome in found):
            return (False, True) in found, (True, False) in found
        # It is moved, or names what only VergeOS can resolve.
        passed, passes = (bool(each and each[1]) for each in (before, after))
        stopped, stops = (bool(each and not each[1]) for each in (before, after))
        return passes or stopped, passed or stops

    def _outcomes(self) -> set[tuple[bool | None, bool | None]]:
        """Return what becomes of traffic before and after, if the rules below let nothing pass and if they let all."""
        before, after = ([rule] if rule else [] for rule in (self.before, self.after))
        return {
            (each.before, each.after)
            for below in ([], _EVERYTHING)
            for each in difference([*before, *below], [*after, *below]).changes
        }


def rule_changes(change: Change) -> list[RuleChange]:
    """Return what a change does to rules: one for a `NetworkRule`, several for a `Firewall`, else none."""
    if not change.changes or change.kind not in ("NetworkRule", "Firewall"):
        return []
    network = _network(change)
    before, after = (_by_name(change.kind, values) for values in _sides(change))
    return [
        RuleChange(network, name, before.get(name), after.get(name))
        for name in dict.fromkeys([*before, *after])
        if before.get(name) != after.get(name)
    ]


def traffic_changes(plan: Plan) -> dict[str, Difference]:
    """Return which traffic the rules of a stack treat differently, by URN or key of the network.

    Rules that others made in VergeOS are not known here, and if the plan does not have the unchanged ones there is
    nothing to say.
    """
    if not plan.complete:
        return {}
    rules: dict[str, tuple[list[Rule], list[Rule]]] = defaultdict(lambda: ([], []))
    for change in plan.changes:
        if change.kind in ("NetworkRule", "Firewall"):
            for side, values in zip(rules[_network(change)], _sides(change), strict=True):
                side += _by_name(change.kind, values).values()
    found = {
        network: difference(_in_order(before), _in_order(after), _addresses(plan, network))
        for network, (before, after) in rules.items()
        if before != after
    }
    return {network: each for network, each in found.items() if each.changes}


def traffic(rule: Rule | None) -> str:
    """Return a rule in words, such as ``accept incoming tcp from anywhere to 10.0.0.5 port 443``; "" for none."""
    if rule is None:
        return ""
    defaults = (("action", "accept"), ("direction", "incoming"), ("protocol", "any"))
    does = [str(rule.get(name) or default) for name, default in defaults]
    sides = [f"{word} {_side(rule, end)}" for word, end in (("from", "source"), ("to", "destination"))]
    target = f"by {_side(rule, 'target')}" if rule.get("target_ip") or rule.get("target_ports") else ""
    off = "(off)" if rule.get("enabled") is False else ""
    return " ".join(filter(None, [*does, *sides, target, off]))


def _side(rule: Rule, end: str) -> str:
    address, ports = rule.get(f"{end}_ip") or "anywhere", rule.get(f"{end}_ports")
    return f"{address} port {ports}" if ports else str(address)


def _network(change: Change) -> str:
    """Return the URN of the network that a rule belongs to, or its key if the program does not manage it."""
    linked = change.links.get("network")
    return linked[0] if linked else str(change.new.get("network") or change.old.get("network"))


def _sides(change: Change) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return what a change begins with and ends with in VergeOS."""
    return {} if change.vanished else change.old, change.new


def _by_name(kind: str, values: Mapping[str, Any]) -> dict[str, Rule]:
    """Return rules by name; those of a list with their places. What the preview does not know is no rule."""
    if kind == "NetworkRule":
        return {str(values.get("name")): values} if values else {}
    rules = values.get("rules")
    known = [rule for rule in rules if isinstance(rule, Mapping)] if isinstance(rules, list) else []
    return {str(rule.get("name")): {**rule, "orderid": place} for place, rule in enumerate(known)}


def _in_order(rules: Iterable[Rule]) -> list[Rule]:
    """Return rules as they are tried; one that has no place yet is made at the end."""
    return sorted(rules, key=lambda rule: place if isinstance(place := rule.get("orderid"), int) else 2**31)


def _addresses(plan: Plan, network: str) -> Addresses:
    """Return what the names in the rules of a network stand for, as far as the plan knows and does not change it."""
    own = plan.by_urn.get(network)
    values = own.new if own is not None else {}
    aliases = [change for change in plan.changes if change.kind == "RuleAlias" and "value" not in change.changed]
    return Addresses(
        router=_text(values.get("ipaddress")),
        segment=_text(values.get("network")),
        networks={
            str(change.new.get("name")): segment
            for change in plan.changes
            if change.kind == "Network" and (segment := _text(change.new.get("network")))
        },
        aliases={str(change.old["$key"]): change.old["value"] for change in aliases if change.old.get("$key")},
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _deciding(rule: Rule | None) -> tuple[list[Any], bool, list[Any]] | None:
    """Return where a rule stands, whether what it matches passes, and what that is; None if it does not decide."""
    if rule is None or rule.get("enabled") is False or rule.get("action") in ("translate", "route"):
        return None
    passes = rule.get("action") in (None, "accept")
    return [rule.get(name) for name in _PLACE], passes, [rule.get(name) for name in _TRAFFIC]
