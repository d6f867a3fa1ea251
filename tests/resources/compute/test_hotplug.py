"""Drives and NICs come to a running VM and leave it, as far as VergeOS lets them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import OWNER, Bench, Managed
from verge_pulumi.client import Refused, ServerError
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.reading.waiting import WaitTimeout
from verge_pulumi.resources.compute import _hotplug as hotplug
from verge_pulumi.resources.compute._hotplug import DRIVE, NIC, HotplugProvider, Kind

ACTIONS = {"verb": "POST", "path": "/vm_actions$"}
BOTH = pytest.mark.parametrize("kind", [DRIVE, NIC], ids=["drive", "nic"])


class Guest:
    """A running VM with a drive or a NIC that was added behind Pulumi's back; both clocks are one."""

    def __init__(self, vm: Managed, kind: Kind) -> None:
        self.vm, self.kind, self.simulator = vm, kind, vm.bench.simulator
        self.idle = "offline" if kind is DRIVE else "down"
        columns = {"disksize": 1 << 30} if kind is DRIVE else {"vnet": 3}
        machine = vm.row()["machine"]
        self.key = self.simulator.add(kind.table, machine=machine, **columns)
        self.simulator.reset("log")

    def provider(self, bench: Bench | None = None) -> HotplugProvider[Any]:
        provider: Any = (bench or self.vm.bench).provider("Drive" if self.kind is DRIVE else "Nic")
        found: HotplugProvider[Any] = provider
        return found

    def row(self) -> dict[str, Any]:
        provider = self.provider()
        found = provider.connection.reader.fresh(self.kind.table, str(self.key), provider.declaration.fields)
        assert found is not None
        return found

    def plug(self, row: dict[str, Any] | None = None, bench: Bench | None = None) -> Any:
        return self.provider(bench).plug(row or self.row(), self.props())

    def unplug(self, row: dict[str, Any] | None = None) -> None:
        self.provider().unplug(row or self.row(), self.props())

    def props(self, **hidden: Any) -> dict[str, Any]:
        return {"vm": self.vm.id, "__owner": OWNER, "__name": "subject", **hidden}

    def asked(self) -> list[Any]:
        """Return the parameters of the actions that were sent."""
        return [r.body["params"] for r in self.simulator.requests() if r.path.endswith("vm_actions")]

    def edit_vm(self, **columns: Any) -> None:
        """Change the VM behind Pulumi's back."""
        self.simulator.edit("vms", int(self.vm.id), **columns)


@pytest.fixture
def vm(bench: Bench) -> Managed:
    """A running VM; the simulator's time passes with the provider's."""
    vm = bench.create("VirtualMachine", "vm", name="web", ram=1024)
    bench.create("Power", "on", of=f"vms/{vm.id}", state="running")
    bench.share_clock()
    return vm


@pytest.fixture
def guest(vm: Managed, kind: Kind) -> Guest:
    return Guest(vm, kind)


REFUSED = {"what": "status", "status": 422, "body": {"err": "not now"}}


# Plugging ------------------------------------------------------------------------------------------------------


@BOTH
def test_what_is_plugged_in_is_live(guest: Guest) -> None:
    assert not guest.kind.is_live(guest.row())
    assert guest.kind.is_live(guest.plug())
    assert guest.asked() == [{"device": guest.key}]


@BOTH
def test_what_takes_time_is_waited_for(guest: Guest) -> None:
    guest.simulator.transitions(seconds=5)
    assert guest.kind.is_live(guest.plug())
    assert guest.vm.bench.time.now >= 5
    guest.unplug()
    assert not guest.kind.is_live(guest.row())
    assert guest.vm.bench.time.now >= 10


@BOTH
def test_what_is_live_already_costs_nothing(guest: Guest) -> None:
    guest.plug()
    row = guest.row()
    guest.simulator.reset("log")
    assert guest.plug(row) is row
    assert guest.simulator.requests() == []


@BOTH
@pytest.mark.parametrize("known", [{"running": False}, {"enabled": False}])
def test_what_is_off_or_switched_off_is_not_plugged_in(guest: Guest, known: dict[str, Any]) -> None:
    row = {**guest.row(), **known}
    assert guest.plug(row) is row
    assert guest.asked() == []


@BOTH
def test_what_is_not_in_use_is_not_unplugged(guest: Guest) -> None:
    guest.unplug()
    guest.unplug({**guest.row(), "running": False})
    assert guest.asked() == []


@BOTH
def test_what_is_unplugged_is_free(guest: Guest) -> None:
    guest.plug()
    guest.unplug()
    assert guest.asked() == [{"device": guest.key}, {"device": guest.key, "unplug": True}]
    assert not guest.kind.is_live(guest.row())


@BOTH
@pytest.mark.parametrize("when", ["before", "after"])
def test_an_action_whose_answer_was_lost_is_seen_or_sent_once_more(guest: Guest, when: str) -> None:
    guest.simulator.faults({"match": ACTIONS, "when": when, "what": "reset"})
    assert guest.kind.is_live(guest.plug())
    assert len(guest.asked()) == (2 if when == "before" else 1)


@BOTH
def test_an_action_that_is_lost_twice_is_an_error(guest: Guest) -> None:
    guest.simulator.faults({"match": {**ACTIONS, "times": 0}, "when": "before", "what": "status", "status": 504})
    with pytest.raises(ServerError):
        guest.plug()
    assert len(guest.asked()) == 2


@BOTH
def test_an_action_that_nobody_may_take_is_sent_once(guest: Guest) -> None:
    guest.simulator.faults({"match": ACTIONS, "what": "status", "status": 403, "body": {"err": "no"}})
    with pytest.raises(Exception, match="no"):
        guest.plug()
    assert len(guest.asked()) == 1


@BOTH
def test_a_vm_that_does_not_allow_it_has_it_at_its_next_start(guest: Guest, told: list[str]) -> None:
    guest.edit_vm(allow_hotplug=False)
    assert not guest.kind.is_live(guest.plug())
    assert told == ["warning: is there from the next start of the VM on, which does not allow hot-plugging now"]


@BOTH
def test_a_vm_that_stopped_meanwhile_has_it_at_its_next_start(guest: Guest, told: list[str]) -> None:
    row = guest.row()
    guest.simulator.edit("machine_status", guest.vm.row()["machine"], running=False, status="stopped")
    assert guest.plug(row) is row
    assert len(told) == 1


@BOTH
def test_what_is_refused_although_the_vm_allows_it_is_an_error(guest: Guest) -> None:
    guest.simulator.faults({"match": {**ACTIONS, "times": 0}, **REFUSED})
    with pytest.raises(Refused, match="not now"):
        guest.plug()
    assert len(guest.asked()) == (2 if guest.kind is NIC else 1)


@BOTH
def test_what_the_guest_does_not_take_is_an_error(guest: Guest) -> None:
    guest.simulator.transitions(stuck=["plugging"])
    with pytest.raises(WaitTimeout) as error:
        guest.plug()
    assert str(error.value) == f"hot-plug: still '{guest.idle}' after 30 s ({guest.kind.table}/{guest.key})"


@BOTH
def test_what_the_guest_does_not_let_go_of_names_the_way_out(guest: Guest) -> None:
    guest.plug()
    guest.simulator.transitions(stuck=["unplugging"])
    with pytest.raises(EngineError) as error:
        guest.unplug()
    assert str(error.value) == (
        f"hot-unplug: still '{guest.kind.live[0]}' after 30 s ({guest.kind.table}/{guest.key}). {hotplug.WAY_OUT}"
    )


@BOTH
def test_an_unplug_that_is_refused_names_the_way_out(guest: Guest) -> None:
    guest.plug()
    guest.edit_vm(allow_hotplug=False)
    with pytest.raises(EngineError, match=r"does not allow hotplug \(422\)\. Stop the VM first"):
        guest.unplug()


@BOTH
def test_an_unplug_of_a_vm_that_stopped_meanwhile_is_done(guest: Guest) -> None:
    guest.plug()
    row = guest.row()
    guest.simulator.edit("machine_status", guest.vm.row()["machine"], running=False, status="stopped")
    guest.simulator.edit(f"{guest.kind.table[:-1]}_status", guest.key, status=guest.idle)
    guest.unplug(row)


@BOTH
def test_what_is_gone_meanwhile_is_said(guest: Guest) -> None:
    row = guest.row()
    guest.simulator.remove(guest.kind.table, guest.key)
    guest.simulator.faults({"match": ACTIONS, "what": "reset"})
    with pytest.raises(EngineError, match=f"there is no row {guest.key} in {guest.kind.table}"):
        guest.plug(row)


# The spacing of NICs -------------------------------------------------------------------------------------------------


def test_nics_are_plugged_in_with_three_seconds_between(vm: Managed) -> None:
    first, second = Guest(vm, NIC), Guest(vm, NIC)
    first.plug()
    second.plug()
    assert NIC.is_live(second.row())
    assert vm.bench.time.now == pytest.approx(NIC.spacing)
    assert len(second.asked()) == 2


def test_drives_are_plugged_in_at_once(vm: Managed) -> None:
    for _ in range(3):
        Guest(vm, DRIVE).plug()
    assert vm.bench.time.now == 0


def test_a_nic_that_somebody_else_was_faster_with_is_plugged_in_after_a_while(vm: Managed) -> None:
    theirs = vm.bench.later()
    other, ours = Guest(vm, NIC), Guest(vm, NIC)
    other.plug(bench=theirs)
    assert NIC.is_live(ours.plug())
    assert len(ours.asked()) == 3
    assert vm.bench.time.now == pytest.approx(NIC.spacing)


@BOTH
def test_a_vm_that_somebody_else_took_over_is_left_alone(guest: Guest) -> None:
    guest.vm.bench.simulator.edit("vms", int(guest.vm.id), description="[pulumi shop/prod web 0badcafe]")
    guest.vm.bench.connection.reader.fresh("vms", guest.vm.id, ("$key", "description"))
    guest.vm.bench.simulator.reset("log")
    assert not guest.kind.is_live(guest.plug())
    assert [request for request in guest.vm.bench.simulator.requests() if request.applied] == []


@BOTH
def test_a_vm_whose_mark_was_edited_away_is_known_by_what_vergeos_drew(guest: Guest) -> None:
    guest.edit_vm(description="by hand")
    token = guest.vm.outs["__token"]
    later = guest.vm.bench.later()
    row = guest.provider(later).plug(guest.row(), guest.props(__parent=token))
    assert guest.kind.is_live(row)
    # A VM that has the key by now has another UUID.
    guest.edit_vm(uuid="another")
    with pytest.raises(EngineError, match="belongs to another object, whose uuid is not that of this one"):
        guest.provider(later).unplug(guest.row(), guest.props(__parent=token))
    assert guest.kind.is_live(guest.row())


@BOTH
def test_a_vm_that_this_stack_took_over_since_is_still_its_own(guest: Guest) -> None:
    guest.vm.outs["__mark"] = f"[pulumi shop/dev vm {'cafe' * 2}-{'beef' * 3}]"
    guest.edit_vm(description=guest.vm.outs["__mark"])
    row = guest.provider(guest.vm.bench.later()).plug(guest.row(), guest.props(__parent="0badcafe"))
    assert guest.kind.is_live(row)


@BOTH
def test_what_is_in_use_in_a_vm_of_somebody_else_stays_there(guest: Guest) -> None:
    guest.plug()
    guest.vm.bench.simulator.edit("vms", int(guest.vm.id), description="[pulumi shop/prod web 0badcafe]")
    with pytest.raises(EngineError, match="belongs to shop/prod as 'web' and is left alone"):
        guest.unplug()
    assert guest.kind.is_live(guest.row())


def test_a_second_action_that_is_refused_because_the_first_was_taken_is_waited_for(vm: Managed) -> None:
    guest = Guest(vm, NIC)
    vm.bench.simulator.transitions(looks=2)
    vm.bench.simulator.faults(
        {"match": {"verb": "POST", "path": "/vm_actions$", "nth": 1}, "when": "after", "what": "reset"},
        {
            "match": {"verb": "POST", "path": "/vm_actions$", "nth": 2},
            "what": "status",
            "status": 422,
            "body": {"err": "Only one NIC can be hotplugged every 3 seconds"},
        },
    )
    assert NIC.is_live(guest.plug())
