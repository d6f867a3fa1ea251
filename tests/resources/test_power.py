"""Power as a resource: it starts, follows and stops what it refers to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed, allowing, urn_of
from tests.providers.conftest import Saved
from verge_pulumi.engine.errors import Reported


@pytest.fixture
def vm(bench: Bench) -> Managed:
    """A stopped VM."""
    return bench.create("VirtualMachine", "vm", name="web")


def of(managed: Managed) -> str:
    """Return what a program registers for ``of=``."""
    return str(managed.outs["location"]).removeprefix("/v4/")


def turn(managed: Managed, state: str = "running", **arguments: Any) -> Managed:
    """Declare the power of something."""
    return managed.bench.create("Power", "on", of=of(managed), state=state, **arguments)


def status(managed: Managed) -> str:
    machine = managed.row()["machine"]
    rows = managed.bench.simulator.rows("machine_status")
    return str(next(row["status"] for row in rows if row["machine"] == machine))


def actions(bench: Bench) -> list[str]:
    return [request.body["action"] for request in bench.simulator.requests() if request.path.endswith("_actions")]


@pytest.mark.parametrize(("kind", "table"), [("VirtualMachine", "vms"), ("Network", "vnets")])
def test_it_starts_what_it_refers_to(bench: Bench, kind: str, table: str) -> None:
    target = bench.create(kind, "it", name="it")
    power = turn(target)
    assert (power.id, status(target)) == (f"{table}/{target.id}", "running")
    expected = {
        "of": power.id,
        "state": "running",
        "status": "running",
        "node": "node1",
        "$key": int(target.id),
        "location": f"/v4/{table}/{target.id}",
        "__managed": ["of", "state"],
    }
    assert {name: power.outs[name] for name in expected} == expected


def test_what_shall_be_stopped_and_is_costs_a_look(vm: Managed) -> None:
    vm.bench.simulator.reset("log")
    power = turn(vm, "stopped")
    assert power.outs["state"] == "stopped"
    assert vm.bench.asked() == [("GET", f"vms/{vm.id}")]


def test_it_follows_the_program(vm: Managed) -> None:
    power = turn(vm)
    assert power.diff(state="stopped").replaces == []
    power.up(state="stopped")
    assert (status(vm), power.outs["state"]) == ("stopped", "stopped")
    power.up(state="running")
    assert (status(vm), power.outs["state"]) == ("running", "running")
    assert power.diff(of="vms/2").replaces == ["of"]


def test_drift_is_seen_and_mended(vm: Managed) -> None:
    power = turn(vm)
    vm.bench.simulator.edit("machine_status", vm.row()["machine"], running=False, status="stopped")
    vm.bench.connection.reader.forget("vms")
    power.refresh()
    assert (power.inputs["state"], power.outs["status"]) == ("stopped", "stopped")
    assert power.diff(state="running").changes is None
    power.up(state="running")
    assert status(vm) == "running"


def test_a_refresh_reads_it_from_the_list_of_its_target(vm: Managed) -> None:
    power = turn(vm)
    later = Bench(vm.bench.simulator)
    later.simulator.reset("log")
    vm.seen_by(later).refresh()
    power.seen_by(later).refresh()
    assert later.asked() == [("GET", "system"), ("GET", "vms")]


def test_without_its_target_it_is_gone(vm: Managed) -> None:
    power = turn(vm)
    vm.bench.simulator.remove("vms", int(vm.id))
    assert power.read().id == ""


@pytest.mark.parametrize(
    ("arguments", "left"),
    [
        ({"state": "running"}, "stopped"),
        ({"state": "running", "on_destroy": "stop"}, "stopped"),
        ({"state": "running", "on_destroy": "leave"}, "running"),
    ],
)
def test_destroying_it_stops_what_it_started(vm: Managed, arguments: dict[str, Any], left: str) -> None:
    turn(vm, **arguments).destroy()
    assert status(vm) == left


def test_destroying_it_leaves_what_it_stopped(vm: Managed) -> None:
    power = turn(vm, "stopped")
    machine = vm.row()["machine"]
    vm.bench.simulator.edit("machine_status", machine, running=True, status="running")
    power.destroy()
    assert status(vm) == "running"


def test_destroying_it_after_its_target_does_nothing(vm: Managed) -> None:
    power = turn(vm)
    vm.bench.simulator.remove("vms", int(vm.id))
    power.destroy()
    assert actions(vm.bench) == ["poweron"]


def test_a_guest_that_does_not_shut_down_is_an_error_unless_forced(vm: Managed, told: list[str]) -> None:
    power = turn(vm, timeout=7)
    vm.bench.simulator.transitions(ignore_poweroff=True)
    with pytest.raises(Reported) as error:
        power.destroy()
    assert str(error.value) == ("Unable to delete Power 'on': power off: still 'running' after 7 s (vms/1 on node1).")
    power.up(force=True)
    power.destroy()
    assert status(vm) == "stopped"
    assert told == ["warning: did not shut down within 7 s and is powered off"]


@pytest.mark.parametrize(("timeout", "seconds"), [(None, 300), (9, 9)])
def test_a_start_that_does_not_come_is_kept_and_goes_on_with_the_next_run(
    vm: Managed, saved: list[Saved], timeout: int | None, seconds: int
) -> None:
    vm.bench.simulator.transitions(stuck=["starting"])
    with pytest.raises(Reported) as error:
        turn(vm, timeout=timeout)
    assert str(error.value) == (
        f"Unable to create Power 'on': power on: still 'starting' after {seconds} s (vms/1 on node1). "
        "It exists and is in the state; the next 'pulumi up' completes it."
    )
    (kept,) = saved
    assert (kept.id, kept.outs["state"], kept.outs["$key"]) == ("vms/1", "running", 1)
    inputs = {"of": "vms/1", "state": "running", "timeout": timeout, "__owner": "shop/dev", "__name": "on"}
    power = Managed(vm.bench, "Power", kept.id, inputs, kept.outs)
    assert power.diff().changes is True
    vm.bench.simulator.transitions(stuck=[])
    power.up()
    assert (status(vm), "__unfinished" in power.outs) == ("running", False)


@pytest.mark.parametrize(
    ("allowed", "timeout", "text"),
    [
        (9, None, "after 9 s (vms/1 on node1); custom_timeouts allows 9 s in all"),
        (900, None, "after 900 s (vms/1 on node1); custom_timeouts allows 900 s in all"),
        (900, 20, "after 20 s (vms/1 on node1)"),
    ],
)
def test_custom_timeouts_say_how_long_a_call_may_take(
    vm: Managed, allowed: float, timeout: int | None, text: str
) -> None:
    vm.bench.simulator.transitions(stuck=["starting"])
    with allowing(allowed), pytest.raises(Reported) as error:
        turn(vm, timeout=timeout)
    assert str(error.value).startswith(f"Unable to create Power 'on': power on: still 'starting' {text}. It exists")


def test_custom_timeouts_are_for_all_that_a_call_waits_for(vm: Managed) -> None:
    vm.bench.share_clock()
    vm.bench.simulator.transitions(seconds=25)
    with allowing(40), pytest.raises(Reported, match=r"guest: still 'none reported' after 8 s .* allows 40 s in all"):
        turn(vm, wait_for_guest="ipv4")


def test_a_guest_that_has_time_left_is_not_killed_because_custom_timeouts_are_over(
    vm: Managed, told: list[str]
) -> None:
    power = turn(vm, timeout=30, force=True)
    vm.bench.simulator.transitions(ignore_poweroff=True)
    with (
        allowing(10),
        pytest.raises(Reported, match=r"still 'running' after 10 s .* custom_timeouts allows 10 s in all"),
    ):
        power.destroy()
    assert (status(vm), told) == ("running", [])
    with allowing(600):
        power.destroy()
    assert status(vm) == "stopped"
    assert told == ["warning: did not shut down within 30 s and is powered off"]


def test_what_has_no_power_state_is_refused(bench: Bench) -> None:
    with pytest.raises(Reported) as error:
        bench.create("Power", "on", of="machine_drives/1", state="running")
    assert str(error.value) == (
        "Unable to create Power 'on': 'machine_drives/1' has no power state. Give a VirtualMachine or a Network."
    )


def test_a_target_that_is_not_there_is_an_error(bench: Bench) -> None:
    with pytest.raises(Reported, match="there is no row 77 in vms; was it deleted by someone else"):
        bench.create("Power", "on", of="vms/77", state="stopped")


def test_no_other_state_is_accepted(bench: Bench) -> None:
    result = bench.provider("Power").check({}, {"of": "/v4/vms/1", "state": "paused"})
    assert [failure.reason for failure in result.failures] == [
        "state is not a valid choice. Give 'running', 'stopped' or 'unmanaged'."
    ]
    assert bench.check("Power", {"of": "/v4/vms/1", "state": "running"})["of"] == "vms/1"


def taken_over(vm: Managed, by: str = "[pulumi shop/prod web 0badcafe]") -> None:
    """Let another stack, or another resource, take a VM over."""
    vm.bench.simulator.edit("vms", int(vm.id), description=by)
    vm.bench.connection.reader.forget("vms")
    vm.bench.simulator.reset("log")


@pytest.mark.parametrize("by", ["[pulumi shop/prod web 0badcafe]", "[pulumi shop/dev db 0badcafe]"])
def test_what_somebody_else_took_over_is_left_running(vm: Managed, by: str) -> None:
    power = turn(vm)
    taken_over(vm, by)
    for touch in (power.destroy, lambda: power.up(state="stopped")):
        with pytest.raises(Reported, match=r"vms/\d+ belongs to .* It is left alone; declare its power there"):
            touch()
    assert (actions(vm.bench), status(vm)) == ([], "running")


def test_what_somebody_else_took_over_is_gone_for_a_refresh(vm: Managed) -> None:
    power = turn(vm)
    taken_over(vm)
    assert power.read().id == ""


def test_a_new_mark_of_the_same_stack_is_no_take_over(vm: Managed) -> None:
    power = turn(vm)
    vm.outs["__mark"] = "[pulumi shop/dev web 0badcafe]"
    taken_over(vm, vm.outs["__mark"])
    vm.bench.begin_run()
    power.refresh()
    power.destroy()
    assert status(vm) == "stopped"


def test_power_of_what_another_stack_manages_is_refused_unless_adopted(bench: Bench) -> None:
    theirs = bench.create("VirtualMachine", "vm", name="web")
    taken_over(theirs)
    later = Bench(bench.simulator)
    with pytest.raises(Reported, match="belongs to shop/prod as 'web'"):
        turn(theirs.seen_by(later))
    assert actions(bench) == []
    power = turn(theirs.seen_by(later), adopt=True)
    assert status(theirs) == "running"
    power.refresh()
    power.destroy()
    assert status(theirs) == "stopped"


def test_what_nobody_manages_may_be_switched(vm: Managed) -> None:
    taken_over(vm, "made by hand")
    power = turn(vm.seen_by(Bench(vm.bench.simulator)))
    power.refresh()
    power.destroy()
    assert status(vm) == "stopped"


def test_a_state_without_the_mark_of_its_target_is_fenced_by_the_stack(vm: Managed) -> None:
    power = turn(vm)
    del power.outs["__parent"], power.outs["__fixed"], power.outs["__token"]
    power.refresh()
    taken_over(vm)
    with pytest.raises(Reported, match="belongs to shop/prod"):
        power.destroy()


def test_the_power_of_a_vm_whose_mark_was_edited_away_goes_on(vm: Managed) -> None:
    power = turn(vm)
    taken_over(vm, "by hand")
    vm.bench.begin_run()
    power.destroy()
    assert status(vm) == "stopped"


def test_the_first_power_of_a_vm_whose_mark_was_edited_away(vm: Managed) -> None:
    taken_over(vm, "by hand")
    later = vm.bench.later()
    power = later.create("Power", "on", of=of(vm), state="running")
    later.simulator.edit("vms", int(vm.id), uuid="another")
    with pytest.raises(Reported, match=f"vms/{vm.id} belongs to somebody else: another one has that key by now"):
        power.destroy()
    assert status(vm) == "running"


# What others switch --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("before", ["running", "stopped"])
def test_what_others_switch_is_neither_started_nor_stopped(vm: Managed, before: str) -> None:
    vm.bench.stack.forget(turn(vm, before))
    bench = vm.bench.later()
    vm.bench.simulator.reset("log")
    power = bench.create("Power", "ui", of=of(vm), state="unmanaged")
    assert (power.outs["state"], power.outs["status"]) == ("unmanaged", before)
    power.destroy()
    assert (actions(bench), status(vm)) == ([], before)


def test_what_others_switch_never_drifts(vm: Managed) -> None:
    power = turn(vm, "unmanaged")
    vm.bench.simulator.edit("machine_status", vm.row()["machine"], running=True, status="running")
    power.refresh()
    assert power.outs["state"] == "unmanaged"
    assert power.diff().changes is False


def test_power_is_handed_over_and_taken_back_without_a_gap(vm: Managed) -> None:
    power = turn(vm, "running")
    vm.bench.simulator.reset("log")
    power.up(state="unmanaged")
    assert (actions(vm.bench), status(vm)) == ([], "running")
    power.up(state="stopped")
    assert (actions(vm.bench), status(vm)) == (["poweroff"], "stopped")


def test_a_vm_that_others_started_is_stopped_to_be_deleted(vm: Managed) -> None:
    power = turn(vm, "unmanaged", __ending={"stop_timeout": 5})
    vm.bench.simulator.edit("machine_status", vm.row()["machine"], running=True, status="running")
    power.destroy()
    assert status(vm) == "running"
    vm.destroy()
    assert vm.bench.simulator.rows("vms") == []


# What is taken over --------------------------------------------------------------------------------------------------


def preview(bench: Bench, **arguments: Any) -> None:
    """Preview a server's power, of a VM that is to be taken over."""
    bench.plan("VirtualMachine", "vm", name="web", adopt=True)
    adopted = {"of": urn_of("VirtualMachine", "vm")}
    bench.plan("Power", "power", of=UNKNOWN, __adopted=adopted, **arguments)


@pytest.fixture
def found(bench: Bench, told: list[str]) -> int:
    """A stopped VM that no stack manages."""
    return int(bench.simulator.add("vms", name="web"))


def test_a_preview_tells_what_becomes_of_the_power(bench: Bench, found: int, told: list[str]) -> None:
    preview(bench, state="running")
    assert told[-1] == f"warning: vms/{found} is stopped: the update would start it"
    told.clear()
    preview(bench, state="stopped")
    preview(bench, state="unmanaged")
    assert not any("the update would st" in line for line in told)


def test_what_is_off_is_not_started_because_nobody_said_anything(bench: Bench, found: int) -> None:
    with pytest.raises(Reported) as error:
        preview(bench, state="running", __assumed=["state"])
    assert str(error.value) == (
        f"Unable to create Power 'power': vms/{found} is stopped, and a server that says nothing of its power is to be "
        "running. Say power=PowerArgs(state=...): 'running' to start it, 'stopped' to keep it so, 'unmanaged' to leave "
        "it to others."
    )
    assert bench.writes() == []


def test_in_the_update_a_vm_that_was_taken_over_is_not_started_either(bench: Bench, found: int) -> None:
    vm = bench.create("VirtualMachine", "vm", name="web", adopt=True)
    adopted = {"of": urn_of("VirtualMachine", "vm")}
    with pytest.raises(Reported, match="is stopped, and a server that says nothing of its power"):
        bench.plan("Power", "power", of=of(vm), state="running", __adopted=adopted, __assumed=["state"])


def test_a_vm_that_the_update_makes_is_started(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", "vm", name="web", adopt=True)
    adopted = {"of": urn_of("VirtualMachine", "vm")}
    bench.create("Power", "power", of=of(vm), state="running", __adopted=adopted, __assumed=["state"])
    assert status(vm) == "running"
