"""Rules of a network as one `Firewall`, where all of them are the program's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.importing.objects import Found
from verge_pulumi.resources.firewall.firewall import OF_A_FIREWALL, Firewall
from verge_pulumi.resources.firewall.network_rule import NetworkRule

OF_A_NETWORK = ("network", "orderid")
"""Arguments of a rule that the firewall says by its network, and by the order of its rules."""


def firewalls(rules: Iterable[Found]) -> Iterator[tuple[Found, list[Found]]]:
    """Yield each firewall with its rules: all rules of a network, of which none bears a mark of its own.

    Args:
        rules: The rules that the program manages.
    """
    networks: dict[Place, list[Found]] = {}
    for rule in rules:
        if rule.kind is NetworkRule and rule.parent:
            networks.setdefault(rule.parent, []).append(rule)
    for network, own in networks.items():
        marks = {str(rule.mark) for rule in own}
        names = {rule.label for rule in own}
        of_one = own[0].mark is None or own[0].mark.name.startswith(OF_A_FIREWALL)
        tied = any(rule.references.keys() - {"network"} for rule in own)
        if len(marks) == 1 and of_one and len(names) == len(own) and not tied:
            yield _firewall(network, sorted(own, key=lambda rule: int(rule.row["orderid"]))), own


def declared(network: Place, names: Collection[str], objects: Iterable[Found]) -> Found:
    """Return the firewall that a program declares, made of the rules of the network that have its names."""
    rules = [each for each in objects if each.kind is NetworkRule and each.parent == network and each.label in names]
    return _firewall(network, rules)


def _firewall(network: Place, rules: list[Found]) -> Found:
    said: list[dict[str, Any]] = [
        {name: value for name, value in rule.arguments.items() if name not in OF_A_NETWORK} for rule in rules
    ]
    return Found(
        Firewall,
        "/".join(network),
        {"description": rules[0].row.get("description") if rules else None},
        {},
        kept={"keys": {rule.label: rule.key for rule in rules}},
        arguments={"rules": said},
        references={"network": [network]},
        mentioned={text: place for rule in rules for text, place in rule.mentioned.items()},
    )
