"""NICs: what their life costs, on a stopped and on a running VM."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import Bench, Managed
from tests.providers.conftest import Saved
from verge_pulumi.engine.errors import Reported
from verge_pulumi.resources.compute._hotplug import RETRY_PAUSE, WAY_OUT

ACTIONS = {"verb": "POST", "path": "/vm_actions$"}


@pytest.fixture
def vm(bench: Bench) -> Managed:
    """A stopped VM."""
    return bench.create("VirtualMachine", "vm", name="web", ram=1024)


@pytest.fixture
def running(vm: Managed) -> Managed:
    """The VM, running; the simulator's time passes with the provider's."""
    vm.bench.create("Power", "on", of=f"vms/{vm.id}", state="running")
    vm.bench.share_clock()
    vm.bench.simulator.reset("log")
    return vm


def nic(vm: Managed, **arguments: Any) -> Managed:
    """Declare a NIC."""
    return vm.bench.create("Nic", "eth0", **{"vm": vm.id, "network": "3", "name": "eth0", **arguments})


def keys(bench: Bench) -> list[int]:
    return [row["$key"] for row in bench.simulator.rows("machine_nics")]


def status(of: Managed) -> str:
    rows = of.bench.simulator.rows("machine_nic_status")
    return str(next(row["status"] for row in rows if row["parent_nic"] == int(of.id)))


EVERYTHING = {
    "name": "lan",
    "description": "text",
    "interface": "e1000",
    "macaddress": "F0-DB-30-0A-0B-0C",
    "orderid": 4,
    "enabled": True,
    "asset": "first",
    "disable_mq": True,
}


def test_every_argument_arrives(vm: Managed) -> None:
    card = nic(vm, **EVERYTHING)
    row = card.row()
    expected = {**EVERYTHING, "macaddress": "f0:db:30:0a:0b:0c", "vnet": 3, "machine": vm.row()["machine"]}
    expected["description"] = f"text\n{card.outs['__mark']}"
    assert {name: row[name] for name in expected} == expected
    assert card.diff().changes is False
    card.refresh()
    assert card.diff(**EVERYTHING).changes is False


# On a stopped VM -----------------------------------------------------------------------------------------------------


def test_what_a_life_on_a_stopped_vm_costs(vm: Managed) -> None:
    bench = vm.bench
    bench.simulator.reset("log")
    card = nic(vm)
    assert bench.asked() == [("POST", "machine_nics"), ("GET", f"machine_nics/{card.id}")]
    bench.simulator.reset("log")
    assert card.diff().changes is False
    assert bench.asked() == []
    card.destroy()
    assert bench.asked() == [("GET", f"machine_nics/{card.id}"), ("DELETE", f"machine_nics/{card.id}")]
    assert int(card.id) not in keys(bench)


@pytest.mark.parametrize(
    ("argument", "value", "body"),
    [
        ("network", "2", {"vnet": 2}),
        ("name", "wan", {"name": "wan"}),
        ("interface", "e1000", {"interface": "e1000"}),
        ("macaddress", "F0:DB:30:00:00:77", {"macaddress": "f0:db:30:00:00:77"}),
        ("orderid", 7, {"orderid": 7}),
        ("enabled", False, {"enabled": False}),
        ("asset", "a", {"asset": "a"}),
        ("disable_mq", True, {"disable_mq": True}),
    ],
)
def test_a_change_is_one_put_of_one_column(vm: Managed, argument: str, value: Any, body: dict[str, Any]) -> None:
    card = nic(vm)
    vm.bench.simulator.reset("log")
    card.up(**{argument: value})
    (write,) = vm.bench.writes()
    assert (write.verb, write.body) == ("PUT", body)
    assert card.diff().changes is False


def test_drift_is_seen_and_mended(vm: Managed) -> None:
    card = nic(vm, interface="virtio")
    vm.bench.simulator.edit("machine_nics", int(card.id), vnet=2, interface="e1000", asset="theirs")
    vm.bench.connection.reader.forget("machine_nics")
    card.refresh()
    assert (card.inputs["network"], card.inputs["interface"], "asset" in card.inputs) == ("2", "e1000", False)
    card.up(vm=vm.id, network="3", interface="virtio")
    assert (card.row()["vnet"], card.row()["interface"], card.row()["asset"]) == (3, "virtio", "theirs")


def test_one_that_is_gone_is_gone(vm: Managed) -> None:
    card = nic(vm)
    vm.bench.simulator.remove("machine_nics", int(card.id))
    assert card.read().id == ""
    card.destroy()


def test_the_vm_cannot_be_changed(vm: Managed) -> None:
    card = nic(vm)
    assert card.diff(vm="9").replaces == ["vm"]


def test_a_name_that_is_taken_is_adopted_only_when_told(vm: Managed) -> None:
    key = vm.bench.simulator.add("machine_nics", machine=vm.row()["machine"], name="eth0", vnet=2)
    with pytest.raises(Reported, match=f"row {key} of machine_nics has that name already"):
        nic(vm)
    card = nic(vm, adopt=True)
    assert (card.id, card.row()["vnet"]) == (str(key), 3)


# On a running VM -----------------------------------------------------------------------------------------------------


def test_a_new_one_is_plugged_in(running: Managed) -> None:
    card = nic(running)
    assert (card.outs["status"], card.outs["running"]) == ("up", True)
    read = ("GET", f"machine_nics/{card.id}")
    assert running.bench.asked() == [("POST", "machine_nics"), read, ("POST", "vm_actions"), read]


def test_its_network_changes_at_once(running: Managed) -> None:
    card = nic(running)
    running.bench.simulator.reset("log")
    card.up(network="2")
    assert [(w.verb, w.body) for w in running.bench.writes()] == [("PUT", {"vnet": 2})]
    assert (status(card), running.row()["need_restart"]) == ("up", False)


def test_one_without_a_network_is_plugged_in_too(running: Managed) -> None:
    card = nic(running, network=None)
    assert card.outs["status"] == "lowerlayerdown"
    card.destroy()
    assert keys(running.bench) == []


def test_one_that_is_switched_on_is_plugged_in(running: Managed) -> None:
    card = nic(running, enabled=False)
    assert card.outs["status"] == "down"
    card.up(enabled=True)
    assert card.outs["status"] == "up"


def test_one_that_goes_is_unplugged_first(running: Managed) -> None:
    card = nic(running)
    running.bench.simulator.transitions(looks=2)
    running.bench.simulator.reset("log")
    card.destroy()
    read = ("GET", f"machine_nics/{card.id}")
    asked = running.bench.asked()
    # Whose the VM is counts, too.
    assert asked[:3] == [read, ("GET", f"vms/{running.id}"), ("POST", "vm_actions")]
    assert asked[3:-1] == [read] * (len(asked) - 4)
    assert asked[-1] == ("DELETE", f"machine_nics/{card.id}")
    assert keys(running.bench) == []


def test_a_delete_that_comes_too_soon_is_made_once_more(running: Managed) -> None:
    card = nic(running)
    refusal = {"what": "status", "status": 422, "body": {"err": "Unable to delete online nic"}}
    running.bench.simulator.faults({"match": {"verb": "DELETE"}, **refusal})
    before = running.bench.time.now
    card.destroy()
    assert keys(running.bench) == []
    assert running.bench.time.now >= before + RETRY_PAUSE


def test_a_delete_that_is_refused_twice_is_an_error(running: Managed) -> None:
    card = nic(running)
    refusal = {"what": "status", "status": 422, "body": {"err": "Unable to delete online nic"}}
    running.bench.simulator.faults({"match": {"verb": "DELETE", "times": 0}, **refusal})
    with pytest.raises(Reported, match="Unable to delete online nic"):
        card.destroy()


def test_a_vm_without_hot_plugging_has_it_after_its_next_start(running: Managed, told: list[str]) -> None:
    running.bench.simulator.edit("vms", int(running.id), allow_hotplug=False)
    card = nic(running)
    assert card.outs["status"] == "down"
    assert told == ["warning: is there from the next start of the VM on, which does not allow hot-plugging now"]
    card.destroy()


def test_a_vm_without_hot_plugging_must_be_stopped_to_delete_one(running: Managed) -> None:
    card = nic(running)
    running.bench.simulator.edit("vms", int(running.id), allow_hotplug=False)
    with pytest.raises(Reported) as error:
        card.destroy()
    assert str(error.value) == (
        f"Unable to delete Nic 'eth0': POST /api/v4/vm_actions failed: Machine does not allow hotplug (422). {WAY_OUT}."
    )
    assert keys(running.bench) == [int(card.id)]


REFUSED = {"match": {**ACTIONS, "times": 2}, "what": "status", "status": 422, "body": {"err": "no slot"}}


def test_a_new_one_that_is_refused_is_not_left_behind(running: Managed, saved: list[Saved]) -> None:
    running.bench.simulator.faults(REFUSED)
    with pytest.raises(Reported, match=r"no slot \(422\)\.$"):
        nic(running)
    assert (saved, keys(running.bench)) == ([], [])
    assert nic(running).outs["status"] == "up"


def test_an_adopted_one_that_is_refused_stays_and_is_plugged_in_by_the_next_run(
    running: Managed, saved: list[Saved]
) -> None:
    key = running.bench.simulator.add("machine_nics", machine=running.row()["machine"], name="eth0", vnet=3)
    running.bench.simulator.faults(REFUSED)
    with pytest.raises(Reported, match=r"no slot \(422\).* It exists and is in the state"):
        nic(running, adopt=True)
    (kept,) = saved
    assert keys(running.bench) == [int(kept.id)] == [key]
    inputs = {"vm": running.id, "network": "3", "name": "eth0", "__owner": "shop/dev", "__name": "eth0"}
    card = Managed(running.bench, "Nic", kept.id, inputs, kept.outs)
    assert card.diff().changes is True
    card.up()
    assert (card.outs["status"], "__unfinished" in card.outs) == ("up", False)


def test_several_are_plugged_in_one_after_the_other(running: Managed) -> None:
    cards = [nic(running, name=f"eth{number}") for number in range(3)]
    assert [card.outs["status"] for card in cards] == ["up"] * 3
