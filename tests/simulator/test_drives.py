"""Drives: media, images that are imported or cloned, hot-plugging (docs/vergeos/virtual-machines.md §6)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.conftest import Http
from verge_pulumi.simulator import Simulator

GIB = 1 << 30
FIELDS = "media,disksize,used_bytes,status#status as status"


@pytest.fixture
def vm(http: Http) -> tuple[int, int]:
    """The keys of a VM and of its machine."""
    return http.vm("web")


@pytest.fixture
def image(simulator: Simulator) -> int:
    """Key of an image of 2 GiB."""
    return int(simulator.add("files", name="debian.qcow2", filesize=2 * GIB))


def drive(http: Http, machine: int, **columns: Any) -> int:
    return int(http.post("machine_drives", {"machine": machine, **columns})["$key"])


def hotplug_error(http: Http, vm: int, device: int, **params: Any) -> tuple[int, str]:
    return http.error(
        "POST", "vm_actions", {"vm": vm, "action": "hotplugdrive", "params": {"device": device, **params}}
    )


@pytest.mark.parametrize(("media", "then"), [("import", "disk"), ("clone", "clone")])
def test_an_image_takes_time(
    simulator: Simulator, http: Http, vm: tuple[int, int], image: int, media: str, then: str
) -> None:
    simulator.transitions(looks=1)
    key = drive(http, vm[1], media=media, media_source=image)
    empty = {"media": media, "disksize": None, "used_bytes": 0, "status": "importing"}
    assert http.get(f"machine_drives/{key}", fields=FIELDS) == empty
    done = {"media": then, "disksize": 2 * GIB, "used_bytes": 2 * GIB, "status": "offline"}
    assert http.get(f"machine_drives/{key}", fields=FIELDS) == done


@pytest.mark.parametrize("media", ["import", "clone"])
def test_an_image_keeps_the_size_it_was_asked_for(http: Http, vm: tuple[int, int], image: int, media: str) -> None:
    key = drive(http, vm[1], media=media, media_source=image, disksize=5 * GIB)
    row = http.get(f"machine_drives/{key}", fields=FIELDS)
    assert (row["disksize"], row["used_bytes"]) == (5 * GIB, 2 * GIB)


@pytest.mark.parametrize("media", ["import", "clone"])
def test_an_image_is_needed(http: Http, vm: tuple[int, int], media: str) -> None:
    text = "Validation error on field: 'media_source' - 'fails validation test'"
    assert http.error("POST", "machine_drives", {"machine": vm[1], "media": media}) == (422, text)


def test_an_image_that_went_away_leaves_an_empty_drive(
    simulator: Simulator, http: Http, vm: tuple[int, int], image: int
) -> None:
    simulator.transitions(looks=1)
    key = drive(http, vm[1], media="import", media_source=image)
    simulator.remove("files", image)
    http.get(f"machine_drives/{key}", fields=FIELDS)
    assert http.get(f"machine_drives/{key}", fields=FIELDS)["disksize"] is None


def test_what_is_importing_is_neither_resized_nor_plugged_in(
    simulator: Simulator, http: Http, vm: tuple[int, int], image: int
) -> None:
    http.act(vm[0], "poweron")
    simulator.transitions(stuck=["importing"])
    key = drive(http, vm[1], media="import", media_source=image)
    importing = (422, "Drive 'drive_0' is importing")
    assert http.error("PUT", f"machine_drives/{key}", {"disksize": 5 * GIB}) == importing
    assert hotplug_error(http, vm[0], key) == (422, "Drive 'drive_0' cannot be hotplugged")
    http.act(vm[0], "kill")
    http.act(vm[0], "poweron")
    assert http.get(f"machine_drives/{key}", fields=FIELDS)["status"] == "importing"
    http.put(f"machine_drives/{key}", {"orderid": 4})
    http.delete(f"machine_drives/{key}")


def test_a_hot_plug_may_take_time(simulator: Simulator, http: Http, vm: tuple[int, int]) -> None:
    http.act(vm[0], "poweron")
    key = drive(http, vm[1], disksize=GIB)
    simulator.transitions(looks=1)
    for unplug, words in [(False, ["offline", "online"]), (True, ["online", "offline"])]:
        http.act(vm[0], "hotplugdrive", device=key, unplug=unplug)
        assert [http.get(f"machine_drives/{key}", fields=FIELDS)["status"] for _ in range(2)] == words


@pytest.mark.parametrize(
    "columns", [{"disksize": GIB, "interface": "nvme"}, {"media": "cdrom"}, {"media": "nonpersistent"}]
)
def test_what_cannot_be_plugged_in_cannot_be_unplugged(
    http: Http, vm: tuple[int, int], columns: dict[str, Any]
) -> None:
    key = drive(http, vm[1], **columns)
    http.act(vm[0], "poweron")
    assert hotplug_error(http, vm[0], key, unplug=True) == (422, "Drive 'drive_0' cannot be hotplugged")
    assert http.error("DELETE", f"machine_drives/{key}") == (422, "Unable to delete online drive")


@pytest.mark.parametrize(("columns", "word"), [({}, "online"), ({"disksize": 1 << 20}, "offline")])
def test_an_efi_disk_with_a_size_is_of_no_use(
    http: Http, vm: tuple[int, int], columns: dict[str, Any], word: str
) -> None:
    key = drive(http, vm[1], media="efidisk", **columns)
    http.act(vm[0], "poweron")
    assert http.get(f"machine_drives/{key}", fields=FIELDS)["status"] == word


def test_one_of_three_drives_is_deleted_and_no_other(http: Http, vm: tuple[int, int]) -> None:
    keys = [drive(http, vm[1], disksize=GIB) for _ in range(3)]
    http.delete(f"machine_drives/{keys[1]}")
    assert [row["$key"] for row in http.get("machine_drives", fields="$key")] == [keys[0], keys[2]]
    assert [row["$key"] for row in http.get("machine_drive_status", fields="$key")] == [keys[0], keys[2]]
