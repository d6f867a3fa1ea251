"""What we switch off for a while is on again in the end, whatever becomes of the run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.providers.bench import Bench, Managed
from tests.providers.conftest import Saved
from verge_pulumi.engine.errors import Reported
from verge_pulumi.engine.ownership.journal import Journal
from verge_pulumi.resources import _power_actions as power_actions

REFUSED = {"what": "status", "status": 409, "body": {"err": "no node has enough memory"}}
START = {"verb": "POST", "path": "vm_actions", "nth": 2}
HARDWARE: dict[str, dict[str, Any]] = {"vm": {"ram": 2048}, "lan": {"mtu": 9000}}
TABLES = {"vm": "vms", "lan": "vnets"}
BOTH = pytest.mark.parametrize("kind", TABLES)


@pytest.fixture
def vm(bench: Bench) -> Managed:
    """A stopped VM."""
    return bench.create("VirtualMachine", "vm", name="web", ram=1024)


@pytest.fixture
def of(kind: str, request: pytest.FixtureRequest) -> Managed:
    """The VM or the network, which a person has started."""
    found: Managed = request.getfixturevalue(kind)
    switch(found, "poweron")
    found.bench.simulator.reset("log")
    return found


@pytest.fixture
def journal(bench: Bench, tmp_path: Path) -> None:
    """The journal as later processes read it, each when the one before has ended."""
    bench.journal = Journal(tmp_path / "attempts", alive=lambda pid: False)


def switch(of: Managed, action: str) -> None:
    table = str(of.outs["location"]).split("/")[2]
    of.bench.connection.client.table(table).action(of.id, action, {"apply": True} if table == "vnets" else None)
    of.bench.connection.reader.forget(table)


def status(of: Managed) -> str:
    machine = of.row()["machine"]
    return str(next(row["status"] for row in of.bench.simulator.rows("machine_status") if row["machine"] == machine))


def actions(bench: Bench) -> list[str]:
    return [r.body["action"] for r in bench.simulator.requests() if r.path.endswith("_actions")]


def killed(*_: Any, **__: Any) -> None:
    """End the process where this is called."""
    raise SystemExit


# A power cycle -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("refreshed", [False, True])
def test_a_power_cycle_whose_start_is_refused_is_gone_on_with(
    vm: Managed, saved: list[Saved], told: list[str], refreshed: bool
) -> None:
    switch(vm, "poweron")
    vm.bench.simulator.faults({"match": START, **REFUSED})
    vm.bench.simulator.reset("log")
    with pytest.raises(Reported, match="no node has enough memory"):
        vm.up(restart="on-change", ram=2048)
    assert (actions(vm.bench), status(vm)) == (["poweroff", "poweron"], "stopped")
    vm.outs = saved[0].outs
    if refreshed:
        vm.refresh()
    vm.bench.simulator.faults()
    assert vm.diff(restart="on-change", ram=2048).changes is True
    vm.up(restart="on-change", ram=2048)
    assert (status(vm), vm.outs["running"], vm.outs["need_restart"]) == ("running", True, False)
    assert told == ["powering it on again, since what it was powered off for did not come to its end"]
    assert {"__down", "__unfinished"}.isdisjoint(vm.outs)


def test_a_start_that_is_refused_again_is_asked_for_by_the_run_after_it(vm: Managed, saved: list[Saved]) -> None:
    switch(vm, "poweron")
    vm.bench.simulator.reset("log")
    vm.bench.simulator.faults({"match": {**START, "times": 2}, **REFUSED})
    for _ in range(2):
        with pytest.raises(Reported, match="no node has enough memory"):
            vm.up(restart="on-change", ram=2048)
        vm.outs = saved.pop().outs
    vm.bench.simulator.faults()
    vm.up(restart="on-change", ram=2048)
    assert status(vm) == "running"


@pytest.mark.usefixtures("journal")
def test_a_power_cycle_that_was_killed_is_gone_on_with(vm: Managed, monkeypatch: pytest.MonkeyPatch) -> None:
    switch(vm, "poweron")
    for _ in range(2):  # the run that goes on with it may be killed too
        with monkeypatch.context() as patch:
            patch.setattr(power_actions, "start", killed)
            with pytest.raises(Reported):
                vm.up(restart="on-change", ram=2048)
        assert status(vm) == "stopped"
    vm.up(restart="on-change", ram=2048)
    assert (status(vm), vm.outs["ram"]) == ("running", 2048)
    switch(vm, "poweroff")
    vm.up(restart="on-change", ram=4096)
    assert status(vm) == "stopped", "a person stopped it, and nothing is left to go on with"


def test_a_guest_that_shuts_down_too_late_is_powered_on_again(vm: Managed, saved: list[Saved]) -> None:
    switch(vm, "poweron")
    vm.bench.simulator.transitions(ignore_poweroff=True)
    with pytest.raises(Reported, match="power off: still 'running' after 7 s"):
        vm.up(restart="on-change", stop_timeout=7, ram=2048)
    vm.bench.simulator.transitions(ignore_poweroff=False)
    switch(vm, "poweroff")  # the guest does in the end what it was asked for
    vm.outs = saved[0].outs
    vm.up(restart="on-change", stop_timeout=7, ram=2048)
    assert status(vm) == "running"


def test_a_guest_that_is_still_shutting_down_is_waited_for(vm: Managed, saved: list[Saved]) -> None:
    switch(vm, "poweron")
    vm.bench.simulator.transitions(stuck=["stopping"])
    with pytest.raises(Reported, match="power off: still 'stopping' after 7 s"):
        vm.up(restart="on-change", stop_timeout=7, ram=2048)
    vm.outs = saved[0].outs
    machine = vm.row()["machine"]
    vm.bench.simulator.transitions(stuck=[])
    vm.bench.time.meanwhile = lambda: vm.bench.simulator.edit(
        "machine_status", machine, status="stopped", running=False
    )
    vm.up(restart="on-change", stop_timeout=7, ram=2048)
    assert status(vm) == "running"


def test_what_may_not_be_powered_on_any_more_stays_off(vm: Managed, saved: list[Saved]) -> None:
    switch(vm, "poweron")
    vm.bench.simulator.reset("log")
    vm.bench.simulator.faults({"match": START, **REFUSED})
    with pytest.raises(Reported, match="no node has enough memory"):
        vm.up(restart="on-change", ram=2048)
    vm.outs = saved[0].outs
    vm.up(restart="on-change", ram=2048, enabled=False)
    assert status(vm) == "stopped"


def goes_down_for_good(lan: Managed) -> None:
    """Let the network end in an error where it is asked to restart."""
    lan.bench.simulator.faults(
        {"match": {"verb": "POST", "path": "vnet_actions"}, "what": "status", "status": 200, "body": {}}
    )
    machine, edit = lan.row()["machine"], lan.bench.simulator.edit
    lan.bench.time.meanwhile = lambda: edit("machine_status", machine, status="error", running=False)


def is_powered_off(lan: Managed) -> None:
    """Let the error be followed by what follows it in the end."""
    lan.bench.time.meanwhile = lambda: None
    lan.bench.simulator.edit("machine_status", lan.row()["machine"], status="stopped")


def test_a_network_that_did_not_come_back_from_its_restart_is_started(lan: Managed, saved: list[Saved]) -> None:
    switch(lan, "poweron")
    goes_down_for_good(lan)
    with pytest.raises(Reported, match="it is 'error' now"):
        lan.up(restart="on-change", mtu=9000)
    lan.outs = saved[0].outs
    is_powered_off(lan)
    lan.up(restart="on-change", mtu=9000)
    assert status(lan) == "running"


def test_a_network_that_did_not_come_back_with_a_route_is_started(lan: Managed, saved: list[Saved]) -> None:
    area = lan.bench.create("OspfCommand", "area", network=lan.id, command="area", params="1", restart="on-change")
    switch(lan, "poweron")
    goes_down_for_good(lan)
    with pytest.raises(Reported, match="the network to apply its routing: it is"):
        area.up(params="2")
    area.outs = saved[0].outs
    is_powered_off(lan)
    area.up(params="2")
    assert status(lan) == "running"


# A delete ------------------------------------------------------------------------------------------------------------


@BOTH
@pytest.mark.fault(114)
def test_what_could_not_be_deleted_is_on_again_at_once(of: Managed, kind: str, told: list[str]) -> None:
    of.bench.simulator.faults({"match": {"verb": "DELETE", "path": TABLES[kind]}, **REFUSED})
    with pytest.raises(Reported, match="Unable to delete"):
        of.destroy()
    assert (actions(of.bench), status(of)) == (["poweroff", "poweron"], "running")
    assert told == ["powering it on again, since what it was powered off for did not come to its end"]


@BOTH
@pytest.mark.usefixtures("journal")
def test_what_is_not_on_again_at_once_is_by_the_next_run_that_keeps_it(of: Managed, kind: str, told: list[str]) -> None:
    of.bench.simulator.faults(
        {"match": {"verb": "DELETE", "path": TABLES[kind]}, **REFUSED},
        {"match": {"verb": "POST", "path": "_actions", "nth": 2}, **REFUSED},
    )
    with pytest.raises(Reported, match="Unable to delete"):
        of.destroy()
    assert status(of) == "stopped"
    assert "warning: was switched off to be deleted, and is not on again: " in told[-1]
    of.bench.simulator.faults()
    of.bench.begin_run()
    assert of.diff().changes is True
    of.up()
    assert status(of) == "running"


@BOTH
@pytest.mark.usefixtures("journal")
@pytest.mark.parametrize("how", ["killed", "lost"])
def test_what_was_cut_off_before_its_delete_is_on_again_with_the_next_run(
    of: Managed, kind: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    match = {"verb": "DELETE", "path": TABLES[kind], "times": 0}
    of.bench.simulator.faults({"match": match, "when": "before", "what": "reset"})
    with monkeypatch.context() as patch:
        if how == "killed":
            patch.setattr("verge_pulumi.client.Table.delete", killed)
        with pytest.raises(Reported):
            of.destroy()
    of.bench.simulator.faults()
    assert (actions(of.bench), status(of)) == (["poweroff"], "stopped")
    of.bench.begin_run()
    assert of.diff().changes is True
    of.up()
    assert status(of) == "running"


@BOTH
@pytest.mark.usefixtures("journal")
def test_what_was_off_before_its_delete_stays_off(of: Managed, kind: str) -> None:
    switch(of, "poweroff")
    of.bench.simulator.reset("log")
    of.bench.simulator.faults({"match": {"verb": "DELETE", "path": TABLES[kind]}, **REFUSED})
    with pytest.raises(Reported, match="Unable to delete"):
        of.destroy()
    of.up()
    assert (actions(of.bench), status(of)) == ([], "stopped")


@pytest.mark.usefixtures("journal")
def test_what_is_somebody_elses_by_now_is_not_switched_on(vm: Managed, monkeypatch: pytest.MonkeyPatch) -> None:
    switch(vm, "poweron")
    with monkeypatch.context() as patch:
        patch.setattr("verge_pulumi.client.Table.delete", killed)
        with pytest.raises(Reported):
            vm.destroy()
    vm.bench.simulator.edit("vms", int(vm.id), description="[pulumi shop/prod web 0badcafe-0123456789ab]")
    with pytest.raises(Reported, match="now belongs to"):
        vm.destroy()
    assert status(vm) == "stopped"


@pytest.mark.parametrize("given", [{}, {"enabled": True}])
def test_an_interface_that_could_not_be_deleted_is_in_use_again(running: Managed, given: dict[str, Any]) -> None:
    wireguard = running.bench.create("WireGuard", "wg", network=running.id, name="wg0", ip="10.9.0.1/24", **given)
    running.bench.simulator.faults({"match": {"verb": "DELETE", "path": "vnet_wireguards", "times": 0}, **REFUSED})
    with pytest.raises(Reported, match="Unable to delete"):
        wireguard.destroy()
    assert (wireguard.row()["enabled"], running.row()["need_fw_apply"]) == (True, False)


@pytest.mark.usefixtures("journal")
def test_an_interface_whose_delete_was_cut_off_is_in_use_again_with_the_next_run(
    running: Managed, monkeypatch: pytest.MonkeyPatch
) -> None:
    wireguard = running.bench.create("WireGuard", "wg", network=running.id, name="wg0", ip="10.9.0.1/24")
    with monkeypatch.context() as patch:
        patch.setattr("verge_pulumi.client.Table.delete", killed)
        with pytest.raises(Reported):
            wireguard.destroy()
    assert wireguard.row()["enabled"] is False
    wireguard.up()
    assert (wireguard.row()["enabled"], running.row()["need_fw_apply"]) == (True, False)


def test_a_drive_that_could_not_be_deleted_is_plugged_in_again(vm: Managed) -> None:
    drive = vm.bench.create("Drive", "disk", vm=vm.id, name="disk", disksize="1GiB", interface="virtio-scsi")
    switch(vm, "poweron")
    drive.refresh()
    vm.bench.simulator.faults({"match": {"verb": "DELETE", "path": "machine_drives", "times": 0}, **REFUSED})
    with pytest.raises(Reported, match="Unable to delete"):
        drive.destroy()
    drive.refresh()
    assert drive.outs["status"] == "online"
