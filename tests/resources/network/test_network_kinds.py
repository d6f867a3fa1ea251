"""The kinds of networks: what each is written as, and read back as."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, hosted
from verge_pulumi.catalogue import TABLES
from verge_pulumi.engine.errors import Reported


@pytest.mark.parametrize(
    ("arguments", "written"),
    [
        ({"type": "internal", "network": "10.0.0.0/24"}, {"type": "internal", "layer2_type": "vxlan"}),
        (
            {"type": "external", "network": "203.0.113.0/28", "gateway": "203.0.113.1", "uplink": "4"},
            {"type": "external", "interface_vnet": 4, "gateway": "203.0.113.1"},
        ),
        ({"type": "dmz", "network": "10.0.1.0/24"}, {"type": "dmz"}),
        (
            {"layer2_type": "vlan", "layer2_id": 11, "uplink": "4", "ipaddress_type": "none"},
            {"layer2_type": "vlan", "layer2_id": 11, "ipaddress_type": "none", "ipaddress": ""},
        ),
        ({"layer2_type": "vxlan", "layer2_id": 5000}, {"layer2_id": 5000}),
        (
            {"type": "physical", "enable_bonding": True, "bond_interfaces_args": ["4", 1]},
            {"type": "physical", "enable_bonding": True, "bond_interfaces_args": [4, 1]},
        ),
        ({"port_mirroring": "north_south"}, {"port_mirroring": "north_south"}),
        ({"type": "port_mirror", "ipaddress_type": "none"}, {"type": "port_mirror"}),
        (
            {"type": "external", "ipaddress_type": "bgp", "network": "10.10.11.0/30", "bgp_asn": 65001},
            {"ipaddress_type": "bgp", "bgp_asn": 65001},
        ),
        (
            {"rate_limit": 100, "rate_limit_type": "kbytes/minute", "rate_limit_burst": 500},
            {"rate_limit": 100, "rate_limit_type": "kbytes/minute", "rate_limit_burst": 500},
        ),
    ],
)
def test_a_kind(bench: Bench, arguments: dict[str, Any], written: dict[str, Any]) -> None:
    network = bench.create("Network", name="net", **arguments)
    assert {name: network.row()[name] for name in written} == written
    assert network.diff().changes is False
    network.refresh()
    assert network.diff(**arguments).changes is False


def test_the_keys_of_a_list_are_text_and_a_state_that_has_numbers_does_not_differ(bench: Bench) -> None:
    bonding: dict[str, Any] = {"type": "physical", "enable_bonding": True, "bond_interfaces_args": [4.0, "1"]}
    network = bench.create("Network", name="net", **bonding)
    assert network.outs["bond_interfaces_args"] == ["4", "1"]
    network.outs["bond_interfaces_args"] = [4.0, 1.0]
    assert network.diff(**bonding).changes is False
    assert network.diff(**{**bonding, "bond_interfaces_args": [1, 4]}).changes is None


def test_another_network_leaves_no_address_outside_and_the_preview_says_so(bench: Bench) -> None:
    network = bench.create("Network", name="net", network="10.0.0.0/24")
    bench.simulator.edit("vnets", int(network.id), dhcp_stop="10.0.0.99")
    network.refresh()
    bench.simulator.reset("log")
    with pytest.raises(Reported) as refused:
        network.diff(network="10.1.0.0/24")
    assert str(refused.value) == (
        "Unable to change Network 'net': "
        "ipaddress: 10.0.0.1 would lie outside of '10.1.0.0/24'. Set ipaddress as well. "
        "dhcp_stop: 10.0.0.99 would lie outside of '10.1.0.0/24'. Set dhcp_stop as well."
    )
    assert bench.simulator.requests() == []
    assert network.diff(network="10.0.0.0/16").changes is None
    assert network.diff(network=UNKNOWN).changes is None
    network.outs |= {"ipaddress": "10.0.0.1/24", "dhcp_stop": "by itself"}  # as others may have written it
    with pytest.raises(
        Reported, match=r"^[^.]*: ipaddress: 10\.0\.0\.1 would lie outside of '10\.1\.0\.0/24'\.[^.]*\.$"
    ):
        network.diff(network="10.1.0.0/24")
    moved = {"network": "10.1.0.0/24", "ipaddress": "10.1.0.1", "dhcp_stop": "10.1.0.99"}
    network.up(**moved)
    assert {name: network.row()[name] for name in moved} == moved


def test_an_uplink_leaves_no_gateway_outside_either(bench: Bench) -> None:
    uplink = bench.create("Network", name="net", type="external", network="203.0.113.0/28", ipaddress="203.0.113.2")
    bench.simulator.edit("vnets", int(uplink.id), gateway="203.0.113.1")
    uplink.refresh()
    with pytest.raises(Reported, match=r"gateway: 203\.0\.113\.1 would lie outside of '198\.51\.100\.0/28'"):
        uplink.diff(network="198.51.100.0/28", ipaddress="198.51.100.2")


def test_a_limit_has_a_unit_that_vergeos_knows(bench: Bench) -> None:
    column = TABLES["vnets"].column("rate_limit_type")
    assert column is not None
    for unit in column.choices:
        assert bench.check("Network", {"name": "net", "rate_limit_type": unit})["rate_limit_type"] == unit
    result = bench.provider("Network").check({}, hosted({"name": "net", "rate_limit_type": "mb/s"}))
    assert [failure.reason.partition(" ")[0] for failure in result.failures] == ["rate_limit_type"]
