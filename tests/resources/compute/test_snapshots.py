"""Snapshots: taken once, kept as long as the program says, told apart by their marks."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed
from tests.providers.conftest import Saved
from verge_pulumi.engine.declaring.values import Duration, Moment, value_of
from verge_pulumi.engine.errors import Reported

NEW_YEAR = 1893456000
POSTS = {"verb": "POST", "path": "machine_snapshots$"}


@pytest.fixture
def vm(bench: Bench) -> Managed:
    """A stopped VM with a drive."""
    vm = bench.create("VirtualMachine", "vm", name="web", guest_agent=True)
    bench.create("Drive", "disk", vm=vm.id, name="disk", disksize="1GiB")
    bench.simulator.reset("log")
    return vm


def take(vm: Managed, **arguments: Any) -> Managed:
    """Declare a snapshot."""
    return vm.bench.create("Snapshot", "before", vm=vm.id, name="before", **arguments)


def problems(bench: Bench, **arguments: Any) -> list[str]:
    inputs = {"vm": "1", "name": "before", **arguments}
    return [failure.reason for failure in bench.provider("Snapshot").check({}, inputs).failures]


def test_a_snapshot_is_taken(vm: Managed) -> None:
    snapshot = take(vm, description="as it was")
    row = snapshot.row()
    assert (row["machine"], row["created_manually"], row["expires"], row["expires_type"]) == (
        vm.outs["machine"], True, 0, "never",
    )  # fmt: skip
    assert row["description"] == f"as it was\n{snapshot.outs['__mark']}"
    assert {name: snapshot.outs[name] for name in ("name", "expires", "quiesced", "snap_machine", "__managed")} == {
        "name": "before", "expires": "never", "quiesced": False, "snap_machine": row["snap_machine"],
        "__managed": ["description", "name", "vm"],
    }  # fmt: skip
    assert snapshot.outs["created"] == row["created"]


def test_what_it_costs(vm: Managed) -> None:
    snapshot = take(vm)
    # Several snapshots may have one name, so an earlier attempt of ours is looked for.
    looked, made, read = ("GET", "machine_snapshots"), ("POST", "machine_snapshots"), ("GET", "machine_snapshots/1")
    assert vm.bench.asked() == [looked, made, read]
    vm.bench.simulator.reset("log")
    assert snapshot.diff().changes is False
    assert vm.bench.asked() == []
    snapshot.up(name="after")
    assert vm.bench.asked() == [read, ("PUT", "machine_snapshots/1"), read]
    vm.bench.simulator.reset("log")
    snapshot.destroy()
    assert vm.bench.asked() == [read, ("DELETE", "machine_snapshots/1")]


def test_a_refresh_of_many_is_one_list(vm: Managed) -> None:
    snapshots = [vm.bench.create("Snapshot", f"s{number}", vm=vm.id, name="same") for number in range(3)]
    later = Bench(vm.bench.simulator)
    later.simulator.reset("log")
    for snapshot in snapshots:
        assert snapshot.seen_by(later).read().id == snapshot.id
    assert later.asked() == [("GET", "system"), ("GET", "machine_snapshots")]


@pytest.mark.parametrize(
    ("written", "seconds"), [("never", 0), ("2030-01-01T00:00:00Z", NEW_YEAR), (NEW_YEAR, NEW_YEAR)]
)
def test_when_it_expires(vm: Managed, written: Any, seconds: int) -> None:
    snapshot = take(vm, expires=written)
    row = snapshot.row()
    assert (row["expires"], row["expires_type"]) == (seconds, "date" if seconds else "never")
    assert snapshot.diff(expires=written).changes is False
    snapshot.refresh()
    assert snapshot.diff(expires=written).changes is False


def test_an_edit_is_one_column(vm: Managed) -> None:
    snapshot = take(vm, expires="2030-01-01T00:00:00Z")
    vm.bench.simulator.reset("log")
    assert snapshot.diff(expires="never").replaces == []
    snapshot.up(expires="never")
    (put,) = vm.bench.writes()
    assert put.body == {"expires": 0}
    assert snapshot.outs["expires"] == "never"


def test_drift_is_seen_and_mended(vm: Managed) -> None:
    snapshot = take(vm, expires="never")
    vm.bench.simulator.edit("machine_snapshots", 1, expires=NEW_YEAR, expires_type="date", name="renamed")
    vm.bench.connection.reader.forget("machine_snapshots")
    snapshot.refresh()
    assert (snapshot.inputs["expires"], snapshot.inputs["name"]) == ("2030-01-01T00:00:00Z", "renamed")
    snapshot.up(expires="never", name="before")
    assert (snapshot.row()["expires"], snapshot.row()["name"]) == (0, "before")


def test_how_long_it_is_kept_counts_at_its_creation_only(vm: Managed) -> None:
    snapshot = take(vm, keep="72h")
    assert snapshot.row()["expires"] == pytest.approx(time.time() + 72 * 3600, abs=60)
    assert snapshot.row()["expires_type"] == "date"
    expires = snapshot.outs["expires"]
    snapshot.refresh()
    assert snapshot.diff(keep="3d").changes is False
    vm.bench.simulator.reset("log")
    snapshot.up(keep="1h")
    assert vm.bench.writes() == []
    assert (snapshot.outs["expires"], snapshot.outs["keep"]) == (expires, "1h")


def test_it_expires_at_a_time_or_after_one(bench: Bench) -> None:
    both = ["expires, keep: only one of them says when it goes."]
    assert problems(bench, keep="1h", expires="never") == both
    assert problems(bench, keep=UNKNOWN, expires="never") == both
    assert problems(bench, keep="1h") == problems(bench, expires=UNKNOWN) == []


@pytest.mark.parametrize(
    ("kind", "written", "kept", "sent"),
    [
        (Moment, "never", "never", 0),
        (Moment, 0, "never", 0),
        (Moment, 1893456000.0, "2030-01-01T00:00:00Z", NEW_YEAR),
        (Moment, "1893456000", "2030-01-01T00:00:00Z", NEW_YEAR),
        (Moment, "2030-01-01T02:00:00+02:00", "2030-01-01T00:00:00Z", NEW_YEAR),
        (Moment, " 2030-01-01T00:00:00.9Z ", "2030-01-01T00:00:00Z", NEW_YEAR),
        (Duration, "72h", "3d", 259200),
        (Duration, "2 w", "2w", 1209600),
        (Duration, "090m", "90m", 5400),
        (Duration, "61s", "61s", 61),
    ],
)
def test_times_have_one_spelling(kind: Any, written: Any, kept: str, sent: int) -> None:
    value = value_of(kind)
    assert (value.normalise(written), value.normalise(kept)) == (kept, kept)
    assert value.to_api(kept) == sent


@pytest.mark.parametrize("wrong", ["soon", "2030-01-01T00:00:00", "-1", "", "99999999999999999999"])
def test_what_is_no_time_is_refused(bench: Bench, wrong: Any) -> None:
    (problem,) = problems(bench, expires=wrong)
    assert "expires" in problem
    assert "is not a time. Give one with its zone such as" in problem


@pytest.mark.parametrize("wrong", ["72", "h", "0h", "-1h", "1y", "9999999999h", "1.5h"])
def test_what_is_no_duration_is_refused(bench: Bench, wrong: str) -> None:
    (problem,) = problems(bench, keep=wrong)
    assert "is not a duration. Give a number with a unit (w, d, h, m, s), such as '72h'" in problem


def test_an_expiry_that_is_not_answered_is_none(vm: Managed) -> None:
    snapshot = take(vm)
    vm.bench.simulator.edit("machine_snapshots", 1, expires=None)
    vm.bench.connection.reader.forget("machine_snapshots")
    assert snapshot.read().outs["expires"] is None


# Quiescing -----------------------------------------------------------------------------------------------------------


def test_a_guest_that_holds_still(vm: Managed) -> None:
    vm.bench.create("Power", "on", of=f"vms/{vm.id}", state="running")
    snapshot = take(vm, quiesce=True)
    assert (snapshot.outs["quiesce"], snapshot.outs["quiesced"]) == (True, True)
    snapshot.refresh()
    assert snapshot.diff(quiesce=True).changes is False
    assert snapshot.diff(quiesce=False).replaces == ["quiesce"]


def test_a_guest_that_does_not_hold_still_leaves_no_snapshot(vm: Managed, saved: list[Saved]) -> None:
    with pytest.raises(Reported) as error:
        take(vm, quiesce=True)
    assert str(error.value) == (
        "Unable to create Snapshot 'before': the guest's file systems did not hold still, so the snapshot was removed "
        "again. See that the guest runs its agent, and that the VM has guest_agent=True."
    )
    assert not vm.bench.simulator.rows("machine_snapshots")
    assert not saved


# What goes wrong -----------------------------------------------------------------------------------------------------


def test_it_is_waited_for(vm: Managed) -> None:
    vm.bench.simulator.transitions(looks=3)
    assert take(vm).outs["snap_machine"] is not None


def test_one_that_is_not_complete_goes_on_with_the_next_run(vm: Managed, saved: list[Saved]) -> None:
    vm.bench.simulator.transitions(stuck=["building"])
    with pytest.raises(Reported) as error:
        take(vm)
    assert str(error.value) == (
        "Unable to create Snapshot 'before': the snapshot: still 'incomplete' after 300 s (machine_snapshots/1). "
        "It exists and is in the state; the next 'pulumi up' completes it."
    )
    inputs = {"vm": vm.id, "name": "before", "__owner": "shop/dev", "__name": "before"}
    snapshot = Managed(vm.bench, "Snapshot", saved[0].id, inputs, saved[0].outs)
    assert snapshot.diff().changes is True
    vm.bench.simulator.transitions(stuck=[])
    snapshot.up()
    assert snapshot.outs["snap_machine"] is not None
    assert "__unfinished" not in snapshot.outs


@pytest.mark.parametrize("when", ["before", "after"])
def test_one_whose_answer_was_lost_is_taken_once(vm: Managed, when: str) -> None:
    vm.bench.simulator.faults({"match": POSTS, "when": when, "what": "reset"})
    snapshot = take(vm)
    (row,) = vm.bench.simulator.rows("machine_snapshots")
    assert (snapshot.id, snapshot.outs["__mark"]) == (str(row["$key"]), row["description"])


def test_one_of_an_interrupted_run_is_found_again(vm: Managed, told: list[str]) -> None:
    take(vm).cut_off()
    again = take(vm.seen_by(vm.bench.later()))
    assert again.id == "1"
    assert len(vm.bench.simulator.rows("machine_snapshots")) == 1
    assert told == ["took over row 1 of machine_snapshots, which existed already"]


def test_two_of_one_name_are_two(vm: Managed) -> None:
    first = take(vm)
    second = vm.bench.create("Snapshot", "second", vm=vm.id, name="before")
    assert first.id != second.id
    first.destroy()
    assert [str(row["$key"]) for row in vm.bench.simulator.rows("machine_snapshots")] == [second.id]


def test_one_that_expired_is_gone(vm: Managed) -> None:
    snapshot = take(vm)
    vm.bench.simulator.remove("machine_snapshots", 1)
    vm.bench.connection.reader.forget("machine_snapshots")
    assert snapshot.read().id == ""
    snapshot.destroy()


def test_a_running_vm_is_snapshot_and_goes_on(vm: Managed) -> None:
    vm.bench.create("Power", "on", of=f"vms/{vm.id}", state="running")
    vm.bench.simulator.reset("log")
    take(vm).destroy()
    assert not any(path.endswith("_actions") for _, path in vm.bench.asked())
    assert [row["name"] for row in vm.bench.simulator.rows("vms")] == ["web"]


def test_the_vm_takes_its_snapshots_along(vm: Managed) -> None:
    snapshot = take(vm)
    vm.destroy()
    snapshot.destroy()
    assert vm.bench.simulator.rows("vms") == vm.bench.simulator.rows("machine_snapshots") == []


# The hidden VM -------------------------------------------------------------------------------------------------------


def test_the_hidden_vm_is_never_taken_for_the_vm(vm: Managed) -> None:
    take(vm)
    hidden = next(row for row in vm.bench.simulator.rows("vms") if row["is_snapshot"])
    assert (hidden["name"], hidden["description"]) == ("web", vm.row()["description"])
    # A refresh, and an `up` that finds the VM of an interrupted one, see two rows with that mark and that name.
    assert vm.seen_by(Bench(vm.bench.simulator)).read().id == vm.id
    again = vm.cut_off().bench.later().create("VirtualMachine", "vm", name="web", guest_agent=True)
    assert again.id == vm.id
    vm.bench.simulator.edit("vms", int(vm.id), description="")
    again.bench.stack.forget(again)
    adopted = vm.bench.later().create("VirtualMachine", "other", name="web", adopt=True)
    assert adopted.id == vm.id


def test_a_drive_of_the_hidden_vm_is_never_taken_for_the_drive(vm: Managed) -> None:
    disk = vm.bench.create("Drive", "unnamed", vm=vm.id, disksize="1GiB")
    take(vm)
    assert len({row["machine"] for row in vm.bench.simulator.rows("machine_drives")}) == 2
    assert disk.seen_by(Bench(vm.bench.simulator)).read().id == disk.id
    again = disk.cut_off().bench.later().create("Drive", "unnamed", vm=vm.id, disksize="1GiB")
    assert again.id == disk.id


# Before a risky change -----------------------------------------------------------------------------------------------


def snapshots(bench: Bench) -> list[dict[str, Any]]:
    return bench.simulator.rows("machine_snapshots")


def test_a_snapshot_is_taken_before_a_change_of_the_hardware(vm: Managed) -> None:
    before = int(time.time())
    vm.up(snapshot_before_restart="72h", ram=2048, note="more memory")
    assert [(write.verb, write.path.split("/")[3]) for write in vm.bench.writes()] == [
        ("POST", "machine_snapshots"),
        ("PUT", "vms"),
    ]
    (taken,) = snapshots(vm.bench)
    assert (taken["name"], taken["machine"]) == ("before a change of ram", vm.outs["machine"])
    assert before + 72 * 3600 <= taken["expires"] <= int(time.time()) + 72 * 3600


def test_none_is_taken_before_another_change_or_unless_it_is_wanted(vm: Managed) -> None:
    vm.up(snapshot_before_restart="72h", note="new")
    vm.up(snapshot_before_restart=None, ram=2048)
    assert snapshots(vm.bench) == []


def test_nothing_changes_where_no_snapshot_can_be_taken(vm: Managed) -> None:
    vm.bench.simulator.faults({"match": POSTS, "what": "status", "status": 422, "body": {"err": "no space left"}})
    with pytest.raises(Reported, match=r"^Unable to update VirtualMachine 'web': .*no space left"):
        vm.up(snapshot_before_restart="72h", ram=2048)
    assert vm.row()["ram"] == 1024


def test_a_snapshot_that_is_long_in_coming_is_waited_for(vm: Managed) -> None:
    vm.bench.simulator.transitions(looks=3)
    vm.up(snapshot_before_restart="72h", ram=2048)
    assert [write.verb for write in vm.bench.writes()] == ["POST", "PUT"]
    assert vm.bench.time.now > 0
