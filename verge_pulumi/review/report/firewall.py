"""What changes do to the rules of networks: which traffic may pass that could not, and which no longer.

Rules are judged together and by their order, as `reachability` reads them; the number of a place says nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.resources.firewall._firewall_rule import TABLE
from verge_pulumi.resources.firewall._plan import in_order
from verge_pulumi.resources.firewall._reachability import Addresses, Difference, difference, turns
from verge_pulumi.review.report.plan import Change, Plan, Rule, RuleChange
from verge_pulumi.review.values import UNKNOWN, is_untold

_Id = tuple[str, str]
"""The URN of what declares a rule, and the name of the rule."""


_DECIDING = ("action", "direction", "protocol", "pin", "source_ip", "destination_ip")
"""Columns of which nothing is known of a rule that may do anything."""


@dataclass
class _Table:
    """Rules of a network whose order is known, as they are tried before the changes and after them."""

    before: dict[_Id, Rule] = field(default_factory=dict)
    after: dict[_Id, Rule] = field(default_factory=dict)
    moved: Collection[_Id] = ()


def rule_changes(changes: Sequence[Change], *, complete: bool) -> dict[str, list[RuleChange]]:
    """Return what changes do to rules, by the URN of what declares them.

    Args:
        changes: All changes of one stack, since the rules of a network decide together.
        complete: Whether the unchanged resources are among them. If not, unknown rules stand between those that are
            resources of their own.
    """
    around = {change.urn: change for change in changes}
    names = _Names(changes)
    found: dict[str, list[RuleChange]] = defaultdict(list)
    for network, table in _tables(changes, complete=complete):
        changed = [
            id
            for id in {**table.before, **table.after}
            if around[id[0]].changes and (table.before.get(id) != table.after.get(id) or id in table.moved)
        ]
        if not changed:
            continue
        opening, closing = _turning(table, changed, names.of(network), complete=complete)
        for id in changed:
            sides = table.before.get(id), table.after.get(id)
            found[id[0]].append(RuleChange(network, id[1], *sides, id in opening, id in closing))
    return found


def _tables(changes: Sequence[Change], *, complete: bool) -> Iterable[tuple[str, _Table]]:
    """Yield the rules of each network. How those of a list stand to other rules is not known."""
    single: dict[tuple[str, str], _Table] = defaultdict(_Table)
    for change in changes:
        if change.declaration.table != TABLE:
            continue
        network = _network(change)
        before, after = (
            {(change.urn, name): rule for name, rule in _by_name(change.declaration, values).items()}
            for values in _sides(change)
        )
        if "rules" not in change.declaration.roles:
            table = single[network, "" if complete else change.urn]
            table.before |= before
            table.after |= after
        else:
            places = {id: place for place, id in enumerate(before)}
            both = [(id, places[id]) for id in after if id in places]
            yield network, _Table(before, after, {id for id, _ in both}.difference(in_order(both)))
    for (network, _), table in single.items():
        yield network, _Table(dict(_tried(table.before)), dict(_tried(table.after, table.before)))


def _turning(
    table: _Table, changed: Collection[_Id], addresses: Addresses, *, complete: bool
) -> tuple[Collection[_Id], Collection[_Id]]:
    """Return which of the rules that change may let traffic pass that could not, and which may stop it."""
    ids = {str(number): id for number, id in enumerate({**table.before, **table.after})}
    names = {id: name for name, id in ids.items()}
    old, new = ([{**rule, "name": names[id]} for id, rule in side.items()] for side in (table.before, table.after))
    turned = turns(old, new, addresses)
    opening, closing = (
        {ids[name] for pair in pairs for name in pair if name}.intersection(changed)
        for pairs in (turned.opens, turned.closes)
    )
    for id in changed:
        before, after = table.before.get(id), table.after.get(id)
        if turned.cut or _is_anywhere(before, after, complete=complete):
            was, will = _outcomes(before), _outcomes(after)
            opening |= {id} if True in will or False in was else set()
            closing |= {id} if True in was or False in will else set()
    return opening, closing


def _is_anywhere(before: Rule | None, after: Rule | None, *, complete: bool) -> bool:
    """Say whether a rule comes to stand among rules that are not known, or at a place that is not."""
    if any(is_untold(rule.get("orderid")) for rule in (before, after) if rule):
        return True
    columns = ["network"] if complete else ["network", "pin", "orderid"]
    return before is not None and after is not None and any(before.get(each) != after.get(each) for each in columns)


def _outcomes(rule: Rule | None) -> Collection[bool]:
    """Return what may become of the traffic that a rule matches, whether it passes; nothing if it does not decide."""
    if rule is None or rule.get("enabled") is False or rule.get("action") in ("translate", "route"):
        return ()
    return (True, False) if is_untold(rule.get("action")) else (rule.get("action") in (None, "accept"),)


def traffic_changes(plan: Plan) -> dict[str, Difference]:
    """Return which traffic the rules of a stack treat differently, by URN or key of the network.

    Rules that others made in VergeOS are not known here, and if the plan does not have the unchanged ones there is
    nothing to say.
    """
    if not plan.complete:
        return {}
    rules: dict[str, tuple[list[Rule], list[Rule]]] = defaultdict(lambda: ([], []))
    for network, table in _tables(plan.changes, complete=True):
        for rules_of, side in zip(rules[network], (table.before, table.after), strict=True):
            rules_of += side.values()
    names = _Names(plan.changes)
    found = {
        network: difference(before, after, names.of(network))
        for network, (before, after) in rules.items()
        if before != after
    }
    return {network: each for network, each in found.items() if each.changes}


def _network(change: Change) -> str:
    """Return the URN of the network that a rule belongs to, or its key if the program does not manage it."""
    linked = change.links.get("network")
    return linked[0] if linked else str(change.new.get("network") or change.old.get("network"))


def _sides(change: Change) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return what a change begins with and ends with in VergeOS."""
    return change.before, change.new


def _by_name(declaration: Declaration, values: Mapping[str, Any]) -> dict[str, Rule]:
    """Return rules by name, in the order of their list. What the preview does not tell is a rule that may do anything.

    One whose name it does not tell is known by its place.
    """
    if "rules" not in declaration.roles:
        return {str(values.get("name")): values} if values else {}
    rules = declaration.roles.said("rules", values)
    if not isinstance(rules, list):
        return {} if rules is None else {"all rules": _any_rule(rules, values)}
    found: dict[str, Rule] = {}
    for place, rule in enumerate(rules, start=1):
        told = {**rule, "network": values.get("network")} if isinstance(rule, Mapping) else _any_rule(rule, values)
        name = str(told.get("name", UNKNOWN))
        name = f"rule {place}" if is_untold(name) else name
        while name in found:
            name += "'"
        found[name] = told
    return found


def _any_rule(untold: Any, values: Mapping[str, Any]) -> Rule:
    return {**dict.fromkeys(_DECIDING, untold), "network": values.get("network")}


def _tried(rules: Mapping[_Id, Rule], before: Mapping[_Id, Rule] | None = None) -> Iterable[tuple[_Id, Rule]]:
    """Return rules as they are tried. One that has no place yet is made at the end.

    One that is written to a place that is taken comes before the one that has it (docs/vergeos/networks.md §4).

    Args:
        rules: The rules.
        before: The rules as they are now, if something is written.
    """

    def place(each: tuple[_Id, Rule]) -> tuple[int, bool]:
        id, rule = each
        wanted = rule.get("orderid")
        stays = before is None or (id in before and before[id].get("orderid") == wanted)
        return wanted if isinstance(wanted, int) else 2**31, stays

    return sorted(rules.items(), key=place)


class _Names:
    """What the names in rules stand for, as far as it is known and does not change."""

    def __init__(self, changes: Sequence[Change]) -> None:
        self._around = {change.urn: change for change in changes}
        self._everywhere = Addresses(
            networks={
                str(change.new.get("name")): segment
                for change in changes
                if (segment := _text(change.declaration.roles.said("segment", change.new)))
            },
            aliases={
                str(change.old["$key"]): entries
                for change in changes
                if change.old.get("$key") and (entries := _entries(change))
            },
        )

    def of(self, network: str) -> Addresses:
        """Return it for the rules of a network: its URN or its key."""
        own = self._around.get(network)
        if own is None:
            return self._everywhere
        router, segment = (_text(own.declaration.roles.said(role, own.new)) for role in ("router", "segment"))
        return replace(self._everywhere, router=router, segment=segment)


def _entries(alias: Change) -> list[str]:
    """Return what rules refer to by the key of an alias; none if that is not known or changes."""
    value = alias.declaration.roles.said("matched", alias.old)
    if alias.changed.intersection(alias.declaration.roles.named("matched")) or not isinstance(value, list):
        return []
    return [each for each in value if isinstance(each, str)]


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
