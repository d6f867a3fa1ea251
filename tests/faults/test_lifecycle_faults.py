"""F53 to F60 and F63: what goes wrong in the life of an object, with power transitions and time as dials."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.faults.faulty import UPDATE, applied, error_of, fault, names, sent
from tests.providers.bench import Bench, Managed, Time
from verge_pulumi.engine.reading.waiting import WaitTimeout, wait_until


@pytest.fixture
def vm(bench: Bench) -> Managed:
    return bench.create("VirtualMachine", name="web")


def power_status(bench: Bench, vm: Managed) -> dict[str, Any]:
    """Return the status row of a VM's machine."""
    (row,) = (row for row in bench.simulator.rows("machine_status") if row["machine"] == vm.outs["machine"])
    return row


def put_status(bench: Bench, vm: Managed, *states: str) -> None:
    """Let the VM go through states, one more with each look, the last one for ever."""
    key = power_status(bench, vm)["$key"]
    ahead = list(states)

    def move() -> None:
        state = ahead.pop(0) if len(ahead) > 1 else ahead[0]
        bench.simulator.edit("machine_status", key, status=state, running=state == "running")

    bench.time.meanwhile = move


def start(bench: Bench, vm: Managed, **arguments: Any) -> Managed:
    return bench.create("Power", "on", of=f"vms/{vm.id}", state="running", **arguments)


@pytest.mark.fault(53)
@pytest.mark.parametrize(
    ("listens", "actions"), [(True, ["poweron", "poweroff"]), (False, ["poweron", "poweroff", "kill"])]
)
def test_a_running_vm_is_stopped_and_deleted(bench: Bench, vm: Managed, listens: bool, actions: list[str]) -> None:
    start(bench, vm)
    bench.simulator.transitions(ignore_poweroff=not listens)
    vm.destroy()
    done = [request.body["action"] for request in bench.simulator.requests() if "vm_actions" in request.path]
    assert (done, names(bench.simulator)) == (actions, [])
    assert bench.time.now == (0 if listens else pytest.approx(120))


@pytest.mark.fault(53)
def test_how_long_a_guest_gets_is_an_argument(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", name="web", stop_timeout=7)
    start(bench, vm)
    bench.simulator.transitions(ignore_poweroff=True)
    vm.destroy()
    assert bench.time.now == pytest.approx(7)


@pytest.mark.fault(54)
def test_what_is_stuck_ends_at_the_deadline_and_stays_in_the_state(bench: Bench, vm: Managed, saved: list[Any]) -> None:
    bench.simulator.transitions(stuck=["starting"])
    text = error_of(lambda: start(bench, vm, timeout=600))
    assert f"power on: still 'starting' after 600 s (vms/{vm.id} on node1)" in text
    assert [report.id for report in saved] == [f"vms/{vm.id}"]


@pytest.mark.fault(54)
@pytest.mark.parametrize("kind", ["VirtualMachine", "Network"])
def test_what_does_not_stop_is_not_deleted(bench: Bench, kind: str) -> None:
    table = {"VirtualMachine": "vms", "Network": "vnets"}[kind]
    made = bench.create(kind, name="x")
    bench.create("Power", "on", of=f"{table}/{made.id}", state="running")
    bench.simulator.transitions(stuck=["stopping"])
    assert f"power off: still 'stopping' after 30 s ({table}/{made.id} on node1)" in error_of(made.destroy)
    assert "x" in names(bench.simulator, table)
    assert bench.time.now < 600


@pytest.mark.fault(55)
@pytest.mark.parametrize("state", ["error", "unlicensed"])
def test_a_state_that_does_not_pass_is_an_error_at_once(
    bench: Bench, vm: Managed, saved: list[Any], state: str
) -> None:
    bench.simulator.transitions(stuck=["starting"])
    put_status(bench, vm, "starting", state)
    text = error_of(lambda: start(bench, vm, timeout=600))
    assert f"power on: it is '{state}' now, which does not pass by itself (vms/{vm.id} on node1)" in text
    assert bench.time.now < 5
    assert len(saved) == 1


@pytest.mark.fault(55)
@pytest.mark.parametrize("word", ["migrating", "waitingforresources", "pondering"])
def test_an_unknown_state_is_waited_through(bench: Bench, vm: Managed, word: str) -> None:
    bench.simulator.transitions(stuck=["starting"])
    put_status(bench, vm, word, word, "running")
    assert start(bench, vm).outs["status"] == "running"


def wait(*states: str) -> int:
    """Return how many looks it takes until it counts as running."""
    time, looks = Time(), iter(states)
    seen: list[str] = []

    def look() -> str:
        seen.append(next(looks))
        return seen[-1]

    wait_until(look, lambda state: state == "running", what="power on", timeout=600, clock=time.clock())
    return len(seen)


@pytest.mark.fault(56)
@pytest.mark.parametrize(
    ("states", "looks"),
    [
        (["starting", "running"], 2),
        (["stopped", "starting", "running"], 3),
        (["starting", "starting", "running"], 3),
        (["starting", "stopped", "starting", "running", "stopped", "running", "running"], 7),
        (["starting", "stopped", "starting", "running", "running"], 5),
    ],
)
def test_a_state_that_flaps_must_hold(states: list[str], looks: int) -> None:
    assert wait(*states) == looks


@pytest.mark.fault(56)
def test_what_flaps_for_ever_ends_at_the_deadline() -> None:
    time = Time()
    states = iter(["starting", "stopped", "starting", *["running", "stopped"] * 500])
    with pytest.raises(WaitTimeout):
        wait_until(lambda: next(states), lambda s: s == "running", what="power on", timeout=60, clock=time.clock())
    assert time.now == pytest.approx(60)


@pytest.mark.fault(57)
def test_a_network_in_use_names_what_holds_it(bench: Bench, vm: Managed) -> None:
    lan = bench.create("Network", "lan", name="lan")
    nics = [bench.create("Nic", name, vm=vm.id, network=lan.id, name=name) for name in ("eth0", "eth1")]
    text = error_of(lan.destroy)
    assert "Machine NICs are attached (422). It is used by NIC 'eth0' of web, NIC 'eth1' of web." in text
    for nic in nics:
        nic.destroy()
    lan.destroy()
    assert "lan" not in names(bench.simulator, "vnets")


@pytest.mark.fault(57)
def test_a_refusal_whose_reason_nobody_can_name_is_told_as_it_is(bench: Bench) -> None:
    lan = bench.create("Network", "lan", name="lan")
    told = {"err": "Sites are still referencing 'lan'"}
    bench.simulator.faults(fault({"verb": "DELETE", "path": r"/vnets/\d+$"}, "status", status=422, body=told))
    assert error_of(lan.destroy).endswith("Sites are still referencing 'lan' (422).")


@pytest.mark.fault(58)
def test_only_the_missing_child_is_made_by_the_next_run(bench: Bench, vm: Managed) -> None:
    drive = {"vm": vm.id, "disksize": "1GiB"}
    bench.create("Drive", "first", name="first", **drive)
    bench.simulator.faults(fault({"verb": "POST", "path": "drives$"}, "status", status=422, body={"err": "no"}))
    assert "no (422)" in error_of(lambda: bench.create("Drive", "second", name="second", **drive))
    bench.simulator.reset("log")
    later = Bench(bench.simulator)
    later.create("Drive", "second", name="second", **drive)
    later.connection.client.close()
    assert names(bench.simulator, "machine_drives") == ["first", "second"]
    assert (names(bench.simulator), applied(bench.simulator, "POST")) == (["web"], 1)


SPELLINGS = [
    ("Network", {"network": " 10.0.0.0/24 ", "ipaddress": " 10.0.0.1 ", "dnslist": ["1.1.1.1 ", "8.8.8.8"]}),
    ("Network", {"network": "FD00:0:0::/64", "mtu": 9000.0}),
    ("VirtualMachine", {"ram": 1000.0, "machine_type": "q35", "description": ""}),
]


@pytest.mark.fault(59)
@pytest.mark.parametrize(("kind", "arguments"), SPELLINGS)
def test_a_second_run_changes_nothing_however_a_value_is_spelt(
    bench: Bench, kind: str, arguments: dict[str, Any]
) -> None:
    made = bench.create(kind, name="web", **arguments)
    assert made.diff().changes is False
    made.refresh()
    assert Managed(bench, kind, made.id, made.inputs, made.outs).diff(**arguments).changes is False


@pytest.mark.fault(59)
def test_a_mac_address_has_one_meaning_in_every_spelling(bench: Bench, vm: Managed) -> None:
    lan = bench.create("Network", "lan", name="lan")
    nic = bench.create("Nic", "eth", vm=vm.id, network=lan.id, macaddress="F0-DB-30-00-00-01")
    assert nic.row()["macaddress"] == "f0:db:30:00:00:01"
    assert nic.diff(macaddress="f0db.3000.0001").changes is False


@pytest.mark.fault(60)
def test_a_change_behind_our_back_is_seen_and_only_it_is_undone(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", name="web", ram=1024, cpu_cores=2)
    wanted = dict(vm.inputs)
    bench.simulator.edit("vms", int(vm.id), ram=4096, note="a person's note")
    later = vm.seen_by(Bench(bench.simulator))
    later.refresh()
    assert (later.outs["ram"], later.inputs["ram"]) == (4096, 4096)
    assert "note" not in later.inputs
    bench.simulator.reset("log")
    later.inputs = wanted
    later.up()
    (put,) = (request for request in bench.simulator.requests() if request.verb == "PUT")
    assert put.body == {"ram": 1024}
    assert (vm.row()["ram"], vm.row()["note"]) == (1024, "a person's note")
    later.bench.connection.client.close()


@pytest.mark.fault(60)
def test_an_update_that_fails_is_tried_again_by_the_next_run(bench: Bench, vm: Managed) -> None:
    bench.simulator.faults(fault(UPDATE, "status", status=422, body={"err": "not now"}))
    assert "not now (422)" in error_of(lambda: vm.up(ram=2048))
    vm.up(ram=2048)
    assert vm.row()["ram"] == 2048


STRANGERS: list[dict[str, Any]] = [
    {"description": "theirs\n[pulumi shop/prod web 0badcafe]"},
    {"description": "[pulumi shop/dev web 0badcafe]"},
    {"description": "", "name": "theirs"},
]


@pytest.mark.fault(63)
@pytest.mark.parametrize("stranger", STRANGERS)
def test_another_object_under_the_key_is_gone_to_us_and_left_alone(
    bench: Bench, vm: Managed, told: list[str], stranger: dict[str, Any]
) -> None:
    bench.simulator.edit("vms", int(vm.id), **stranger)
    before = bench.simulator.snapshot()
    for call in (lambda: vm.up(ram=2048), vm.destroy):
        text = error_of(call)
        assert f"row {vm.id} of vms now belongs to " in text
        assert "It is left alone; run 'pulumi refresh' to forget it here." in text
    later = Bench(bench.simulator)
    assert vm.seen_by(later).read().id == ""
    later.connection.client.close()
    assert len(told) == 1
    assert json.dumps(bench.simulator.snapshot(), default=str) == json.dumps(before, default=str)
    assert sent(bench.simulator, "PUT", "") + sent(bench.simulator, "DELETE", "") == 0


@pytest.mark.fault(63)
@pytest.mark.parametrize("edited", [{"description": ""}, {"name": "renamed"}])
def test_an_object_that_people_edited_is_still_ours(bench: Bench, vm: Managed, edited: dict[str, Any]) -> None:
    bench.simulator.edit("vms", int(vm.id), **edited)
    vm.refresh()
    vm.up(name="web", ram=2048)
    assert (vm.row()["name"], vm.row()["ram"]) == ("web", 2048)
    vm.destroy()
    assert names(bench.simulator) == []
