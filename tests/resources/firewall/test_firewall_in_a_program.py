"""A firewall in a program: what it registers, and what a program or its unit test reads of it."""

from __future__ import annotations

from typing import Any

import pulumi
import pytest

from tests.declarations.mocked import Engine, outcome, settle
from verge_pulumi import Firewall, FirewallRule, Network, RuleAlias, rule_addresses
from verge_pulumi.resources.firewall._reachability import Addresses

# The SDK leaves the event loops of its threads open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def test_rules_are_registered_as_what_each_of_them_says(engine: Engine) -> None:
    lan, dmz = Network("lan", name="lan"), Network("dmz", name="dmz")
    offices = RuleAlias("offices", name="offices", value=["10.0.0.0/8"])
    firewall = Firewall(
        "edge",
        network=lan,
        rules=[
            FirewallRule(name="ssh", source_ip=rule_addresses.alias(offices), log=pulumi.Output.from_input(True)),
            FirewallRule(name="dmz", source_ip=rule_addresses.segment_of(dmz), action="drop"),
        ],
    )
    settle()
    expected = [
        {"name": "ssh", "source_ip": "alias:42", "log": True},
        {"name": "dmz", "source_ip": "vnet:dmz", "action": "drop"},
    ]
    assert engine.inputs("edge")["rules"] == expected
    assert outcome(firewall.rules) == expected
    ask: dict[str, Any] = {"addresses": Addresses(aliases={"42": ["10.0.0.0/8"]})}
    assert outcome(firewall.would_allow("10.0.0.7", "router", 22, **ask)).allowed is True
    assert outcome(firewall.would_allow("192.0.2.1", "router", 22, **ask)).allowed is False


@pytest.mark.parametrize("rules", [5, "ssh", [{"name": "ssh"}], {"ssh": FirewallRule(name="ssh")}])
def test_a_list_of_something_else_is_refused(engine: Engine, rules: Any) -> None:
    with pytest.raises(TypeError, match=r"^Unable to declare Firewall 'edge': rules is not a list of FirewallRule\."):
        Firewall("edge", network="1", rules=rules)


@pytest.mark.parametrize("argument", ["orderid", "network", "adopt"])
def test_a_rule_has_neither_a_place_nor_a_network(argument: str) -> None:
    arguments: dict[str, Any] = {"name": "ssh", argument: 1}
    with pytest.raises(
        TypeError, match=rf"FirewallRule \(test_firewall_in_a_program\.py, line \d+\): {argument} is no argument"
    ):
        FirewallRule(**arguments)


def test_the_list_is_set_by_the_constructor(engine: Engine) -> None:
    firewall: Any = Firewall("edge", network="1", rules=[])
    with pytest.raises(AttributeError, match="'rules' is set by the constructor of Firewall"):
        firewall.rules = []
    assert Firewall.rules.item is FirewallRule
