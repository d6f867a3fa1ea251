"""Addresses: a NIC's fixed one, and how a running network learns of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed, hosted
from tests.providers.conftest import Saved
from verge_pulumi.client import PermissionDenied
from verge_pulumi.engine.errors import Reported
from verge_pulumi.resources.network._staged import RULES, apply_staged

REFRESH = {"verb": "POST", "path": "/vnet_actions$"}
MAC = "F0-DB-30-00-00-01"


def fixed(lan: Managed, **arguments: Any) -> Managed:
    """Declare a reservation."""
    given = {"network": lan.id, "type": "static", "ip": "10.0.0.5", "mac": MAC, **arguments}
    return lan.bench.create("Address", "web", **given)


def applies(bench: Bench) -> list[Any]:
    return [r.body for r in bench.simulator.requests() if r.path.endswith("vnet_actions")]


def problems(bench: Bench, **inputs: Any) -> list[str]:
    result = bench.provider("Address").check({}, hosted({"network": "1", "ip": "10.0.0.5", **inputs}))
    return [failure.reason for failure in result.failures]


def test_a_nic_gets_a_fixed_address(lan: Managed) -> None:
    bench = lan.bench
    vm = bench.create("VirtualMachine", "vm", name="web")
    nic = bench.create("Nic", "eth0", vm=vm.id, network=lan.id)
    address = fixed(lan, mac=nic.outs["macaddress"], hostname="web", description="text")
    row = address.row()
    assert (row["vnet"], row["type"], row["ip"], row["hostname"]) == (int(lan.id), "static", "10.0.0.5", "web")
    assert row["mac"] == nic.row()["macaddress"]
    nic.refresh()
    assert nic.outs["ipaddress"] == "10.0.0.5"
    address.destroy()
    bench.connection.reader.forget("machine_nics")
    nic.refresh()
    assert nic.outs["ipaddress"] is None


def test_what_a_life_on_a_stopped_network_costs(lan: Managed) -> None:
    bench = lan.bench
    bench.simulator.reset("log")
    address = fixed(lan)
    row, network = ("GET", f"vnet_addresses/{address.id}"), ("GET", f"vnets/{lan.id}")
    assert bench.asked() == [("POST", "vnet_addresses"), row, network]
    bench.simulator.reset("log")
    assert address.diff(mac="f0db.3000.0001").changes is False
    assert bench.asked() == []
    address.destroy()
    assert bench.asked() == [row, ("DELETE", f"vnet_addresses/{address.id}"), network]
    assert lan.row()["need_fw_apply"] is True


def test_a_running_network_applies_it(running: Managed) -> None:
    running.bench.simulator.transitions(looks=2)
    address = fixed(running)
    assert applies(running.bench) == [{"vnet": running.id, "action": "refresh"}]
    assert running.row()["need_fw_apply"] is False
    address.up(ip="10.0.0.6")
    assert (running.row()["need_fw_apply"], address.row()["ip"]) == (False, "10.0.0.6")
    address.destroy()
    assert running.row()["need_fw_apply"] is False
    assert len(applies(running.bench)) == 3


@pytest.mark.parametrize(
    ("argument", "value", "body"),
    [
        ("ip", "10.0.0.9", {"ip": "10.0.0.9"}),
        ("mac", "f0:db:30:00:00:02", {"mac": "f0:db:30:00:00:02"}),
        ("hostname", "web", {"hostname": "web"}),
        ("type", "virtual", {"type": "virtual"}),
    ],
)
def test_a_change_is_one_put_of_one_column(lan: Managed, argument: str, value: str, body: dict[str, Any]) -> None:
    address = fixed(lan)
    lan.bench.simulator.reset("log")
    address.up(**{argument: value})
    (write,) = lan.bench.writes()
    assert (write.verb, write.body) == ("PUT", body)


def test_the_network_cannot_be_changed(lan: Managed) -> None:
    assert fixed(lan).diff(network="3").replaces == ["network"]


def test_drift_and_loss_are_seen_and_mended(lan: Managed) -> None:
    address = fixed(lan)
    lan.bench.simulator.edit("vnet_addresses", int(address.id), mac="f0:db:30:00:00:99")
    lan.bench.connection.reader.forget("vnet_addresses")
    address.refresh()
    assert address.inputs["mac"] == "f0:db:30:00:00:99"
    address.up(mac=MAC)
    assert address.row()["mac"] == "f0:db:30:00:00:01"
    lan.bench.simulator.remove("vnet_addresses", int(address.id))
    assert address.read().id == ""


def test_an_address_that_is_taken_is_adopted_only_when_told(lan: Managed) -> None:
    lease = {"vnet": int(lan.id), "ip": "10.0.0.5", "type": "dynamic", "mac": "f0:db:30:00:00:01"}
    key = lan.bench.simulator.add("vnet_addresses", **lease)
    with pytest.raises(Reported, match=f"row {key} of vnet_addresses has that name already"):
        fixed(lan)
    address = fixed(lan, adopt=True)
    assert (address.id, address.row()["type"]) == (str(key), "static")


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        ({"type": "static"}, ["mac: type='static' needs the one that the address is reserved for."]),
        ({"type": "static", "mac": UNKNOWN}, []),
        ({"type": UNKNOWN}, []),
        ({"type": "ipalias"}, []),
        ({"type": "dynamic"}, ["type: leases come and go by themselves; 'static' reserves an address."]),
        (
            {"type": "ipalias", "ip": "10.0.0.256"},
            ["ip is not an address. Give one, such as '10.0.0.1'."],
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_the_preview(
    bench: Bench, inputs: dict[str, Any], expected: list[str]
) -> None:
    assert problems(bench, **inputs) == expected


# Apply ---------------------------------------------------------------------------------------------------------------


def stage(lan: Managed, **network: Any) -> None:
    lan.bench.simulator.edit("vnets", int(lan.id), need_fw_apply=True, **network)


def test_an_apply_that_does_not_come_to_an_end_is_an_error_and_is_made_by_the_next_run(
    running: Managed, saved: list[Saved]
) -> None:
    running.bench.simulator.transitions(stuck=["applying"])
    with pytest.raises(Reported) as error:
        fixed(running)
    assert str(error.value).startswith(
        f"Unable to create Address 'web': the network to apply its rules: still 'not applied' after 30 s "
        f"(vnets/{running.id}). It exists and is in the state"
    )
    (kept,) = saved
    inputs = {"network": running.id, "type": "static", "ip": "10.0.0.5", "mac": "f0:db:30:00:00:01"}
    address = Managed(running.bench, "Address", kept.id, {**inputs, "__owner": "shop/dev", "__name": "web"}, kept.outs)
    running.bench.simulator.transitions(stuck=[])
    address.up()
    assert running.row()["need_fw_apply"] is False


def test_a_deleted_address_whose_apply_failed_is_applied_by_the_next_run(running: Managed) -> None:
    address = fixed(running)
    running.bench.simulator.faults({"match": {**REFRESH, "nth": 1}, "what": "status", "status": 403})
    with pytest.raises(Reported, match="vnet_actions failed"):
        address.destroy()
    assert running.row()["need_fw_apply"] is True
    address.destroy()
    assert running.row()["need_fw_apply"] is False


def test_an_apply_whose_answer_was_lost_is_seen(running: Managed) -> None:
    stage(running)
    running.bench.simulator.faults({"match": REFRESH, "when": "after", "what": "reset"})
    apply_staged(running.bench.connection, RULES, running.id)
    assert len(applies(running.bench)) == 1


def test_a_network_that_stopped_meanwhile_has_nothing_to_apply(lan: Managed) -> None:
    stage(lan)
    running = {"$key": int(lan.id), "running": True, "need_fw_apply": True}
    fault = {"what": "status", "status": 200, "body": running}
    lan.bench.simulator.faults({"match": {"verb": "GET", "path": f"vnets/{lan.id}$"}, **fault})
    apply_staged(lan.bench.connection, RULES, lan.id)
    assert len(applies(lan.bench)) == 1


def test_a_network_that_is_stopped_or_gone_costs_a_look(lan: Managed) -> None:
    lan.bench.simulator.reset("log")
    apply_staged(lan.bench.connection, RULES, lan.id)
    apply_staged(lan.bench.connection, RULES, "77")
    assert lan.bench.asked() == [("GET", f"vnets/{lan.id}"), ("GET", "vnets/77")]


def test_one_apply_serves_all_that_wait_for_it(running: Managed, monkeypatch: pytest.MonkeyPatch) -> None:
    bench, arrived = running.bench, threading.Semaphore(0)
    followers = [threading.Thread(target=apply_staged, args=(bench.connection, RULES, running.id)) for _ in range(5)]

    @contextmanager
    def idle() -> Iterator[None]:
        arrived.release()
        yield

    def follow() -> None:
        bench.time.meanwhile = lambda: None
        for follower in followers:
            follower.start()
        for _ in [*followers, "this one"]:
            assert arrived.acquire(timeout=10)
        bench.simulator.transitions(stuck=[])

    monkeypatch.setattr(bench.connection.reader.gathering, "idle", idle)
    bench.simulator.transitions(stuck=["applying"])
    bench.time.meanwhile = follow
    stage(running)
    apply_staged(bench.connection, RULES, running.id)
    for follower in followers:
        follower.join(10)
    assert len(applies(bench)) == 2


def test_an_apply_that_failed_serves_nobody(running: Managed) -> None:
    stage(running)
    running.bench.simulator.faults({"match": REFRESH, "what": "status", "status": 403})
    with pytest.raises(PermissionDenied):
        apply_staged(running.bench.connection, RULES, running.id)
    apply_staged(running.bench.connection, RULES, running.id)
    assert running.row()["need_fw_apply"] is False
