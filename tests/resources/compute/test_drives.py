"""Drives: what they are made from, how they grow, and how they come to a running VM and leave it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed
from tests.providers.conftest import Saved
from verge_pulumi.engine.errors import Reported
from verge_pulumi.resources.compute import _hotplug as hotplug

GIB = 1 << 30
ACTIONS = {"verb": "POST", "path": "/vm_actions$"}
REFUSED = {"what": "status", "status": 422, "body": {"err": "not now"}}


@pytest.fixture
def stopped(bench: Bench) -> Managed:
    """A stopped VM."""
    return bench.create("VirtualMachine", "vm", name="web", ram=1024)


@pytest.fixture
def running(stopped: Managed) -> Managed:
    """A running VM; the simulator's time passes with the provider's."""
    stopped.bench.create("Power", "on", of=f"vms/{stopped.id}", state="running")
    stopped.bench.share_clock()
    return stopped


@pytest.fixture(params=["stopped", "running"])
def either(request: pytest.FixtureRequest) -> Managed:
    """A VM, once stopped and once running."""
    vm: Managed = request.getfixturevalue(request.param)
    return vm


@pytest.fixture
def image(bench: Bench) -> str:
    """Key of an image of 2 GiB."""
    return str(bench.simulator.add("files", name="debian.qcow2", filesize=2 * GIB))


def add(vm: Managed, **arguments: Any) -> Managed:
    """Create a drive, with an empty log before; a plain disk of 10 GiB if nothing else is said."""
    plain = {} if "media" in arguments else {"disksize": "10GiB"}
    vm.bench.simulator.reset("log")
    return vm.bench.create("Drive", "data", **{"vm": vm.id, "name": "data", **plain, **arguments})


def failure(call: Callable[[], object]) -> str:
    """Return what people read of a call that fails."""
    with pytest.raises(Reported) as error:
        call()
    return str(error.value)


def problems(bench: Bench, **arguments: Any) -> list[str]:
    """Return what `check` finds."""
    return [f.reason for f in bench.provider("Drive").check({}, {"vm": "1", **arguments}).failures]


def puts(bench: Bench) -> list[Any]:
    return [request.body for request in bench.writes() if request.verb == "PUT"]


def requests(vm: Managed) -> list[str]:
    """Return the verbs of the requests, but for the one that asks for the key of the VM's machine."""
    return [verb for verb, path in vm.bench.asked() if path != f"vms/{vm.id}"]


def status(drive: Managed) -> str:
    rows = drive.bench.simulator.rows("machine_drive_status")
    return str(next(row["status"] for row in rows if row["parent_drive"] == int(drive.id)))


# Arguments that go together ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({}, "disksize: a disk needs one."),
        ({"media": "disk"}, "disksize: a disk needs one."),
        (
            {"disksize": "1GiB", "media_source": "5"},
            "media_source: a plain disk has none; to make it from an image set media='import'.",
        ),
        (
            {"media": "efidisk", "disksize": "1MiB"},
            "disksize: leave it out, the size of media='efidisk' is not for you to choose.",
        ),
        (
            {"media": "cdrom", "disksize": "1GiB"},
            "disksize: leave it out, the size of media='cdrom' is not for you to choose.",
        ),
        ({"media": "import"}, "media_source: media='import' needs one."),
        ({"media": "clone", "disksize": "1GiB"}, "media_source: media='clone' needs one."),
    ],
)
def test_a_size_and_a_source_go_with_some_media_only(bench: Bench, arguments: dict[str, Any], reason: str) -> None:
    assert problems(bench, **arguments) == [reason]
    assert bench.simulator.requests() == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"disksize": UNKNOWN},
        {"media": UNKNOWN},
        {"media": "import", "media_source": UNKNOWN},
        {"media": "import", "media_source": "5", "disksize": "20GiB"},
        {"media": "cdrom"},
        {"media": "efidisk"},
        {"media": "nonpersistent", "media_source": "5"},
        {"media": "9p"},
    ],
)
def test_what_goes_together_or_is_not_known_yet_is_accepted(bench: Bench, arguments: dict[str, Any]) -> None:
    assert problems(bench, **arguments) == []


# The life of a plain disk --------------------------------------------------------------------------------------------


def test_the_life_of_a_disk(either: Managed) -> None:
    bench = either.bench
    drive = add(either, serial="s1", asset="rack", optimize="large", fsync="1", discard=False, advanced="x=1")
    row = drive.row()
    assert (row["disksize"], row["serial"], row["asset"], row["optimize"]) == (10 * GIB, "s1", "rack", "large")
    assert (row["fsync"], row["discard"], row["advanced"], row["media"]) == ("1", False, "x=1", "disk")
    assert drive.outs["media"] == "disk"

    assert drive.diff().changes is False
    bench.simulator.reset("log")
    drive.up(orderid=5)
    assert puts(bench) == [{"orderid": 5}]
    assert bench.asked() == [
        ("GET", f"machine_drives/{drive.id}"),
        ("PUT", f"machine_drives/{drive.id}"),
        ("GET", f"machine_drives/{drive.id}"),
    ]

    bench.simulator.edit("machine_drives", int(drive.id), asset="moved")
    drive.refresh()
    assert drive.inputs["asset"] == "moved"
    bench.simulator.reset("log")
    drive.up(asset="rack")
    assert puts(bench) == [{"asset": "rack"}]

    drive.destroy()
    assert bench.simulator.rows("machine_drives") == []


def test_a_drive_that_went_away_is_forgotten(either: Managed) -> None:
    drive = add(either)
    drive.bench.simulator.edit("machine_drive_status", int(drive.id), status="offline")
    drive.bench.simulator.remove("machine_drives", int(drive.id))
    assert drive.read().id == ""
    drive.destroy()


def test_one_of_three_drives_is_deleted_and_no_other(either: Managed) -> None:
    drives = {name: either.bench.create("Drive", name, vm=either.id, name=name, disksize="1GiB") for name in "abc"}
    drives["b"].destroy()
    assert [row["name"] for row in either.bench.simulator.rows("machine_drives")] == ["a", "c"]


def test_a_cd_is_swapped_by_one_put(stopped: Managed, image: str) -> None:
    other = str(stopped.bench.simulator.add("files", name="other.iso", filesize=GIB))
    drive = add(stopped, media="cdrom", interface="ahci", media_source=image)
    assert drive.diff(media_source=other).replaces == []
    stopped.bench.simulator.reset("log")
    drive.up(media_source=other)
    assert puts(stopped.bench) == [{"media_source": int(other)}]


def test_a_create_only_column_replaces(stopped: Managed) -> None:
    drive = add(stopped)
    assert drive.diff(media="cdrom", disksize=None).replaces == ["media"]
    assert drive.diff(preserve_drive_format=True).replaces == ["preserve_drive_format"]


# Growing and shrinking -----------------------------------------------------------------------------------------------


def test_a_disk_grows_by_one_put(either: Managed) -> None:
    drive = add(either)
    before = status(drive)
    either.bench.simulator.reset("log")
    drive.up(disksize="20GiB")
    assert [verb for verb, _ in either.bench.asked()] == ["GET", "PUT", "GET"]
    assert puts(either.bench) == [{"disksize": 20 * GIB}]
    assert status(drive) == before
    assert drive.outs["disksize"] == "20GiB"


def test_a_disk_does_not_shrink_and_the_preview_says_so(stopped: Managed) -> None:
    drive = add(stopped)
    stopped.bench.simulator.reset("log")
    assert failure(lambda: drive.diff(disksize="5GiB")) == (
        "Unable to change Drive 'data': disksize: a drive never shrinks; it has 10GiB, the program says 5GiB."
    )
    assert stopped.bench.simulator.requests() == []
    assert drive.diff(disksize=UNKNOWN).changes is None
    assert drive.diff(disksize="5GiB", preserve_drive_format=True).replaces == ["preserve_drive_format"]


# Imports and clones --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("media", ["import", "clone"])
def test_an_image_is_waited_for(stopped: Managed, image: str, media: str) -> None:
    stopped.bench.share_clock()
    stopped.bench.simulator.transitions(seconds=90)
    drive = add(stopped, media=media, media_source=image)
    assert 90 <= stopped.bench.time.now < 100
    (post,) = stopped.bench.writes()
    assert "disksize" not in post.body
    row = drive.row()
    assert (row["disksize"], row["used_bytes"], status(drive)) == (2 * GIB, 2 * GIB, "offline")
    assert (drive.outs["media"], drive.outs["disksize"], drive.outs["media_source"]) == (media, "2GiB", image)
    assert drive.diff().changes is False
    drive.refresh()
    assert drive.outs["media"] == media
    assert drive.diff().changes is False


def test_an_import_that_is_done_at_once_costs_no_more_than_a_disk(stopped: Managed, image: str) -> None:
    add(stopped, media="import", media_source=image)
    assert requests(stopped) == ["POST", "GET"]


def test_an_import_grows_when_it_is_done(stopped: Managed, image: str) -> None:
    stopped.bench.share_clock()
    stopped.bench.simulator.transitions(seconds=10)
    drive = add(stopped, media="import", media_source=image, disksize="20GiB")
    assert [list(request.body) for request in stopped.bench.writes()][1:] == [["disksize"]]
    assert drive.row()["disksize"] == 20 * GIB
    assert drive.outs["disksize"] == "20GiB"
    assert drive.diff().changes is False


def test_an_import_of_the_size_of_its_image_is_not_resized(stopped: Managed, image: str) -> None:
    add(stopped, media="import", media_source=image, disksize="2GiB")
    assert puts(stopped.bench) == []


def test_an_image_that_does_not_fit_is_told_and_mended(stopped: Managed, image: str, saved: list[Saved]) -> None:
    text = failure(lambda: add(stopped, media="import", media_source=image, disksize="1GiB"))
    assert text == (
        "Unable to create Drive 'data': disksize: the image has 2GiB, the program says 1GiB. "
        "Ask for at least that, or leave it out. It exists and is in the state; the next 'pulumi up' completes it."
    )
    drive = saved_drive(stopped, saved, media="import", media_source=image, disksize="1GiB")
    assert "the image has 2GiB" in failure(drive.up)
    drive.up(disksize="3GiB")
    assert drive.row()["disksize"] == 3 * GIB
    assert "__unfinished" not in drive.outs


def saved_drive(vm: Managed, saved: list[Saved], **arguments: Any) -> Managed:
    """Return a drive that is not complete as the next run finds it in the state."""
    hidden = {"__owner": "shop/dev", "__name": "data"}
    inputs = vm.bench.check("Drive", {"vm": vm.id, "name": "data", **hidden, **arguments})
    return Managed(vm.bench, "Drive", saved[-1].id, inputs, saved[-1].outs)


def test_an_import_that_takes_too_long_is_finished_by_the_next_run(
    stopped: Managed, image: str, saved: list[Saved]
) -> None:
    stopped.bench.simulator.transitions(stuck=["importing"])
    given = {"media": "import", "media_source": image, "disksize": "5GiB", "timeout": 600}
    text = failure(lambda: add(stopped, **given))
    assert "import: still 'importing' after 600 s (machine_drives/1)" in text
    assert stopped.bench.time.now == pytest.approx(600)

    stopped.bench.simulator.transitions(stuck=[])
    drive = saved_drive(stopped, saved, **given)
    assert drive.diff().changes is True
    drive.up()
    assert drive.row()["disksize"] == 5 * GIB
    assert drive.diff().changes is False
    assert len(stopped.bench.simulator.rows("machine_drives")) == 1


def test_an_import_without_a_timeout_is_waited_for_an_hour(stopped: Managed, image: str) -> None:
    stopped.bench.simulator.transitions(stuck=["importing"])
    assert "after 3600 s" in failure(lambda: add(stopped, media="import", media_source=image))


def test_an_import_that_ran_out_of_space_is_told_at_once(stopped: Managed, image: str) -> None:
    stopped.bench.simulator.transitions(stuck=["importing"])
    stopped.bench.time.meanwhile = lambda: stopped.bench.simulator.edit("machine_drive_status", 1, status="outofspace")
    text = failure(lambda: add(stopped, media="import", media_source=image))
    assert "import: it is 'outofspace' now, which does not pass by itself (machine_drives/1)" in text
    assert stopped.bench.time.now < 1


def test_an_import_may_be_written_as_the_disk_it_has_become(stopped: Managed, image: str) -> None:
    drive = add(stopped, media="import", media_source=image)
    assert drive.diff(media="disk", media_source=None, disksize="2GiB").replaces in (None, [])
    drive.up(media="disk", media_source=None, disksize="4GiB")
    assert drive.row()["disksize"] == 4 * GIB


def test_a_disk_does_not_become_an_import(stopped: Managed, image: str) -> None:
    drive = add(stopped)
    assert drive.diff(media="import", media_source=image, disksize=None).replaces[:1] == ["media"]


def test_another_image_is_another_disk(stopped: Managed, image: str) -> None:
    drive = add(stopped, media="import", media_source=image, allow_data_loss=True)
    assert drive.diff(media_source="77").replaces == ["media_source"]
    assert drive.diff(media_source=UNKNOWN).replaces == ["media_source"]


def test_what_is_told_of_the_image_later_is_no_drift(stopped: Managed, image: str) -> None:
    drive = add(stopped, media="import", media_source=image)
    stopped.bench.simulator.edit("machine_drives", int(drive.id), media_source=None)
    drive.refresh()
    assert drive.outs["media_source"] == image
    assert drive.diff().changes is False


def test_an_interrupted_import_is_taken_up_again(stopped: Managed, image: str) -> None:
    given = {"media": "import", "media_source": image, "disksize": "5GiB"}
    first = add(stopped, **given).cut_off()
    again = stopped.bench.later().create("Drive", first.name, vm=stopped.id, name="data", **given)
    assert again.id == first.id
    assert again.row()["disksize"] == 5 * GIB


# A running VM --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("interface", [None, "virtio", "virtio-scsi"])
def test_a_disk_is_plugged_into_a_running_vm(running: Managed, interface: str | None) -> None:
    drive = add(running, interface=interface)
    assert drive.outs["status"] == "online"
    assert [request.body for request in running.bench.writes()][1:] == [
        {"vm": running.id, "action": "hotplugdrive", "params": {"device": int(drive.id)}}
    ]
    assert requests(running) == ["POST", "GET", "POST", "GET"]
    running.bench.simulator.reset("log")
    assert drive.diff().changes is False
    assert running.bench.simulator.requests() == []


def test_an_image_is_plugged_in_when_it_is_there_and_grows_live(running: Managed, image: str) -> None:
    running.bench.simulator.transitions(seconds=10)
    drive = add(running, media="import", media_source=image, disksize="8GiB")
    assert (drive.outs["status"], drive.outs["disksize"]) == ("online", "8GiB")


@pytest.mark.parametrize(
    "arguments",
    [{"media": "cdrom", "interface": "ahci"}, {"interface": "nvme"}, {"media": "efidisk"}],
)
def test_what_cannot_be_plugged_in_is_there_from_the_next_start_on(
    running: Managed, arguments: dict[str, Any], told: list[str]
) -> None:
    sized = {} if "media" in arguments else {"disksize": "1GiB"}
    drive = add(running, **arguments, **sized)
    assert told == ["is there from the next start of the VM on; only disks on virtio-scsi and virtio are hot-plugged"]
    assert requests(running) == ["POST", "GET"]
    drive.destroy()


def test_a_vm_that_forbids_hot_plugs_has_it_from_its_next_start_on(running: Managed, told: list[str]) -> None:
    running.bench.simulator.edit("vms", int(running.id), allow_hotplug=False)
    drive = add(running)
    assert drive.outs["status"] == "offline"
    assert "from the next start of the VM on" in told[0]


@pytest.mark.parametrize("arguments", [{"enabled": False}, {"enabled": False, "interface": "nvme"}])
def test_a_drive_that_is_switched_off_is_not_plugged_in(
    running: Managed, arguments: dict[str, Any], told: list[str]
) -> None:
    assert add(running, **arguments).outs["status"] == "offline"
    assert told == []


def test_nothing_is_plugged_into_a_stopped_vm(stopped: Managed, told: list[str]) -> None:
    drive = add(stopped, interface="nvme")
    assert (drive.outs["status"], drive.outs["running"], told) == ("offline", False, [])
    assert requests(stopped) == ["POST", "GET"]


def test_a_refused_hot_plug_leaves_no_drive(running: Managed, saved: list[Saved]) -> None:
    running.bench.simulator.faults({"match": ACTIONS, **REFUSED})
    text = failure(lambda: add(running))
    assert text == "Unable to create Drive 'data': POST /api/v4/vm_actions failed: not now (422)."
    assert saved == []
    assert running.bench.simulator.rows("machine_drives") == []
    assert add(running).outs["status"] == "online"


def test_a_drive_that_cannot_be_taken_back_stays_known(running: Managed, saved: list[Saved]) -> None:
    running.bench.simulator.faults({"match": ACTIONS, **REFUSED}, {"match": {"verb": "DELETE", "times": 0}, **REFUSED})
    assert "It exists and is in the state" in failure(lambda: add(running))
    running.bench.simulator.faults()
    drive = saved_drive(running, saved, disksize="10GiB")
    drive.up()
    assert drive.outs["status"] == "online"


def test_a_refused_hot_plug_does_not_delete_what_was_there_before(running: Managed, saved: list[Saved]) -> None:
    simulator = running.bench.simulator
    key = simulator.add("machine_drives", machine=running.row()["machine"], name="data", disksize=10 * GIB)
    simulator.faults({"match": ACTIONS, **REFUSED})
    assert "It exists and is in the state" in failure(lambda: add(running, adopt=True))
    assert [row["$key"] for row in simulator.rows("machine_drives")] == [key]
    assert saved[0].id == str(key)


def test_a_disk_in_use_is_unplugged_and_deleted(running: Managed) -> None:
    drive = add(running)
    running.bench.simulator.transitions(seconds=5)
    running.bench.simulator.reset("log")
    drive.destroy()
    assert [verb for verb, _ in running.bench.asked() if verb != "GET"] == ["POST", "DELETE"]
    assert running.bench.simulator.rows("machine_drives") == []
    assert running.bench.time.now >= 5


def test_a_disk_that_is_still_let_go_of_is_deleted_a_little_later(running: Managed) -> None:
    drive = add(running)
    refusal = {"what": "status", "status": 422, "body": {"err": "Unable to delete online drive"}}
    running.bench.simulator.faults({"match": {"verb": "DELETE"}, **refusal})
    drive.destroy()
    assert running.bench.simulator.rows("machine_drives") == []
    assert running.bench.time.now == pytest.approx(hotplug.RETRY_PAUSE)


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ({"media": "cdrom", "interface": "ahci"}, "media='cdrom' on ahci"),
        ({"disksize": "1GiB", "media": "disk", "interface": "nvme"}, "media='disk' on nvme"),
    ],
)
def test_a_drive_that_cannot_be_unplugged_is_not_deleted(
    stopped: Managed, arguments: dict[str, Any], what: str
) -> None:
    drive = add(stopped, **arguments)
    power = stopped.bench.create("Power", "on", of=f"vms/{stopped.id}", state="running")
    assert failure(drive.destroy) == (
        f"Unable to delete Drive 'data': the VM runs, and only disks on virtio-scsi and virtio are unplugged from it, "
        f"not {what}. {hotplug.WAY_OUT}."
    )
    power.up(state="stopped")
    drive.destroy()


def test_a_disk_of_a_vm_that_forbids_hot_plugs_is_not_deleted_while_it_runs(running: Managed) -> None:
    drive = add(running)
    running.bench.simulator.edit("vms", int(running.id), allow_hotplug=False)
    text = failure(drive.destroy)
    assert text.endswith(f"Machine does not allow hotplug (422). {hotplug.WAY_OUT}.")
    assert drive.row()


def test_a_disk_of_a_stopped_vm_is_deleted_by_two_requests(stopped: Managed) -> None:
    drive = add(stopped)
    stopped.bench.simulator.reset("log")
    drive.destroy()
    assert [verb for verb, _ in stopped.bench.asked()] == ["GET", "DELETE"]
