"""What holds data is neither deleted nor replaced unless the program allows it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed
from verge_pulumi.engine.errors import Reported

MIB = 1 << 20
WAY_OUT = (
    "To allow it set allow_data_loss=True and run 'pulumi up' before this change; to rule it out use Pulumi's option "
    "protect."
)


@pytest.fixture
def vm(bench: Bench) -> Managed:
    return bench.create("VirtualMachine", "vm", name="web", ram=1024)


@pytest.fixture
def disk(vm: Managed) -> Managed:
    """A disk with 1.5 GiB of data on it, as the state knows."""
    disk = vm.bench.create("Drive", "data", vm=vm.id, name="data", disksize="10GiB")
    fill(disk, 1536 * MIB)
    disk.refresh()
    vm.bench.simulator.reset("log")
    return disk


def fill(disk: Managed, used: int | None) -> None:
    """Let the guest write."""
    disk.bench.simulator.edit("machine_drives", int(disk.id), used_bytes=used)


def refusal(call: Any, *arguments: Any, **changes: Any) -> str:
    with pytest.raises(Reported) as error:
        call(*arguments, **changes)
    return str(error.value)


# Drives --------------------------------------------------------------------------------------------------------------


def test_a_disk_with_data_is_not_deleted(disk: Managed) -> None:
    assert refusal(disk.destroy) == (
        f"Unable to delete Drive 'data': this would delete the data on 'data' (1.5 GiB). {WAY_OUT}"
    )
    assert [verb for verb, _ in disk.bench.asked()] == ["GET"]
    assert disk.row()


def test_what_was_written_since_the_last_refresh_counts(vm: Managed) -> None:
    disk = vm.bench.create("Drive", "data", vm=vm.id, name="data", disksize="10GiB")
    fill(disk, 700)
    assert "'data' (700 B)" in refusal(disk.destroy)


@pytest.mark.parametrize("used", [0, None])
def test_an_empty_disk_is_deleted(disk: Managed, used: int | None) -> None:
    fill(disk, used)
    disk.destroy()
    assert disk.bench.simulator.rows("machine_drives") == []


def test_a_disk_with_data_is_deleted_if_that_is_allowed(disk: Managed) -> None:
    disk.up(allow_data_loss=True)
    assert disk.bench.writes() == []
    disk.destroy()
    assert disk.bench.simulator.rows("machine_drives") == []


@pytest.mark.parametrize("change", [{"media": "clone", "media_source": "1"}, {"vm": UNKNOWN}])
def test_a_replacement_that_loses_data_is_refused_in_the_preview(disk: Managed, change: dict[str, Any]) -> None:
    assert refusal(disk.diff, **change) == (
        f"Unable to change Drive 'data': this would delete 1.5 GiB of data on it. {WAY_OUT}"
    )
    assert disk.bench.simulator.requests() == []


def test_leave_that_is_not_in_the_state_yet_does_not_count(disk: Managed) -> None:
    """The old disk is deleted by what its state says, so leave in the new program would come too late."""
    assert "would delete" in refusal(disk.diff, vm=UNKNOWN, allow_data_loss=True)
    disk.up(allow_data_loss=True)
    assert disk.diff(vm=UNKNOWN).replaces == ["vm"]


def test_a_change_that_replaces_nothing_is_not_refused(disk: Managed) -> None:
    assert disk.diff(orderid=3).replaces == []


def test_an_imported_disk_holds_what_was_imported(vm: Managed) -> None:
    image = vm.bench.simulator.add("files", name="debian.raw", filesize=2048 * MIB)
    disk = vm.bench.create("Drive", "os", vm=vm.id, name="os", media="import", media_source=str(image))
    assert "'os' (2.0 GiB)" in refusal(disk.destroy)
    assert "would delete 2.0 GiB of data" in refusal(disk.diff, media_source="77")


@pytest.mark.parametrize("media", ["cdrom", "efidisk", "nonpersistent"])
def test_what_others_hold_too_is_deleted(vm: Managed, media: str) -> None:
    disk = vm.bench.create("Drive", "d", vm=vm.id, name="d", media=media)
    fill(disk, 5 * MIB)
    disk.refresh()
    assert disk.diff(vm=UNKNOWN).replaces == ["vm"]
    disk.destroy()
    assert vm.bench.simulator.rows("machine_drives") == []


# Virtual machines ----------------------------------------------------------------------------------------------------


def add(vm: Managed, name: str, used: int | None, **columns: Any) -> None:
    """Add a drive that no program manages."""
    vm.bench.simulator.add(
        "machine_drives", machine=vm.row()["machine"], name=name, used_bytes=used, **{"disksize": 1 << 30, **columns}
    )


def test_a_vm_goes_with_no_drive_that_holds_data(vm: Managed) -> None:
    vm.bench.create("Power", "on", of=f"vms/{vm.id}", state="running")
    add(vm, "os", 2048 * MIB)
    add(vm, "empty", 0)
    add(vm, "logs", 5 * 1024)
    vm.bench.simulator.reset("log")
    assert refusal(vm.destroy) == (
        "Unable to delete VirtualMachine 'web': this would delete the data on 'os' (2.0 GiB), 'logs' (5.0 KiB). "
        f"{WAY_OUT}"
    )
    # The row, and the tables in which other stacks may have rows within it.
    assert [verb for verb, _ in vm.bench.asked()] == ["GET"] * 5
    assert vm.bench.simulator.rows("machine_status")[-1]["running"] is True


def test_a_vm_goes_with_drives_that_hold_nothing_to_keep(vm: Managed) -> None:
    add(vm, "empty", None)
    add(vm, "cd", 5 * MIB, media="cdrom")
    add(vm, "efi", 5 * MIB, media="efidisk")
    add(vm, "firmware", 5 * MIB, interface="pflash")
    add(vm, "tpm", 5 * MIB, interface="tpm_state")
    vm.bench.simulator.reset("log")
    vm.destroy()
    assert [verb for verb, _ in vm.bench.asked()] == ["GET"] * 5 + ["DELETE"]


def test_a_vm_goes_with_its_data_if_that_is_allowed(vm: Managed) -> None:
    add(vm, "os", 2048 * MIB)
    vm.up(allow_data_loss=True)
    vm.destroy()
    assert vm.bench.simulator.rows("machine_drives") == []


def test_a_vm_that_does_not_tell_its_drives_is_asked_for_them(vm: Managed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(vm.bench.provider("VirtualMachine")), "extra_delete_fields", ())
    add(vm, "os", 2048 * MIB)
    assert "'os' (2.0 GiB)" in refusal(vm.destroy)


def test_a_vm_without_a_machine_is_deleted(vm: Managed) -> None:
    vm.bench.simulator.remove("machines", vm.row()["machine"])
    vm.destroy()
    assert vm.bench.simulator.rows("vms") == []


def test_a_hostile_name_is_shown_harmlessly(vm: Managed) -> None:
    add(vm, "a\x1b[31m\nb", 1)
    assert "\x1b" not in refusal(vm.destroy)
