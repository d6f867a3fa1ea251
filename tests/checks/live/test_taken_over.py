"""Rows that a program takes over are its own in each check: what they have is no clash, nor what they give up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from tests.checks.conftest import Program
from tests.checks.live.conftest import Live
from verge_pulumi import (
    Address,
    Drive,
    DriveArgs,
    Network,
    NetworkBlock,
    Nic,
    NicArgs,
    Power,
    PowerArgs,
    RuleAlias,
    Server,
    VirtualMachine,
)

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

EXTERNAL, PHYSICAL = 3, 4
"""Networks of the seed."""

GIB = 1024
MAC, OTHER_MAC = "f0:db:30:00:00:01", "f0:db:30:00:00:02"


class Rows:
    """The rows of somebody else, which programs take over."""

    def __init__(self, live: Live) -> None:
        self._simulator = live.simulator
        self.office = live.simulator.add(
            "vnets",
            name="office",
            network="10.0.0.0/24",
            layer2_type="vlan",
            layer2_id=100,
            interface_vnet=PHYSICAL,
        )
        self.web = live.simulator.add("vms", name="web", ram=100 * GIB, cpu_cores=40, cluster=1)
        self.machine = live.simulator.rows("vms")[-1]["machine"]
        self.eth0 = live.simulator.add("machine_nics", machine=self.machine, name="eth0", macaddress=MAC, vnet=EXTERNAL)
        address = {"vnet": EXTERNAL, "ip": "192.0.2.5", "type": "static", "mac": MAC}
        self.address = live.simulator.add("vnet_addresses", **address)
        live.simulator.add("vnet_rule_aliases", name="web", value="10.0.0.6")
        self.block = live.simulator.add("vnet_cidrs", vnet=EXTERNAL, cidr="198.51.100.0/24")

    def edit(self, table: str, key: Any, **columns: Any) -> None:
        self._simulator.edit(table, key, **columns)

    def run(self, *, left: int) -> None:
        """Let the VM run, in a cluster that has so many GiB left."""
        self.edit("machine_status", self.machine, running=True)
        status = next(row["$key"] for row in self._simulator.rows("cluster_status") if row["cluster"] == 1)
        self.edit("cluster_status", status, used_ram=(480 - left) * GIB, used_cores=40)


@pytest.fixture
def rows(live: Live) -> Rows:
    return Rows(live)


def office(**arguments: Any) -> Network:
    return Network("office", **{"name": "office", "adopt": True, **arguments})


def eth0(**arguments: Any) -> Nic:
    return Nic("eth0", **{"vm": 1, "name": "eth0", "adopt": True, **arguments})


def address(**arguments: Any) -> Address:
    return Address("printer", **{"network": EXTERNAL, "ip": "192.0.2.5", "type": "static", "adopt": True, **arguments})


def lan(**arguments: Any) -> Network:
    return Network("lan", **{"name": "lan", **arguments})


def vlan(**arguments: Any) -> dict[str, Any]:
    return {"layer2_type": "vlan", "layer2_id": 100, "ipaddress_type": "none", "uplink": PHYSICAL, **arguments}


OWN: dict[str, Callable[[], object]] = {
    "name": lambda: office(),
    "name of what is never replaced": lambda: RuleAlias("web", name="web", value=["10.0.0.5"], adopt=True),
    "addresses": lambda: office(network="10.0.0.0/16"),
    "vlan": lambda: office(**vlan(mtu=9000)),
    "mac": lambda: eth0(macaddress=MAC),
    "mac that is new": lambda: eth0(macaddress=MAC, network=PHYSICAL),
    "reservation": lambda: address(mac=MAC),
    "block": lambda: NetworkBlock("a", network=EXTERNAL, cidr="198.51.100.0/24", adopt=True),
}


@pytest.mark.parametrize("program", OWN.values(), ids=OWN)
def test_what_the_row_itself_has_is_no_clash(live: Live, rows: Rows, program: Program) -> None:
    assert live.warnings(program) == []


GIVEN_UP: dict[str, Callable[[], object]] = {
    "addresses": lambda: [office(network="10.1.0.0/24"), lan(network="10.0.0.0/25")],
    "addresses of a gateway": lambda: [
        each := office(network="10.1.0.0/24"),
        lan(network="10.0.0.0/25", default_gateway=each),
    ],
    "addresses of a gateway by its key": lambda: [
        office(network="10.1.0.0/24"),
        lan(network="10.0.0.0/25", default_gateway=EXTERNAL + 2),
    ],
    "vlan": lambda: [office(layer2_id=200), lan(**vlan())],
    "mac": lambda: [eth0(macaddress=OTHER_MAC), Nic("eth1", vm=1, name="eth1", macaddress=MAC)],
    "reservation": lambda: [
        address(mac=OTHER_MAC),
        Address("web", network=EXTERNAL, ip="192.0.2.6", type="static", mac=MAC),
    ],
    "address of a router by its key": lambda: [
        office(ipaddress="10.0.0.1"),
        Address("web", network=EXTERNAL + 2, ip="10.0.0.254", type="virtual"),
    ],
}


@pytest.mark.parametrize("program", GIVEN_UP.values(), ids=GIVEN_UP)
def test_what_the_row_gives_up_is_free_for_others(live: Live, rows: Rows, program: Program) -> None:
    rows.edit("vnets", rows.office, ipaddress="10.0.0.254")
    assert rows.office == EXTERNAL + 2
    assert live.warnings(program) == []


def test_what_the_row_keeps_is_told_by_the_checks_of_the_program(live: Live, rows: Rows) -> None:
    (warning,) = live.warnings(lambda: [office(**vlan()), lan(**vlan())])
    assert "is already that of Network 'office'. " in warning
    block = NetworkBlock
    error = live.error(
        lambda: [
            block("a", network=EXTERNAL, cidr="198.51.100.0/24", adopt=True),
            block("b", network=EXTERNAL, cidr="198.51.100.0/25"),
        ]
    )
    assert "overlaps with 198.51.100.0/24 of NetworkBlock 'a'. " in error


@pytest.mark.parametrize("adopt", [None, True])
def test_the_name_of_the_row_is_taken_for_others(live: Live, rows: Rows, adopt: bool | None) -> None:
    assert live.error(lambda: [office(), Network("lan", name="office", adopt=adopt)]) == (
        "Unable to declare Network 'lan': name 'office' is already that of Network 'office'. Give one of them another "
        "name."
    )


# The rows of others are met all the same ------------------------------------------------------------------------------


def test_what_the_row_is_to_have_meets_others(live: Live, rows: Rows) -> None:
    live.simulator.add(
        "vnets", name="other", network="10.7.0.0/16", layer2_id=700, layer2_type="vlan", interface_vnet=4
    )
    (warning,) = live.warnings(lambda: office(network="10.7.0.0/24"))
    assert "10.7.0.0/24 overlaps with 10.7.0.0/16 of the network 'other'" in warning
    (warning,) = live.warnings(lambda: office(**vlan(layer2_id=700)))
    assert "VLAN 700 of its uplink is already that of the network 'other'" in warning
    live.simulator.add("machine_nics", machine=rows.machine, name="eth1", macaddress=OTHER_MAC)
    (warning,) = live.warnings(lambda: eth0(macaddress=OTHER_MAC))
    assert f"macaddress {OTHER_MAC} is already that of machine_nics/" in warning


def test_a_clash_that_is_there_already_is_no_news(live: Live, rows: Rows) -> None:
    live.simulator.add(
        "vnets", name="other", network="10.0.0.0/16", layer2_type="vlan", layer2_id=100, interface_vnet=PHYSICAL
    )
    assert live.warnings(lambda: office(network="10.0.0.0/24", layer2_type="vlan", layer2_id=100, uplink=4)) == []


def test_within_what_is_taken_over_others_are_met(live: Live, rows: Rows) -> None:
    def program() -> None:
        Address("web", network=office(), ip="10.0.0.6", type="static", mac=OTHER_MAC)

    live.simulator.add("vnet_addresses", vnet=rows.office, ip="10.0.0.5", type="static", mac=OTHER_MAC)
    (warning,) = live.warnings(program)
    assert f"mac {OTHER_MAC} has the address 10.0.0.5 reserved" in warning


@pytest.mark.parametrize("name", ["web", "new"])
def test_a_part_of_what_is_taken_over_or_does_not_exist_meets_others(live: Live, rows: Rows, name: str) -> None:
    live.simulator.add("machine_nics", machine=rows.machine, name="eth1", macaddress=OTHER_MAC)
    nics = {"eth0": NicArgs(macaddress=OTHER_MAC)}
    (tier,) = [row["$key"] for row in live.simulator.rows("storage_tiers") if row["tier"] == 1]
    rows.edit("storage_tiers", tier, used=2**40)
    drives = {"data": DriveArgs(disksize="10TiB", preferred_tier="1")}
    power = PowerArgs(state="unmanaged")
    warnings = live.warnings(lambda: Server("web", name=name, nics=nics, drives=drives, power=power, adopt=True))
    assert [warning.partition(":")[0] for warning in warnings] == ["Drive 'web-data'", "Nic 'web-eth0'"]


def test_what_was_taken_over_once_is_like_any_other_row_of_the_stack(live: Live, rows: Rows) -> None:
    live.holds(Network, "office", rows.office, name="office", network="10.0.0.0/24", adopt=True)
    assert live.warnings(lambda: office(network="10.0.0.0/24")) == []
    assert live.requests() == []
    key = live.simulator.add("vnets", name="other", network="10.7.0.0/16")
    (warning,) = live.warnings(lambda: office(network="10.7.0.0/24"))
    assert f"(vnets/{key})" in warning
    assert live.error(lambda: office(name="other")) == (
        f"Unable to declare Network 'office': name 'other' is already that of row {key} of vnets, which no stack is "
        "known to manage. Choose another one."
    )


def test_the_successor_of_what_is_replaced_takes_over_too(live: Live, rows: Rows) -> None:
    former = live.simulator.add("vms", name="former")
    live.simulator.add("machine_drives", machine=rows.machine, name="data", media="disk", disksize=2**30)
    live.holds(Drive, "data", 77, vm=str(former), name="data", disksize="1GiB")
    assert live.warnings(lambda: Drive("data", vm=rows.web, name="data", disksize="1GiB", adopt=True)) == []
    assert "is already that of row" in live.error(lambda: Drive("data", vm=rows.web, name="data", disksize="1GiB"))


def test_a_card_that_stays_off_has_no_mac_address_to_speak_of(live: Live, rows: Rows) -> None:
    live.simulator.add("machine_nics", machine=rows.machine, name="eth1", macaddress=OTHER_MAC)
    rows.edit("machine_nics", rows.eth0, enabled=False)
    assert live.warnings(lambda: eth0(macaddress=OTHER_MAC)) == []
    assert len(live.warnings(lambda: eth0(macaddress=OTHER_MAC, enabled=True))) == 1


# Which row it is, nobody knows while the program runs -----------------------------------------------------------------


@pytest.mark.parametrize("name", [None, "output"])
def test_a_row_that_is_not_known_may_be_the_one_that_has_it(live: Live, rows: Rows, name: str | None) -> None:
    given = pulumi.Output.from_input("eth0") if name else None
    assert live.warnings(lambda: eth0(name=given, macaddress=MAC)) == []
    assert len(live.warnings(lambda: eth0(name=given, macaddress=MAC, adopt=None))) == 1


def test_what_a_row_that_is_not_known_has_counts_as_there(live: Live, rows: Rows) -> None:
    rows.run(left=10)
    name: Any = pulumi.Output.from_input("web")

    def program(adopt: bool | None = None) -> None:
        machine = VirtualMachine("web", name=name, ram=100 * GIB, cpu_cores=40, cluster=1, adopt=adopt)
        Power("web", of=machine, state="running")
        Drive("data", vm=machine, name="data", disksize="100TiB", preferred_tier="1", adopt=adopt)

    assert live.warnings(lambda: program(adopt=True)) == []
    assert "adds 100.0 GiB of RAM" in live.error(program)


# Capacity -------------------------------------------------------------------------------------------------------------


def test_what_the_row_has_counts_once(live: Live, rows: Rows) -> None:
    rows.run(left=10)
    assert live.warnings(lambda: Server("web", name="web", ram=110 * GIB, cpu_cores=40, cluster=1, adopt=True)) == [
        "VirtualMachine 'web-vm': with it this run adds 10.0 GiB of RAM to the cluster 'cluster1', where 10.0 GiB are "
        "left; if the largest node fails, with 240.0 GiB, not all of its machines start again. Ask for less if all "
        "have to start again."
    ]
    assert "adds 11.0 GiB of RAM" in live.error(
        lambda: Server("web", name="web", ram=111 * GIB, cpu_cores=40, cluster=1, adopt=True)
    )


def test_what_the_program_leaves_as_it_is_adds_nothing(live: Live, rows: Rows) -> None:
    rows.run(left=0)
    rows.edit("vms", rows.web, ram=512, cpu_cores=1)
    assert live.warnings(lambda: Server("web", name="web", ram=512, cluster=1, adopt=True)) == []
    assert live.warnings(lambda: Server("web", name="web", cpu_cores=1, cluster=2, adopt=True)) == []


def test_what_the_program_leaves_as_it_is_counts_when_it_is_started(live: Live, rows: Rows) -> None:
    rows.run(left=10)
    rows.edit("machine_status", rows.machine, running=False)
    error = live.error(lambda: Server("web", name="web", cluster=1, adopt=True, power=PowerArgs(state="running")))
    assert "adds 100.0 GiB of RAM to the cluster 'cluster1', where 10.0 GiB are left. " in error
