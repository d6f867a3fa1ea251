"""The rules of a `Firewall` as the program writes them: checked, compared, and told to people."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pulumi

from verge_pulumi.client import Row
from verge_pulumi.engine.declaring.component import Arguments
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.model import Inputs, differing, validate
from verge_pulumi.engine.declaring.problems import Problem, Several
from verge_pulumi.engine.declaring.values import Value
from verge_pulumi.engine.ownership.mark import Mark
from verge_pulumi.resources.firewall._plan import in_order
from verge_pulumi.resources.firewall._reachability import would_allow
from verge_pulumi.resources.firewall.network_rule import NetworkRuleSettings, contradictions

TABLE = "vnet_rules"
_PINS = ("top", "no", "bottom")


class FirewallRule(NetworkRuleSettings, Arguments):
    """A rule of a `Firewall`."""


RULE = Declaration(title="FirewallRule", module=__name__, table=TABLE, attributes=FirewallRule.attributes)


def is_of_vergeos(row: Row) -> bool:
    """Say whether VergeOS made a rule for itself or for something else, such as a WireGuard peer or a gateway.

    Of the route that comes with a default gateway no source says that its `owner` is set (docs/vergeos/quirks.md §W14).
    """
    route = row.get("action") == "route" and row.get("destination_ip") == "default"
    return bool(row.get("system_rule") or row.get("owner") or (route and Mark.of(row.get("description")) is None))


class RuleList(Value):
    """Rules in their order, each with what the program says of it."""

    def normalise(self, value: Any) -> Any:
        """Return the rules in their one spelling."""
        if not isinstance(value, list) or not all(isinstance(rule, dict) for rule in value):
            raise ValueError("is not a list of FirewallRule. Give one, in brackets: [FirewallRule(...)]")
        valid, wrong = validated(value)
        if wrong:
            raise Several(wrong)
        return valid

    def same(self, left: Any, right: Any) -> bool:
        """Say whether the rules of the state are those of the program, of each what the program says of it."""
        state, inputs = left or [], right or []
        return [rule["name"] for rule in state] == [rule["name"] for rule in inputs] and not any(
            differing(RULE, old, new) for old, new in zip(state, inputs, strict=True)
        )


def validated(rules: list[Any]) -> tuple[list[Inputs], list[Problem]]:
    """Return what is known of rules, normalised, and one sentence for each problem."""
    valid: list[Inputs] = []
    problems: list[Problem] = []
    for place, rule in enumerate(rules, start=1):
        given = {name: value for name, value in rule.items() if value is not None}
        inputs, found = validate(RULE, given)
        valid.append(inputs)
        problems += [problem.within(f"rule {place}") for problem in found]
    return valid, problems


def problems(inputs: Inputs) -> Iterable[str]:
    """Say what is wrong with the rules of a firewall taken together, as far as they are known.

    Names are unique, pinned rules stand where they are tried, and management is not shut out.
    """
    rules = inputs["rules"]
    if not isinstance(rules, list):
        return
    if pulumi.contains_unknowns(rules):
        yield from (f"rules: {problem}" for problem in validated(rules)[1])
    names = [rule.get("name") for rule in rules]
    for place, name in enumerate(names, start=1):
        if isinstance(name, str) and name in names[: place - 1]:
            yield f"rules: rule {place} has the name of rule {names.index(name) + 1}; a rule is known by its name"
    for place, rule in enumerate(rules, start=1):
        yield from (f"rules: rule {place}: {problem}" for problem in contradictions(rule))
    pins = [rule.get("pin") or "no" for rule in rules]
    if all(pin in _PINS for pin in pins) and pins != sorted(pins, key=_PINS.index):
        yield "rules: those with pin='top' come first in the list, those with pin='bottom' last, as they are tried"
    yield from _shut_out(inputs)


def _shut_out(inputs: Inputs) -> Iterable[str]:
    """Say if the rules do not let management reach the router; where that is not known they are not refused."""
    source, ports = inputs.get("management"), inputs.get("management_ports") or "443"
    if inputs.get("allow_lock_out") or not isinstance(source, str) or not isinstance(ports, str):
        return
    verdict = would_allow(inputs["rules"], source, "router", ports)
    if verdict.allowed is False:
        names = [rule.get("name") for rule in inputs["rules"]]
        why = f"rule {names.index(verdict.rule) + 1} stops it" if verdict.rule in names else "no rule lets it in"
        yield f"management: could not reach the router on its ports: {why}. Let it in, or set allow_lock_out=True"


def told(state: list[Inputs], inputs: list[Inputs]) -> Iterable[str]:
    """Yield one line for each rule that changes, without values: which of them are secret is not known here."""
    before = {rule["name"]: rule for rule in state}
    names = [rule["name"] for rule in inputs]
    if pulumi.contains_unknowns(names):
        return
    places = {name: place for place, name in enumerate(before)}
    stays = in_order([(name, places[name]) for name in names if name in places])
    for rule in inputs:
        name = rule["name"]
        old = before.get(name)
        if old is None:
            yield f"rule '{name}' is new"
            continue
        changes = differing(RULE, old, rule)
        if changes:
            yield f"rule '{name}' has another {', '.join(changes)}"
        if name not in stays:
            yield f"rule '{name}' is moved"
    yield from (f"rule '{name}' is deleted" for name in before if name not in names)
