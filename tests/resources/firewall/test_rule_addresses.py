"""Addresses of rules in a program: what each function writes, and that its results are known when their names are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from tests.declarations.mocked import Engine, outcome, settle
from verge_pulumi import Network, NetworkRule, Nic, RuleAlias, VirtualMachine, rule_addresses

# The SDK leaves the event loops of its threads open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (rule_addresses.any_address, ""),
        (rule_addresses.default, "default"),
        (rule_addresses.router, "router"),
        (rule_addresses.segment, "vnetself"),
    ],
)
def test_an_address_that_needs_no_resource_is_a_text(written: Callable[[], str], text: str) -> None:
    assert written() == text


@pytest.mark.parametrize("form", ["resources", "texts", "outputs"])
def test_an_address_of_a_resource_is_an_output(engine: Engine, form: str) -> None:
    dmz, web = Network("dmz", name="DMZ 2"), VirtualMachine("web", name="web")
    eth0, offices = Nic("eth0", vm=web, name="eth0"), RuleAlias("offices", name="offices", value=["10.0.0.0/8"])
    named: dict[str, list[Any]] = {
        "resources": [dmz, web, eth0, offices],
        "texts": ["DMZ 2", "web", "eth0", "42"],
        "outputs": [dmz.name, web.name, eth0.name, offices.id],
    }
    network, vm, nic, alias = named[form]
    assert outcome(rule_addresses.segment_of(network)) == "vnet:DMZ 2"
    assert outcome(rule_addresses.nic(vm, nic)) == "vmnic:web.eth0"
    assert outcome(rule_addresses.alias(alias)) == "alias:42"


def test_several_addresses_are_one(engine: Engine) -> None:
    dmz = Network("dmz", name="dmz")
    several = rule_addresses.any_of("10.0.0.0/8", rule_addresses.router(), rule_addresses.segment_of(dmz))
    assert outcome(several) == "10.0.0.0/8,router,vnet:dmz"


def test_a_rule_takes_them(engine: Engine) -> None:
    lan, web = Network("lan", name="lan"), VirtualMachine("web", name="web")
    NetworkRule(
        "https",
        network=lan,
        name="https",
        source_ip=rule_addresses.any_of(rule_addresses.segment(), "10.0.0.5-10.0.0.9"),
        destination_ip=rule_addresses.nic(web, "eth0"),
        destination_ports=pulumi.Output.from_input("443"),
    )
    settle()
    registered = engine.inputs("https")
    assert {name: registered[name] for name in registered if not name.startswith("__")} == {
        "network": "42", "name": "https", "source_ip": "vnetself,10.0.0.5-10.0.0.9", "destination_ip": "vmnic:web.eth0",
        "destination_ports": "443",
    }  # fmt: skip
