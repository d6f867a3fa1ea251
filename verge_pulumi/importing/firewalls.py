"""Rules of a network as one `Firewall`, where all of them are the program's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from verge_pulumi.engine.ownership.mark import MARK
from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.importing.found import Found
from verge_pulumi.importing.recording import Registered
from verge_pulumi.resources.firewall.firewall import OF_A_FIREWALL, Firewall
from verge_pulumi.resources.firewall.network_rule import NetworkRule

OF_A_NETWORK = ("network", "orderid")
"""Arguments of a rule that the firewall says by its network, and by the order of its rules."""


def firewalls(rules: Iterable[Found], held: Collection[Place]) -> Iterator[tuple[Found, list[Found]]]:
    """Yield each firewall with its rules: what it has already, what bears its mark, or all rules of a network.

    Of what comes to such a network later each is a rule by itself.

    Args:
        rules: The rules that the program manages.
        held: Those that are parts of a firewall which the state has.
    """
    networks: dict[Place, list[Found]] = {}
    for rule in rules:
        if rule.kind is NetworkRule and rule.parent:
            networks.setdefault(rule.parent, []).append(rule)
    for network, every in networks.items():
        there = [rule for rule in every if rule.place in held]
        marked = [rule for rule in every if rule.mark and rule.mark.name.startswith(OF_A_FIREWALL)]
        own = there or marked or every
        names = {rule.label for rule in own}
        of_one = len({str(rule.mark) for rule in own}) == 1 and (marked or own[0].mark is None)
        tied = any(rule.references.keys() - {"network"} for rule in own)
        if there or (of_one and len(names) == len(own) and not tied):
            yield _firewall(network, sorted(own, key=lambda rule: int(rule.row["orderid"] or 0))), own


def declared(registered: Iterable[Registered], objects: Collection[Found]) -> Mapping[Place, Found]:
    """Return the firewalls that a program declares, each made of the rules of its network that have its names.

    Args:
        registered: What the program registers.
        objects: The rows.
    """
    firewalls: dict[Place, Found] = {}
    for each in registered:
        if each.type == Firewall.declaration.type_token and each.id:
            table, _, key = each.id.partition("/")
            names = {rule["name"] for rule in each.inputs.get("rules") or ()}
            own = [rule for rule in objects if rule.kind is NetworkRule and rule.parent == (table, key)]
            firewalls[Firewall.declaration.table, each.id] = _firewall(
                (table, key), [rule for rule in own if rule.label in names]
            )
    return firewalls


def _firewall(network: Place, rules: list[Found]) -> Found:
    said: list[dict[str, Any]] = [
        {name: value for name, value in rule.arguments.items() if name not in OF_A_NETWORK} for rule in rules
    ]
    mark = {MARK: str(rules[0].mark)} if rules and rules[0].mark else {}
    return Found(
        Firewall,
        "/".join(network),
        {"description": rules[0].row.get("description") if rules else None},
        {},
        kept={"keys": {rule.label: rule.key for rule in rules}, **mark},
        arguments={"rules": said},
        references={"network": [network]},
        mentioned={text: place for rule in rules for text, place in rule.mentioned.items()},
    )
