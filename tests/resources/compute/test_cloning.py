"""VMs that are copies: of another VM, or of what a snapshot holds."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed
from tests.providers.conftest import Saved
from verge_pulumi.engine.errors import Reported
from verge_pulumi.engine.ownership.mark import Mark
from verge_pulumi.resources.compute import _cloning as cloning

ACTIONS = {"verb": "POST", "path": "vm_actions$"}


@pytest.fixture
def golden(bench: Bench) -> Managed:
    """A stopped VM with a drive and a NIC, all of them managed."""
    vm = bench.create("VirtualMachine", "golden", name="golden", ram=2048, cpu_cores=2, description="the original")
    bench.create("Drive", "disk", vm=vm.id, name="disk", disksize="1GiB", description="data")
    bench.create("Nic", "eth0", vm=vm.id, name="eth0", network="3")
    bench.simulator.reset("log")
    return vm


@pytest.fixture
def snapshot(golden: Managed) -> Managed:
    """A snapshot of it."""
    taken = golden.bench.create("Snapshot", "before", vm=golden.id, name="before")
    golden.bench.simulator.reset("log")
    return taken


def clone(golden: Managed, **arguments: Any) -> Managed:
    return golden.bench.create("VirtualMachine", "copy", name="copy", clone_of=golden.id, **arguments)


def devices(vm: Managed, table: str) -> list[dict[str, Any]]:
    return [row for row in vm.bench.simulator.rows(table) if row["machine"] == vm.outs["machine"]]


def problems(bench: Bench, **arguments: Any) -> list[str]:
    check = bench.provider("VirtualMachine").check({}, {"name": "copy", **arguments})
    return [failure.reason for failure in check.failures]


def unfinished(bench: Bench, saved: Saved, **arguments: Any) -> Managed:
    """Return what the state of the next run holds."""
    inputs = {"name": "copy", **arguments, "__owner": "shop/dev", "__name": "copy"}
    return Managed(bench, "VirtualMachine", saved.id, inputs, saved.outs)


def test_a_clone_is_the_original_but_for_what_the_program_sets(golden: Managed) -> None:
    copy = clone(golden, ram=4096, description="mine", console_pass="canary-1", uefi=True)
    row = copy.row()
    assert row["machine"] != golden.outs["machine"]
    assert {name: row[name] for name in ("name", "ram", "cpu_cores", "uefi", "created_from", "is_snapshot")} == {
        "name": "copy", "ram": 4096, "cpu_cores": 2, "uefi": True, "created_from": "clone", "is_snapshot": False,
    }  # fmt: skip
    assert row["console_pass"] == "canary-1"
    assert row["description"] == f"mine\n{copy.outs['__mark']}"
    assert [drive["name"] for drive in devices(copy, "machine_drives")] == ["disk"]
    assert [nic["name"] for nic in devices(copy, "machine_nics")] == ["eth0"]
    assert (copy.outs["clone_of"], copy.outs["cpu_cores"], copy.outs["created_from"]) == (golden.id, 2, "clone")


def test_a_clone_has_no_description_of_the_original(golden: Managed) -> None:
    assert clone(golden).row()["description"].startswith("[pulumi shop/dev copy ")
    unmarked = Bench(golden.bench.simulator, mark=False)
    plain = unmarked.create("VirtualMachine", "plain", name="plain", clone_of=golden.id)
    assert plain.row()["description"] == ""


def test_what_a_clone_costs(bench: Bench) -> None:
    template = bench.simulator.add("vms", name="template")
    machine = bench.simulator.rows("vms")[0]["machine"]
    bench.simulator.add("machine_drives", machine=machine, disksize=1 << 30)
    copy = bench.create("VirtualMachine", "copy", name="copy", clone_of=template)
    # Made, read back, and seen to have its disks; one that nobody manages has no marks to take off.
    made = [("POST", "vm_actions"), ("GET", f"vms/{copy.id}"), ("GET", f"machines/{copy.outs['machine']:.0f}")]
    assert bench.asked() == [("GET", "system"), *made]
    bench.simulator.reset("log")
    bench.create("VirtualMachine", "other", name="other", clone_of=template, ram=4096)
    assert [verb for verb, _ in bench.asked()] == ["POST", "GET", "GET", "PUT", "GET"]
    assert bench.writes()[1].body == {"ram": 4096}
    bench.simulator.reset("log")
    copy.refresh()
    assert copy.diff().changes is False
    assert bench.asked() == [("GET", "vms")]


def test_a_clone_of_a_running_vm(golden: Managed) -> None:
    golden.bench.create("Power", "on", of=f"vms/{golden.id}", state="running")
    copy = clone(golden)
    assert (copy.outs["running"], copy.outs["status"]) == (False, "stopped")


def test_a_clone_lives_like_any_vm(golden: Managed) -> None:
    copy = clone(golden)
    golden.bench.simulator.reset("log")
    copy.up(cpu_cores=4)
    (put,) = golden.bench.writes()
    assert put.body == {"cpu_cores": 4}
    golden.bench.simulator.edit("vms", int(copy.id), cpu_cores=1)
    golden.bench.connection.reader.forget("vms")
    copy.refresh()
    copy.up(cpu_cores=4)
    assert copy.row()["cpu_cores"] == 4
    copy.destroy()
    assert [row["name"] for row in golden.bench.simulator.rows("vms")] == ["golden"]
    assert devices(copy, "machine_drives") == devices(copy, "machine_nics") == []
    golden.bench.simulator.reset("log")
    copy.destroy()
    assert golden.bench.writes() == []


def test_another_original_is_another_vm(golden: Managed) -> None:
    copy = clone(golden)
    assert copy.diff(clone_of="77").replaces == ["clone_of"]
    assert copy.diff(clone_of=UNKNOWN).replaces == ["clone_of"]
    assert copy.diff(clone_of=None, restored_from="1").replaces == ["restored_from"]
    assert copy.diff(clone_timeout=7).replaces == []


def test_arguments_that_contradict_each_other(bench: Bench) -> None:
    assert problems(bench, clone_of=1, restored_from=UNKNOWN) == [
        "clone_of, restored_from: a VM is made from one of them."
    ]
    assert problems(bench, clone_of=UNKNOWN, created_from="import") == ["created_from: cannot be set on a copy."]
    assert problems(bench, restored_from=1, console_pass_hash="x") == ["console_pass_hash: cannot be set on a copy."]
    assert problems(bench, created_from="import", console_pass_hash="x") == []


def test_an_original_that_is_not_there(bench: Bench) -> None:
    with pytest.raises(Reported, match="error setting field 'vm': No such file or directory"):
        bench.create("VirtualMachine", "copy", name="copy", clone_of="77")
    with pytest.raises(Reported, match="there is no row 77 in machine_snapshots"):
        bench.create("VirtualMachine", "copy", name="copy", restored_from="77")
    assert bench.simulator.rows("vms") == []


# The name ------------------------------------------------------------------------------------------------------------


def test_a_name_that_is_taken(golden: Managed) -> None:
    golden.bench.simulator.add("vms", name="copy")
    with pytest.raises(Reported, match="row 2 of vms has that name already and no stack manages it"):
        clone(golden)
    assert golden.bench.writes() == []


def test_an_adopted_vm_is_not_cloned_and_keeps_its_rows(golden: Managed) -> None:
    bench = golden.bench
    other = Bench(bench.simulator).create("VirtualMachine", "theirs", name="copy")
    disk = Bench(bench.simulator).create("Drive", "theirs", vm=other.id, name="disk", disksize="1GiB")
    copy = clone(golden, adopt=True, ram=512)
    assert (copy.id, copy.row()["ram"]) == (other.id, 512)
    assert disk.row()["description"] == disk.outs["__mark"]


# Answers that were lost ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("fault", [{"what": "reset"}, {"what": "status", "status": 504}])
def test_a_clone_whose_answer_was_lost_is_made_once(golden: Managed, when: str, fault: dict[str, Any]) -> None:
    golden.bench.simulator.faults({"match": ACTIONS, "when": when, **fault})
    copy = clone(golden, ram=4096)
    (row,) = [row for row in golden.bench.simulator.rows("vms") if row["name"] == "copy"]
    assert (copy.id, row["ram"], row["description"]) == (str(row["$key"]), 4096, copy.outs["__mark"])


@pytest.mark.parametrize("answer", [{}, {"response": {"vmkey": "../1"}}, {"response": {"vmkey": 0}}])
def test_a_clone_whose_answer_names_no_key_is_found(golden: Managed, answer: dict[str, Any]) -> None:
    fault = {"what": "status", "status": 201, "body": answer}
    golden.bench.simulator.faults({"match": ACTIONS, "when": "after", **fault})
    copy = clone(golden)
    assert copy.row()["name"] == "copy"
    golden.bench.simulator.faults({"match": ACTIONS, "when": "before", **fault})
    with pytest.raises(Reported, match="the answer to the clone has no usable vmkey"):
        golden.bench.create("VirtualMachine", "lost", name="lost", clone_of=golden.id)


def test_a_clone_of_an_interrupted_run_is_found_again(golden: Managed) -> None:
    clone(golden).cut_off()
    again = clone(golden.seen_by(golden.bench.later()), ram=4096)
    assert len(golden.bench.simulator.rows("vms")) == 2
    assert again.row()["ram"] == 4096


# Waiting for the disks -----------------------------------------------------------------------------------------------


def test_the_disks_are_waited_for(golden: Managed) -> None:
    golden.bench.simulator.transitions(looks=3)
    copy = clone(golden, ram=4096)
    (drive,) = devices(copy, "machine_drives")
    statuses = {row["$key"]: row["status"] for row in golden.bench.simulator.rows("machine_drive_status")}
    assert (statuses[drive["status"]], copy.row()["ram"]) == ("offline", 4096)
    order = [request.path.split("/")[3] for request in golden.bench.simulator.requests() if request.verb != "GET"]
    assert order.index("vms") > order.index("vm_actions")


@pytest.mark.parametrize(("timeout", "seconds"), [(None, 30), (9, 9)])
def test_disks_that_take_too_long_are_waited_for_by_the_next_run(
    golden: Managed, saved: list[Saved], timeout: int | None, seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cloning, "TIMEOUT", 30)
    golden.bench.simulator.transitions(stuck=["cloning"])
    with pytest.raises(Reported) as error:
        clone(golden, ram=4096, clone_timeout=timeout)
    machine = golden.bench.simulator.rows("vms")[1]["machine"]
    assert str(error.value) == (
        f"Unable to create VirtualMachine 'copy': the disks to be copied: still 'importing' after {seconds} s "
        f"(machines/{machine}). It exists and is in the state; the next 'pulumi up' completes it."
    )
    golden.bench.simulator.transitions(stuck=[])
    copy = unfinished(golden.bench, saved[0], clone_of=golden.id, ram=4096)
    assert copy.diff().changes is True
    copy.up()
    assert (copy.row()["ram"], "__unfinished" in copy.outs) == (4096, False)
    assert [Mark.of(row["description"]) for row in devices(copy, "machine_drives")] == [None]


def test_a_disk_that_is_not_sized_yet_is_waited_for(golden: Managed) -> None:
    simulator = golden.bench.simulator
    simulator.transitions(stuck=["cloning"])

    def copied() -> None:
        sizes = {row["$key"]: row["disksize"] for row in simulator.rows("machine_drives")}
        status = simulator.rows("machine_drive_status")[-1]["$key"]
        simulator.edit("machine_drive_status", status, status="offline")
        simulator.edit("machine_drives", max(sizes), disksize=None if golden.bench.time.now < 5 else 1 << 30)

    golden.bench.time.meanwhile = copied
    clone(golden)
    assert golden.bench.time.now >= 5


def test_no_space_for_a_disk_is_an_error_at_once(golden: Managed, saved: list[Saved]) -> None:
    simulator = golden.bench.simulator
    simulator.transitions(stuck=["cloning"])
    golden.bench.time.meanwhile = lambda: simulator.edit("machine_drive_status", 2, status="outofspace")
    with pytest.raises(
        Reported, match=r"the disks to be copied: it is 'outofspace' now, which does not pass by itself"
    ):
        clone(golden)
    assert golden.bench.time.now < 1
    assert len(saved) == 1


# Marks ---------------------------------------------------------------------------------------------------------------


def test_the_rows_of_a_clone_carry_no_marks_and_keep_their_text(golden: Managed) -> None:
    copy = clone(golden)
    assert [row["description"] for row in devices(copy, "machine_drives")] == ["data"]
    assert [row["description"] for row in devices(copy, "machine_nics")] == [""]
    assert all(Mark.of(row["description"]) for row in devices(golden, "machine_drives"))
    assert all(Mark.of(row["description"]) for row in devices(golden, "machine_nics"))


@pytest.mark.parametrize("name", ["disk", None])
def test_a_drive_that_moves_to_a_clone_does_not_take_over_the_copied_one(golden: Managed, name: str | None) -> None:
    copy = clone(golden)
    (copied,) = devices(copy, "machine_drives")
    bench = Bench(golden.bench.simulator)
    if name is None:
        # VergeOS would make a second one, so an earlier attempt is looked for by its mark.
        drive = bench.create("Drive", "disk", vm=copy.id, disksize="2GiB")
        assert drive.id != str(copied["$key"])
        return
    with pytest.raises(Reported, match=r"has that name already and no stack manages it"):
        bench.create("Drive", "disk", vm=copy.id, name=name, disksize="2GiB")
    assert devices(copy, "machine_drives") == [copied]


def test_a_drive_of_an_interrupted_run_is_found_beside_its_copies(golden: Managed) -> None:
    clone(golden)
    (disk,) = (each for each in golden.bench.stack.all() if each.kind == "Drive")
    disk = disk.cut_off().bench.later().create("Drive", "disk", vm=golden.id, name="disk", disksize="1GiB")
    assert disk.row()["machine"] == golden.outs["machine"]
    assert disk.seen_by(Bench(golden.bench.simulator)).read().id == disk.id


def test_a_copied_drive_is_adopted(golden: Managed) -> None:
    copy = clone(golden)
    (copied,) = devices(copy, "machine_drives")
    drive = golden.bench.create("Drive", "copied", vm=copy.id, name="disk", disksize="2GiB", adopt=True)
    assert (drive.id, drive.row()["disksize"]) == (str(copied["$key"]), 2 << 30)
    assert drive.row()["description"].endswith(drive.outs["__mark"])
    drive.destroy()
    copy.destroy()


def test_marks_that_are_not_the_originals_stay(golden: Managed) -> None:
    simulator = golden.bench.simulator
    simulator.transitions(stuck=["cloning"])
    theirs = "[pulumi shop/prod disk 0badcafe]"

    def taken_over() -> None:
        simulator.edit("machine_drives", 2, description=theirs)
        simulator.transitions(stuck=[])

    golden.bench.time.meanwhile = taken_over
    copy = clone(golden)
    assert [row["description"] for row in devices(copy, "machine_drives")] == [theirs]
    assert [row["description"] for row in devices(copy, "machine_nics")] == [""]


def test_a_device_that_came_along_loses_its_mark_too(golden: Managed) -> None:
    simulator = golden.bench.simulator
    mark = "[pulumi shop/dev tpm 0badcafe]"
    simulator.add("machine_devices", machine=int(golden.outs["machine"]), type="tpm", description=mark)
    simulator.transitions(stuck=["cloning"])

    def came_along() -> None:
        machine = simulator.rows("vms")[1]["machine"]
        simulator.add("machine_devices", machine=machine, type="tpm", description=f"of the copy\n{mark}")
        simulator.transitions(stuck=[])

    golden.bench.time.meanwhile = came_along
    copy = clone(golden)
    assert [row["description"] for row in devices(golden, "machine_devices")] == [mark]
    assert {row["description"] for row in devices(copy, "machine_devices")} == {"of the copy"}


@pytest.mark.parametrize("kept", ["machine", "nothing"])
def test_a_copy_whose_original_went_meanwhile_is_completed(golden: Managed, saved: list[Saved], kept: str) -> None:
    simulator = golden.bench.simulator
    simulator.transitions(stuck=["cloning"])
    with pytest.raises(Reported):
        clone(golden, clone_timeout=1)
    simulator.transitions(stuck=[])
    if kept == "machine":
        simulator.edit("vms", int(golden.id), machine=None)
    else:
        simulator.remove("vms", int(golden.id))
    copy = unfinished(Bench(simulator), saved[0], clone_of=golden.id)
    copy.up()
    assert "__unfinished" not in copy.outs


# Snapshots -----------------------------------------------------------------------------------------------------------


def test_a_vm_is_restored_from_a_snapshot(golden: Managed, snapshot: Managed) -> None:
    golden.up(ram=8192)
    bench = golden.bench
    bench.simulator.reset("log")
    copy = bench.create("VirtualMachine", "copy", name="copy", restored_from=snapshot.id)
    row = copy.row()
    assert (row["ram"], row["is_snapshot"], golden.row()["ram"]) == (2048, False, 8192)
    assert copy.diff().changes is False
    assert [Mark.of(row["description"]) for row in devices(copy, "machine_drives")] == [None]
    machines = [("GET", f"machines/{vm:.0f}") for vm in (copy.outs["machine"], snapshot.outs["snap_machine"])]
    assert bench.asked() == [
        ("GET", "vms"), ("POST", "vm_actions"), ("GET", f"vms/{copy.id}"), *machines,
        ("PUT", "machine_drives/3"), ("PUT", "machine_nics/3"),
    ]  # fmt: skip
    copy.destroy()
    assert len(bench.simulator.rows("machine_snapshots")) == 1


def test_a_restore_whose_answer_was_lost_is_made_once(golden: Managed, snapshot: Managed) -> None:
    golden.bench.simulator.faults({"match": ACTIONS, "when": "after", "what": "reset"})
    copy = golden.bench.create("VirtualMachine", "copy", name="copy", restored_from=snapshot.id)
    assert [row["$key"] for row in golden.bench.simulator.rows("vms") if row["name"] == "copy"] == [int(copy.id)]


@pytest.mark.parametrize("missing", ["snap_machine", "vm", "flag"])
def test_a_snapshot_that_holds_nothing_is_an_error(golden: Managed, snapshot: Managed, missing: str) -> None:
    simulator = golden.bench.simulator
    (hidden,) = [row for row in simulator.rows("vms") if row["is_snapshot"]]
    if missing == "snap_machine":
        simulator.edit("machine_snapshots", int(snapshot.id), snap_machine=None)
    elif missing == "vm":
        simulator.edit("vms", hidden["$key"], machine=None)
    else:
        simulator.edit("vms", hidden["$key"], is_snapshot=False)
    later = Bench(simulator)
    with pytest.raises(Reported, match=f"snapshot {snapshot.id} has nothing that can be restored, or not yet"):
        later.create("VirtualMachine", "copy", name="copy", restored_from=snapshot.id)
    assert later.writes() == []


def test_originals_are_named_by_arguments(bench: Bench) -> None:
    declared = bench.provider("VirtualMachine").declaration.inputs
    assert all(declared[name].replaces and declared[name].column is None for name in cloning.ORIGINALS)
