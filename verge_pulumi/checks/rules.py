"""Rules of a network: one that never matters, and two that disown each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from verge_pulumi.checks.findings import Doubt, Finding, Mistake
from verge_pulumi.checks.segments import router_of, segment_of
from verge_pulumi.engine.declaring.program import Given, Planned
from verge_pulumi.resources.firewall._firewall_rule import FirewallRule
from verge_pulumi.resources.firewall._reachability import shadowed
from verge_pulumi.resources.firewall._rule_sets import NOTHING_KNOWN, Addresses
from verge_pulumi.resources.firewall.firewall import Firewall
from verge_pulumi.resources.firewall.network_rule import NetworkRule

MATCHED_BY = {
    "direction": "incoming",
    "protocol": "any",
    "interface": "auto",
    "ct_state": "",
    "source_ip": "",
    "source_ports": "",
    "destination_ip": "",
    "destination_ports": "",
}
"""What decides which traffic a rule is about, and what it is if unset (docs/vergeos/networks.md §4)."""


class Rules:
    """The rules of the networks of one system."""

    def __init__(self) -> None:
        self._rules: dict[tuple[Any, ...], Planned] = {}
        self._first: dict[Any, Planned] = {}
        self._only: dict[Any, Planned] = {}

    def __call__(self, planned: Planned) -> Iterator[Finding]:
        """Look at one more resource."""
        match planned.resource:
            case NetworkRule():
                yield from self._beside(planned)
                yield from self._rule(planned)
            case Firewall():
                yield from self._beside(planned)
                yield from _shadowed(planned)

    def _beside(self, planned: Planned) -> Iterator[Finding]:
        """Compare with what else has rules of the network."""
        network = planned.known("network")
        if network is None:
            return
        first = self._first.setdefault(network, planned)
        if planned.known("authoritative"):
            self._only.setdefault(network, planned)
        only = self._only.get(network)
        if only is not None and first is not planned:
            # The provider of that Firewall refuses to delete them, and to leave them.
            alone = f"it is authoritative, and {first}" if only is planned else f"{only} is authoritative, and it"
            yield Mistake(f"{alone} has rules of the same network", "Declare all of them in that Firewall.")

    def _rule(self, planned: Planned) -> Iterator[Finding]:
        """Compare with the rules that are about the same traffic; in which order they are tried no program knows."""
        if planned.said("enabled", True) is not True:
            return
        network, action = planned.known("network"), planned.said("action", "accept")
        traffic = [planned.said(name, default) for name, default in MATCHED_BY.items()]
        if None in (network, action, *traffic):
            return
        # Filters, translations and routes are asked one after the other, so they do not shadow each other.
        other = self._rules.setdefault((network, action if action in ("translate", "route") else "", *traffic), planned)
        if other is not planned:
            does = "the same" if other.said("action", "accept") == action else "something else"
            cause = f"it is about the very traffic of {other}, and does {does} with it"
            yield Doubt(cause, "Only the first of them counts; take one away, or narrow it.")


def _shadowed(firewall: Planned) -> Iterator[Finding]:
    network = firewall.known("network")
    addresses = NOTHING_KNOWN
    if isinstance(network, Planned):
        router, segment = router_of(network), segment_of(network)
        addresses = Addresses(router=str(router) if router else None, segment=str(segment) if segment else None)
    for shadow in shadowed([rule.arguments for rule in rules_of(firewall)], addresses):
        yield Doubt(str(shadow), "Take it away, or move it up.")


def rules_of(firewall: Planned) -> list[Given]:
    """Return the rules of a firewall, each with a name: its place where nobody knows the name."""
    rules = firewall.arguments["rules"]
    named = [
        {**rule, "name": rule["name"] if isinstance(rule["name"], str) else f"number {place}"}
        for place, rule in enumerate(rules if isinstance(rules, list) else [], start=1)
    ]
    return [Given(attributes=FirewallRule.attributes, arguments=rule) for rule in named]
