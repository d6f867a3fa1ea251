"""Pools of devices of the host, and their rules: settings of each type, who uses one, keys that are UUIDs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed, hosted
from verge_pulumi.engine.errors import Reported
from verge_pulumi.resources.compute.resource_group import SETTINGS_OF

OVERRIDES = (
    "macaddress",
    "vlan",
    "qos",
    "proto",
    "max_tx_rate",
    "min_tx_rate",
    "trust",
    "spoofchk",
    "query_rss",
    "state",
)
SETTINGS: dict[str, dict[str, Any]] = {
    "node_pci_devices": {},
    "node_usb_devices": {"guest_reset": True, "guest_resets_all": False},
    "node_sriov_nic_devices": {
        "numvfs": 8,
        "vlan": 10,
        "qos": 3,
        "proto": "802.1Q",
        "max_tx_rate": 1000,
        "min_tx_rate": 0,
        "trust": "on",
        "spoofchk": "off",
        "query_rss": "default",
        "state": "auto",
        **{f"{name}_allow_override": name == "vlan" for name in OVERRIDES},
    },
    "node_host_gpu_devices": {},
    "node_nvidia_vgpu_devices": {
        "nvidia_vgpu_profile": "7",
        "make_guest_driver_iso": True,
        "scheduler_policy": "2",
        "strict_round_robin": "1",
        "frequency": 480,
        "averaging_factor": 33,
        "time_slice_length_ns": 0,
    },
}


def usb(bench: Bench, name: str = "keys", **arguments: Any) -> Managed:
    return bench.create("ResourceGroup", name, **{"name": name, "type": "node_usb_devices", **arguments})


def kept(group: Managed) -> dict[str, Any]:
    """Return the settings as VergeOS has them."""
    table, _, key = group.row()["settings"].partition("/")
    (row,) = [row for row in group.bench.simulator.rows(table) if row["$key"] == int(key)]
    return row


def problems(bench: Bench, kind: str, **inputs: Any) -> list[str]:
    result = bench.provider(kind).check({}, hosted(inputs))
    return [failure.reason for failure in result.failures]


@pytest.mark.parametrize("kind", SETTINGS)
def test_every_setting_of_a_type_arrives_and_is_read_where_vergeos_keeps_it(bench: Bench, kind: str) -> None:
    settings = dict(SETTINGS[kind])
    if kind == "node_nvidia_vgpu_devices":
        files = [str(bench.simulator.add("files", name=name)) for name in ("drivers.run", "guest.iso")]
        settings |= dict(zip(("driver_file", "driver_iso"), files, strict=True))
    assert set(settings) == SETTINGS_OF.get(kind, frozenset())
    shared = {"name": "pool", "description": "text", "enabled": True, "device_class": "pci"}
    group = bench.create("ResourceGroup", "pool", type=kind, **shared, **settings)
    assert group.id == group.outs["uuid"] == group.row()["uuid"]
    assert {name: group.outs[name] for name in settings} == hosted(settings)
    group.refresh()
    assert group.diff().changes is False
    assert bench.simulator.counters().unknown_columns == {}
    group.destroy()
    assert group.id not in [row["$key"] for row in bench.simulator.rows("resource_groups")]


def test_what_a_life_costs(bench: Bench) -> None:
    bench.connection.see_system()
    bench.simulator.reset("log")
    group = usb(bench, guest_reset=True)
    path = f"resource_groups/{group.id}"
    assert bench.asked() == [("GET", "resource_groups"), ("POST", "resource_groups"), ("GET", path)]
    bench.simulator.reset("log")
    group.up(name="dongles")
    assert [(write.verb, write.body) for write in bench.writes()] == [("PUT", {"name": "dongles"})]
    bench.simulator.reset("log")
    group.destroy()
    assert bench.asked() == [("GET", path), ("DELETE", path)]


def test_settings_that_the_program_leaves_out_are_vergeos_own(bench: Bench) -> None:
    group = usb(bench, guest_reset=True)
    bench.simulator.edit("resource_group_settings_node_usb_devices", kept(group)["$key"], guest_resets_all=True)
    bench.connection.reader.forget("resource_groups")
    group.refresh()
    assert (group.outs["guest_resets_all"], "guest_resets_all" in group.inputs) == (True, False)
    assert group.diff().changes is False
    group.up(guest_reset=False)
    assert bench.writes()[-1].body == {"settings_args": {"guest_reset": False}}
    assert (kept(group)["guest_reset"], kept(group)["guest_resets_all"]) == (False, True)


def test_drift_of_a_setting_is_seen_and_mended(bench: Bench) -> None:
    group = usb(bench, guest_reset=True, guest_resets_all=False)
    bench.simulator.edit("resource_group_settings_node_usb_devices", kept(group)["$key"], guest_reset=False)
    bench.connection.reader.forget("resource_groups")
    group.refresh()
    assert group.outs["guest_reset"] is False
    group.up(guest_reset=True)
    assert bench.writes()[-1].body == {"settings_args": {"guest_reset": True, "guest_resets_all": False}}
    assert kept(group)["guest_reset"] is True


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"vlan": 5}, "vlan: type='node_usb_devices' has no such setting."),
        (
            {"type": "node_pci_devices", "guest_reset": True},
            "guest_reset: type='node_pci_devices' has no such setting.",
        ),
        ({"type": "tpm"}, "type is not a valid choice. "),
        ({"type": "node_sriov_nic_devices", "qos": 8}, "qos is too large. "),
        ({"name": ""}, "name is too short. "),
    ],
)
def test_what_cannot_be_is_refused_in_the_preview(bench: Bench, arguments: dict[str, Any], reason: str) -> None:
    (found,) = problems(bench, "ResourceGroup", **{"name": "keys", "type": "node_usb_devices", **arguments})
    assert found.startswith(reason)


def test_a_type_that_is_not_known_yet_is_not_checked(bench: Bench) -> None:
    assert problems(bench, "ResourceGroup", name="keys", type=UNKNOWN, vlan=5) == []


def test_another_type_makes_another_group(bench: Bench) -> None:
    assert usb(bench).diff(type="node_pci_devices").replaces == ["type"]


def test_a_group_in_use_stays_and_the_error_names_who_uses_it(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", "vm", name="web", ram=1024)
    group = usb(bench)
    device = bench.create("Device", "key", vm=vm.id, type="node_usb_devices", resource_group=group.id, name="yubikey")
    with pytest.raises(Reported, match=r"It is used by device 'yubikey' of web\."):
        group.destroy()
    assert group.row()
    device.destroy()
    group.destroy()


def test_a_device_moves_to_another_group_in_place(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", "vm", name="web", ram=1024)
    group, other = usb(bench), usb(bench, "others")
    device = bench.create("Device", "key", vm=vm.id, type="node_usb_devices", resource_group=group.id)
    device.up(resource_group=other.id)
    assert device.row()["resource_group"] == other.id
    assert bench.writes()[-1].body == {"resource_group": other.id}


def test_a_group_that_bears_our_mark_is_found_again_after_a_create_that_was_cut_off(bench: Bench) -> None:
    first = usb(bench).cut_off()
    later = bench.later()
    assert usb(later).id == first.id


@pytest.mark.parametrize(
    "receipt", [{"location": "/v4/resource_groups/6", "dbpath": "resource_groups/6", "$row": 6, "$key": "6"}, {}]
)
def test_an_answer_without_the_uuid_will_do(bench: Bench, receipt: dict[str, Any]) -> None:
    fault = {"match": {"verb": "POST", "path": "resource_groups"}, "when": "after", "what": "status", "status": 201}
    bench.simulator.faults({**fault, "body": receipt})
    group = usb(bench)
    assert (group.row()["name"], len(group.id)) == ("keys", 36)
    assert [write.verb for write in bench.writes()] == ["POST"]


def test_an_answer_without_the_uuid_of_one_of_two_alike_is_no_guess(bench: Bench) -> None:
    unmarked = Bench(bench.simulator, mark=False)
    usb(unmarked, "first")
    fault = {"match": {"verb": "POST", "path": "resource_groups"}, "when": "after", "what": "status", "status": 201}
    bench.simulator.faults({**fault, "body": {"$key": "7"}})
    with pytest.raises(Reported, match="and 2 groups are like it"):
        unmarked.create("ResourceGroup", "second", name="first", type="node_usb_devices")


def test_the_life_of_a_rule(bench: Bench) -> None:
    group = usb(bench)
    bench.simulator.reset("log")
    rule = bench.create("ResourceRule", "all", resource_group=group.id, name="all", filter="vendor ct 'Yubico'")
    assert (rule.outs["type"], rule.outs["system_created"], rule.row()["enabled"]) == ("node_usb_devices", False, True)
    rule.up(filter="vendor ct 'Nitrokey'", node="1")
    assert bench.writes()[-1].body == {"filter": "vendor ct 'Nitrokey'", "node": 1}
    rule.refresh()
    assert rule.diff().changes is False
    assert rule.diff(resource_group=usb(bench, "others").id).replaces == ["resource_group"]
    rule.destroy()
    assert bench.simulator.rows("resource_rules") == []
    assert bench.simulator.counters().unknown_columns == {}
