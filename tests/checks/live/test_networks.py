"""Addresses, VLANs and MAC addresses that others have."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.live.conftest import Live
from verge_pulumi import Address, Network, NetworkBlock, Nic, by_name

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

EXTERNAL, PHYSICAL = 3, 4
"""Networks of the seed."""

MAC = "f0:db:30:00:00:01"


def lan(**arguments: Any) -> Network:
    return Network("lan", **{"name": "lan", "network": "10.0.0.0/24", **arguments})


def office(live: Live, **columns: Any) -> int | str:
    return live.simulator.add("vnets", **{"name": "office", "network": "10.0.0.0/16", **columns})


# Segments -------------------------------------------------------------------------------------------------------------


def test_a_segment_that_somebody_uses_is_a_doubt(live: Live) -> None:
    key = office(live)
    assert live.warnings(lan) == [
        f"Network 'lan': 10.0.0.0/24 overlaps with 10.0.0.0/16 of the network 'office' (vnets/{key}). Use other "
        "addresses if they shall ever reach each other."
    ]


def test_many_such_networks_are_one_warning(live: Live) -> None:
    for number in range(5):
        live.simulator.add("vnets", name=f"office-{number}", network="10.0.0.0/16")
    (warning,) = live.warnings(lan)
    assert "of the network 'office-2' (vnets/7) and 2 more. Use other" in warning


def test_behind_one_gateway_it_matters_more(live: Live) -> None:
    key = office(live, vnet_default_gateway=EXTERNAL)
    assert live.warnings(lambda: lan(default_gateway=by_name("External"))) == [
        f"Network 'lan': 10.0.0.0/24 overlaps with 10.0.0.0/16 of the network 'office' (vnets/{key}), behind the same "
        "default gateway. Unless a router translates them, no answer finds its way; use other addresses."
    ]


def test_the_addresses_of_its_own_gateway_are_refused(live: Live) -> None:
    key = office(live)
    assert live.error(lambda: lan(default_gateway=key)) == (
        f"Unable to declare Network 'lan': 10.0.0.0/24 overlaps with 10.0.0.0/16 of the network 'office' (vnets/{key})"
        ", its default gateway; the router has both. Give the networks different addresses."
    )


@pytest.mark.parametrize("columns", [{"network": "10.1.0.0/16"}, {"network": "fd00::/64"}, {"ipaddress_type": "none"}])
def test_other_addresses_are_free(live: Live, columns: dict[str, str]) -> None:
    office(live, **columns)
    assert live.warnings(lan) == []


def test_a_network_without_addresses_overlaps_with_none(live: Live) -> None:
    office(live)
    assert live.warnings(lambda: lan(ipaddress_type="none")) == []


def test_networks_of_the_stack_are_left_to_the_other_checks(live: Live) -> None:
    live.holds(Network, "office", office(live), name="office", network="10.0.0.0/16")
    assert live.warnings(lan) == []


def test_a_network_that_is_taken_over_does_not_overlap_with_itself(live: Live) -> None:
    live.simulator.add("vnets", name="lan", network="10.0.0.0/24")
    assert live.warnings(lambda: lan(adopt=True)) == []


def test_a_segment_that_stays_is_no_news(live: Live) -> None:
    office(live)
    key = live.simulator.add("vnets", name="lan", network="10.0.0.0/24")
    live.holds(Network, "lan", key, name="lan", network="10.0.0.0/24", mtu=1500)
    assert live.warnings(lambda: lan(mtu=9000)) == []
    (warning,) = live.warnings(lambda: Network("lan", name="lan", network="10.0.1.0/24"))
    assert "10.0.1.0/24 overlaps" in warning


# Addresses ------------------------------------------------------------------------------------------------------------


def test_an_address_that_somebody_has_is_refused(live: Live) -> None:
    key = office(live)
    row = live.simulator.add("vnet_addresses", vnet=key, ip="10.0.0.5", type="ipalias", hostname="printer")
    assert live.error(lambda: Address("web", network=key, ip="10.0.0.5", type="ipalias")) == (
        f"Unable to declare Address 'web': ip '10.0.0.5' of network {key} is already that of row {row} of "
        "vnet_addresses, which no stack is known to manage. Choose another one, or set adopt=True to manage that row "
        "from here."
    )


def test_an_address_on_another_network_is_free(live: Live) -> None:
    key = office(live)
    live.simulator.add("vnet_addresses", vnet=EXTERNAL, ip="10.0.0.5", type="ipalias")
    assert live.warnings(lambda: Address("web", network=key, ip="10.0.0.5", type="ipalias")) == []


def test_the_address_of_the_router_is_refused(live: Live) -> None:
    key = office(live, ipaddress="10.0.0.254")
    error = live.error(lambda: Address("web", network=key, ip="10.0.0.254", type="virtual"))
    assert f"ip 10.0.0.254 of the network 'office' (vnets/{key}) is already that of its router. " in error


def test_a_second_reservation_for_a_card_is_a_doubt(live: Live) -> None:
    key = office(live)
    row = live.simulator.add("vnet_addresses", vnet=key, ip="10.0.0.5", type="static", mac=MAC)
    assert live.warnings(lambda: Address("web", network=key, ip="10.0.0.6", type="static", mac=MAC.upper())) == [
        f"Address 'web': mac {MAC} has the address 10.0.0.5 reserved (vnet_addresses/{row}). It gets one of them; "
        "reserve one address for each card."
    ]


@pytest.mark.parametrize(("theirs", "ours"), [("dynamic", "static"), ("static", "ipalias")])
def test_only_reservations_are_for_a_card(live: Live, theirs: str, ours: Any) -> None:
    key = office(live)
    live.simulator.add("vnet_addresses", vnet=key, ip="10.0.0.5", type=theirs, mac=MAC)
    assert live.warnings(lambda: Address("web", network=key, ip="10.0.0.6", type=ours, mac=MAC)) == []


def test_the_reservation_that_moves_is_no_second_one(live: Live) -> None:
    key = office(live)
    row = live.simulator.add("vnet_addresses", vnet=key, ip="10.0.0.5", type="static", mac=MAC)
    live.holds(Address, "web", row, network=str(key), ip="10.0.0.5", type="static", mac="f0:db:30:00:00:09")
    assert live.warnings(lambda: Address("web", network=key, ip="10.0.0.6", type="static", mac=MAC)) == []


def test_a_block_that_overlaps_with_another_one_is_refused(live: Live) -> None:
    row = live.simulator.add("vnet_cidrs", vnet=EXTERNAL, cidr="192.0.2.0/25")
    assert live.error(lambda: NetworkBlock("a", network=EXTERNAL, cidr="192.0.2.0/24")) == (
        f"Unable to declare NetworkBlock 'a': 192.0.2.0/24 overlaps with 192.0.2.0/25 (vnet_cidrs/{row}). Choose "
        "another block."
    )


@pytest.mark.parametrize(
    "arguments", [{"cidr": "192.0.2.128/25"}, {"network": PHYSICAL}, {"cidr": "2001:db8::/64"}, {"adopt": True}]
)
def test_another_block_is_free(live: Live, arguments: dict[str, Any]) -> None:
    live.simulator.add("vnet_cidrs", vnet=EXTERNAL, cidr="192.0.2.0/25")
    given = {"network": EXTERNAL, "cidr": "192.0.2.0/25", **arguments}
    assert live.warnings(lambda: NetworkBlock("a", **given)) == []


def test_a_block_of_the_stack_is_its_own(live: Live) -> None:
    row = live.simulator.add("vnet_cidrs", vnet=EXTERNAL, cidr="192.0.2.0/25")
    live.holds(NetworkBlock, "a", row, network=str(EXTERNAL), cidr="192.0.2.0/25")
    assert live.warnings(lambda: NetworkBlock("a", network=EXTERNAL, cidr="192.0.2.0/24")) == []
    assert live.warnings(lambda: NetworkBlock("a", network=EXTERNAL, cidr="192.0.2.0/25")) == []


# VLANs and MAC addresses ----------------------------------------------------------------------------------------------


def vlan(**arguments: Any) -> Network:
    given = {"name": "lan", "layer2_type": "vlan", "layer2_id": 100, "ipaddress_type": "none", "uplink": PHYSICAL}
    return Network("lan", **{**given, **arguments})


def test_a_vlan_that_somebody_uses_is_a_doubt(live: Live) -> None:
    key = office(live, layer2_type="vlan", layer2_id=100, interface_vnet=PHYSICAL)
    assert live.warnings(vlan) == [
        f"Network 'lan': VLAN 100 of its uplink is already that of the network 'office' (vnets/{key}). Both are one "
        "segment then; give each network its own VLAN."
    ]


@pytest.mark.parametrize(
    "columns",
    [{"layer2_id": 101}, {"layer2_type": "vxlan"}, {"interface_vnet": EXTERNAL}],
    ids=["id", "type", "uplink"],
)
def test_another_vlan_is_free(live: Live, columns: dict[str, Any]) -> None:
    office(live, **{"layer2_type": "vlan", "layer2_id": 100, "interface_vnet": PHYSICAL, **columns})
    assert live.warnings(vlan) == []


def test_a_vlan_that_stays_is_no_news(live: Live) -> None:
    office(live, layer2_type="vlan", layer2_id=100, interface_vnet=PHYSICAL)
    columns: dict[str, Any] = {"name": "lan", "layer2_type": "vlan", "layer2_id": 100}
    key = live.simulator.add("vnets", interface_vnet=PHYSICAL, **columns)
    live.holds(Network, "lan", key, uplink=str(PHYSICAL), **columns)
    assert live.warnings(vlan) == []


def card(live: Live, **columns: Any) -> int | str:
    live.simulator.add("vms", name="other")
    machine = live.simulator.rows("vms")[-1]["machine"]
    return live.simulator.add("machine_nics", machine=machine, **{"macaddress": MAC, "name": "eth0", **columns})


def nic(**arguments: Any) -> Nic:
    return Nic("eth0", **{"vm": 7, "macaddress": MAC, "network": EXTERNAL, **arguments})


def test_a_mac_address_that_somebody_has_is_a_doubt(live: Live) -> None:
    live.simulator.add("vms", name="web")
    key = card(live, vnet=EXTERNAL)
    assert live.warnings(lambda: nic(vm=1, macaddress=MAC.upper())) == [
        f"Nic 'eth0': macaddress {MAC} is already that of machine_nics/{key} on the same network. Choose another one, "
        "or leave it to VergeOS."
    ]


@pytest.mark.parametrize("arguments", [{"macaddress": "f0:db:30:00:00:02"}, {"enabled": False}, {"adopt": True}])
def test_another_card_is_none_of_theirs(live: Live, arguments: dict[str, Any]) -> None:
    live.simulator.add("vms", name="web")
    card(live)
    assert live.warnings(lambda: nic(vm=1, **arguments)) == []


def test_a_card_that_is_off_has_no_mac_address_to_speak_of(live: Live) -> None:
    live.simulator.add("vms", name="web")
    card(live, enabled=False)
    assert live.warnings(lambda: nic(vm=1)) == []


def test_a_card_or_a_reservation_that_stays_is_no_news(live: Live) -> None:
    live.simulator.add("vms", name="web")
    card(live)
    live.holds(Nic, "eth0", 7, vm="1", macaddress=MAC, network=str(EXTERNAL))
    live.simulator.add("vnet_addresses", vnet=EXTERNAL, ip="10.0.0.5", type="static", mac=MAC)
    live.holds(Address, "web", 8, network=str(EXTERNAL), ip="10.0.0.6", type="static", mac=MAC)
    program = lambda: [nic(vm=1), Address("web", network=EXTERNAL, ip="10.0.0.6", type="static", mac=MAC)]  # noqa: E731
    assert live.warnings(program) == []
    assert live.requests() == []


def test_what_the_state_has_encrypted_is_not_compared(live: Live) -> None:
    live.simulator.add("vms", name="web")
    card(live)
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:x"}
    live.holds(Nic, "eth0", 7, vm="1", macaddress=secret, network=str(EXTERNAL))
    assert live.warnings(lambda: nic(vm=1)) == []


def test_the_card_of_the_stack_is_its_own(live: Live) -> None:
    live.simulator.add("vms", name="web")
    live.holds(Nic, "old", card(live), macaddress=MAC)
    assert live.warnings(lambda: nic(vm=1)) == []
