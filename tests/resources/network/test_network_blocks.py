"""Blocks of a network: applied with its rules, and never over another one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import Managed
from verge_pulumi.engine.errors import Reported


def add(lan: Managed, **arguments: Any) -> Managed:
    """Declare one."""
    return lan.bench.create("NetworkBlock", "block", **{"network": lan.id, "cidr": "10.0.1.0/28", **arguments})


def test_what_a_life_on_a_stopped_network_costs(lan: Managed) -> None:
    bench = lan.bench
    bench.simulator.reset("log")
    block = add(lan, cidr="10.0.1.0/28", description="for a tenant")
    row, network = ("GET", f"vnet_cidrs/{block.id}"), ("GET", f"vnets/{lan.id}")
    assert bench.asked() == [("POST", "vnet_cidrs"), row, network]
    assert block.row()["cidr"] == "10.0.1.0/28"
    assert block.row()["description"].startswith("for a tenant\n[pulumi shop/dev block ")
    bench.simulator.reset("log")
    assert block.diff(cidr=" 10.0.1.0/28").changes is False
    assert bench.asked() == []
    block.destroy()
    assert bench.asked() == [row, ("DELETE", row[1]), network]
    assert lan.row()["need_fw_apply"] is True


def test_a_running_network_applies_it(lan: Managed) -> None:
    bench = lan.bench
    bench.create("Power", "on", of=f"vnets/{lan.id}", state="running")
    bench.simulator.reset("log")
    block = add(lan)
    block.up(cidr="10.0.2.0/28")
    block.destroy()
    actions = [request.body for request in bench.simulator.requests() if request.path.endswith("vnet_actions")]
    assert actions == [{"vnet": lan.id, "action": "refresh"}] * 3
    assert lan.row()["need_fw_apply"] is False


@pytest.mark.parametrize(("argument", "value"), [("cidr", "10.0.2.0/28"), ("owner", "vms/1")])
def test_a_change_is_one_put_of_one_column(lan: Managed, argument: str, value: str) -> None:
    lan.bench.create("VirtualMachine", "vm", name="web")
    block = add(lan)
    lan.bench.simulator.reset("log")
    block.up(**{argument: value})
    (write,) = lan.bench.writes()
    assert (write.verb, write.body) == ("PUT", {argument: value})


def test_the_network_cannot_be_changed(lan: Managed) -> None:
    assert add(lan).diff(network="3").replaces == ["network"]


def test_drift_and_loss_are_seen_and_mended(lan: Managed) -> None:
    block = add(lan)
    lan.bench.simulator.edit("vnet_cidrs", int(block.id), cidr="10.0.9.0/28")
    block.refresh()
    assert block.inputs["cidr"] == "10.0.9.0/28"
    block.up(cidr="10.0.1.0/28")
    assert block.row()["cidr"] == "10.0.1.0/28"
    lan.bench.simulator.remove("vnet_cidrs", int(block.id))
    assert block.read().id == ""


def test_a_block_that_is_there_is_adopted_only_when_told(lan: Managed) -> None:
    key = lan.bench.simulator.add("vnet_cidrs", vnet=int(lan.id), cidr="10.0.1.0/28")
    with pytest.raises(Reported, match=f"row {key} of vnet_cidrs has that name already"):
        add(lan)
    assert add(lan, adopt=True).id == str(key)


def test_a_block_that_overlaps_another_one_is_an_error(lan: Managed) -> None:
    lan.bench.simulator.add("vnet_cidrs", vnet=int(lan.id), cidr="10.0.1.0/24")
    with pytest.raises(Reported, match=r"cidr '10\.0\.1\.0/28' is already in use"):
        add(lan, adopt=True)
