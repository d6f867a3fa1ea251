"""TPMs and devices of the host: typed settings, and what a running VM makes of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.providers.bench import UNKNOWN, Bench, Managed, hosted
from tests.providers.conftest import Saved
from verge_pulumi.engine.errors import Reported
from verge_pulumi.resources import Device
from verge_pulumi.resources.compute._hotplug import WAY_OUT
from verge_pulumi.resources.compute.device import SETTINGS_OF

LATER = "warning: takes effect at the next start of the VM; only drives and NICs are hot-plugged"


@pytest.fixture
def vm(bench: Bench) -> Managed:
    """A stopped VM."""
    return bench.create("VirtualMachine", "vm", name="web", ram=1024)


def pool(bench: Bench, kind: str) -> str:
    return next(str(row["$key"]) for row in bench.simulator.rows("resource_groups") if row["type"] == kind)


def tpm(vm: Managed, **arguments: Any) -> Managed:
    return vm.bench.create("Device", "tpm", **{"vm": vm.id, "type": "tpm", **arguments})


def sriov(vm: Managed, **arguments: Any) -> Managed:
    kind = "node_sriov_nic_devices"
    given = {"vm": vm.id, "type": kind, "resource_group": pool(vm.bench, kind), **arguments}
    return vm.bench.create("Device", "fast", **given)


def start(vm: Managed) -> Managed:
    return vm.bench.create("Power", "on", of=f"vms/{vm.id}", state="running")


def problems(bench: Bench, **inputs: Any) -> list[str]:
    result = bench.provider("Device").check({}, hosted({"vm": "1", **inputs}))
    return [failure.reason for failure in result.failures]


SETTINGS: dict[str, dict[str, Any]] = {
    "tpm": {"model": "crb", "version": "2"},
    "node_pci_devices": {},
    "node_usb_devices": {"guest_reset": True, "guest_resets_all": False},
    "node_sriov_nic_devices": {
        "macaddress": "f0:db:30:00:00:01",
        "vlan": 10,
        "qos": 3,
        "proto": "802.1Q",
        "max_tx_rate": 1000,
        "min_tx_rate": 0,
        "trust": "on",
        "spoofchk": "off",
        "query_rss": "default",
        "state": "auto",
    },
    "node_host_gpu_devices": {},
    "node_nvidia_vgpu_devices": {
        "frame_rate_limiter": 0,
        "attach_drivers": True,
        "disable_vnc": True,
        "enable_uvm": True,
        "enable_debugging": False,
        "enable_profiling": False,
        "profile_type": "Q",
    },
}


@pytest.mark.parametrize("kind", SETTINGS)
def test_every_setting_of_a_type_arrives(vm: Managed, kind: str) -> None:
    settings = SETTINGS[kind]
    assert set(settings) == SETTINGS_OF.get(kind, frozenset())
    group = None if kind == "tpm" else pool(vm.bench, kind)
    shared = {"name": "dev", "description": "text", "enabled": True, "optional": True, "orderid": 5, "asset": "a"}
    device = vm.bench.create("Device", "dev", vm=vm.id, type=kind, resource_group=group, **shared, **settings)
    row = device.row()
    assert (row["settings_args"] or {}) == settings
    expected = {**shared, "description": f"text\n{device.outs['__mark']}", "type": kind, "resource_group": group}
    assert {name: row[name] for name in expected} == expected
    assert {name: device.outs[name] for name in settings} == hosted(settings)
    assert (device.outs["uuid"], device.outs["status"]) == (row["uuid"], "offline")
    device.refresh()
    assert device.diff(type=kind, vm=vm.id, resource_group=group, **shared, **settings).changes is False
    device.destroy()
    assert vm.bench.simulator.rows("machine_devices") == []


def test_what_a_life_costs(vm: Managed) -> None:
    bench = vm.bench
    bench.simulator.reset("log")
    device = tpm(vm)
    path = f"machine_devices/{device.id}"
    # No name of a device is unique, so an earlier attempt is looked for.
    assert bench.asked() == [("GET", "machine_devices"), ("POST", "machine_devices"), ("GET", path)]
    bench.simulator.reset("log")
    assert device.diff().changes is False
    assert bench.asked() == []
    device.up(name="tpm")
    assert [(write.verb, write.body) for write in bench.writes()] == [("PUT", {"name": "tpm"})]
    bench.simulator.reset("log")
    device.destroy()
    assert bench.asked() == [("GET", path), ("DELETE", path)]


def test_a_create_that_was_interrupted_is_found_again(vm: Managed) -> None:
    first = tpm(vm).cut_off()
    later = vm.bench.later()
    assert tpm(vm.seen_by(later)).id == first.id
    assert len(later.simulator.rows("machine_devices")) == 1


def test_settings_are_written_as_a_whole(vm: Managed) -> None:
    device = sriov(vm, vlan=10, trust="on")
    vm.bench.simulator.reset("log")
    device.up(vlan=20)
    (write,) = vm.bench.writes()
    assert write.body == {"settings_args": {"vlan": 20, "trust": "on"}}
    device.up(name="fast")
    assert vm.bench.writes()[-1].body == {"name": "fast"}


def test_settings_that_the_program_leaves_out_are_vergeos_own(vm: Managed) -> None:
    device = sriov(vm, vlan=10)
    vm.bench.simulator.edit("machine_devices", int(device.id), settings_args={"vlan": 10, "qos": 1, "new": "x"})
    vm.bench.connection.reader.forget("machine_devices")
    device.refresh()
    assert (device.outs["qos"], "qos" in device.inputs) == (1, False)
    assert device.diff().changes is False
    device.up(vlan=20)
    assert device.row()["settings_args"] == {"vlan": 20, "qos": 1, "new": "x"}


@pytest.mark.parametrize("live", [None, [], {}, {"vlan": 11}])
def test_drift_of_a_setting_is_seen_and_mended(vm: Managed, live: Any) -> None:
    device = sriov(vm, vlan=10)
    vm.bench.simulator.edit("machine_devices", int(device.id), settings_args=live)
    vm.bench.connection.reader.forget("machine_devices")
    device.refresh()
    assert device.outs["vlan"] == (11 if live else None)
    device.up(vlan=10)
    assert device.row()["settings_args"] == {"vlan": 10}


@pytest.mark.parametrize(
    ("argument", "value", "replaces"),
    [
        ("version", "1", ["version"]),
        ("model", "tis", ["model"]),
        ("vm", "2", ["vm"]),
        ("orderid", 3, []),
        ("optional", True, []),
    ],
)
def test_what_is_set_on_creation_only_replaces(vm: Managed, argument: str, value: object, replaces: list[str]) -> None:
    device = tpm(vm, model="crb", version="2")
    assert device.diff(**{argument: value}).replaces == replaces


@pytest.mark.parametrize(
    ("inputs", "problem"),
    [
        ({"type": "tpm", "version": "1.2"}, "version is not a valid choice. Give '1' or '2'."),
        ({"type": "tpm", "vlan": 3}, "vlan: type='tpm' has no such setting."),
        ({"type": "tpm", "resource_group": 1}, "resource_group: a TPM is taken from none."),
        ({"type": "node_pci_devices"}, "resource_group: type='node_pci_devices' needs one."),
        (
            {"type": "node_host_gpu_devices", "resource_group": 1, "model": "crb"},
            "model: type='node_host_gpu_devices' has no such setting.",
        ),
        ({"type": "tpm", "asset": "x" * 41}, "asset is too long. Give at most 40 characters."),
        (
            {"type": "node_usb_devices", "resource_group": "usb pool"},
            "resource_group is not a key. Pass a ResourceGroup, its key, or by_name(...).",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_the_preview(bench: Bench, inputs: dict[str, Any], problem: str) -> None:
    assert problems(bench, **inputs) == [problem]


def test_what_is_not_known_yet_is_let_through(bench: Bench) -> None:
    assert problems(bench, type=UNKNOWN, version="2") == []
    assert problems(bench, type="node_usb_devices", resource_group=UNKNOWN, guest_reset=UNKNOWN) == []
    assert problems(bench, type="node_usb_devices", resource_group=1, version=UNKNOWN) != []


def test_every_setting_belongs_to_a_type() -> None:
    members = {name for name, attribute in Device.declaration.inputs.items() if attribute.member}
    assert members == frozenset().union(*SETTINGS_OF.values())


def test_drift_and_loss_are_seen(vm: Managed) -> None:
    device = tpm(vm, name="tpm")
    vm.bench.simulator.edit("machine_devices", int(device.id), name="theirs")
    vm.bench.connection.reader.forget("machine_devices")
    device.refresh()
    assert device.inputs["name"] == "theirs"
    vm.bench.simulator.remove("machine_devices", int(device.id))
    vm.bench.connection.reader.forget("machine_devices")
    assert device.read().id == ""


# On a running VM -----------------------------------------------------------------------------------------------------


def test_a_running_vm_has_it_from_its_next_start_on(vm: Managed, told: list[str]) -> None:
    power = start(vm)
    device = tpm(vm)
    assert told == [LATER]
    assert (device.outs["status"], device.outs["running"]) == ("offline", True)
    power.up(state="stopped")
    power.up(state="running")
    device.refresh()
    assert device.outs["status"] == "online"


def test_one_in_use_is_deleted_when_the_vm_is_stopped(vm: Managed, saved: list[Saved]) -> None:
    device = tpm(vm, name="tpm")
    power = start(vm)
    with pytest.raises(Reported) as error:
        device.destroy()
    assert str(error.value) == (
        f"Unable to delete Device 'tpm': DELETE /api/v4/machine_devices/{device.id} failed: "
        f"Unable to delete online device (422). {WAY_OUT}."
    )
    power.destroy()
    device.destroy()
    assert vm.bench.simulator.rows("machine_devices") == []


def test_other_refusals_name_the_argument(vm: Managed) -> None:
    refusal = {"what": "status", "status": 422, "body": {"err": "Validation error on field: 'machine'"}}
    vm.bench.simulator.faults({"match": {"verb": "POST"}, **refusal})
    with pytest.raises(Reported, match=r"In the program 'machine' is 'vm'\.$"):
        tpm(vm)
