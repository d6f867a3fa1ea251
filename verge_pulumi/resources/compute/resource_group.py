"""Pools of devices of the host, out of which virtual machines get theirs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from verge_pulumi.client import printable, where
from verge_pulumi.engine.declaring.attributes import Attr, OptionalRef, arg, computed, ref
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.rights import touch
from verge_pulumi.engine.declaring.values import Key
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.storage.media_file import MediaFile

DeviceClass = Literal[
    "gpu", "vgpu", "storage", "hid", "usb", "network", "media", "audio", "fpga", "pci", "unknown"
]  # fmt: skip
PooledType = Literal[
    "node_pci_devices",
    "node_usb_devices",
    "node_sriov_nic_devices",
    "node_host_gpu_devices",
    "node_nvidia_vgpu_devices",
]
Switch = Literal["default", "on", "off"]


def _setting(name: str, *, ge: int | None = None, le: int | None = None) -> Any:
    """Declare what one type alone has; it is read where VergeOS keeps it (docs/vergeos/virtual-machines.md §14)."""
    return arg(default=None, column="settings_args", member=name, follow="settings[all]", ge=ge, le=le)


class ResourceGroup(Describable, Resource, table="resource_groups", named_by="name", fixed=("created", "uuid")):
    """A pool of devices of the host, all of one type; a `ResourceRule` says which devices are in it.

    A `Device` of a VM is taken out of it, and VergeOS deletes no group that devices refer to. The settings of each type
    (`settings_args` in VergeOS) are arguments of their own; the text of each begins with the type that it belongs to.
    """

    type: Attr[PooledType] = arg(replaces=True)
    """Kind of its devices."""

    name: Attr[str] = arg(min_length=1, max_length=256)
    """Name in VergeOS; several groups may have the same."""

    device_class: Attr[DeviceClass | None] = arg(default=None, column="class")
    """What the devices are, which decides on the icon."""

    enabled: Attr[bool | None] = arg(default=None)
    """Whether devices are taken out of it."""

    guest_reset: Attr[bool | None] = _setting("guest_reset")
    """USB: whether guests may reset the device."""

    guest_resets_all: Attr[bool | None] = _setting("guest_resets_all")
    """USB: whether guests may reset the hub."""

    numvfs: Attr[int | None] = _setting("numvfs", ge=1)
    """SR-IOV: how many virtual functions each device has; 1 if unset."""

    vlan: Attr[int | None] = _setting("vlan", ge=0, le=4094)
    """SR-IOV: native VLAN; 0 is none."""

    qos: Attr[int | None] = _setting("qos", ge=0, le=7)
    """SR-IOV: priority in the VLAN."""

    proto: Attr[Literal["802.1Q", "802.1ad"] | None] = _setting("proto")
    """SR-IOV: VLAN protocol."""

    max_tx_rate: Attr[int | None] = _setting("max_tx_rate", ge=0)
    """SR-IOV: upper limit of what is sent, in Mbit/s; 0 is none."""

    min_tx_rate: Attr[int | None] = _setting("min_tx_rate", ge=0)
    """SR-IOV: guaranteed rate of what is sent, in Mbit/s; 0 is none."""

    trust: Attr[Switch | None] = _setting("trust")
    """SR-IOV: whether guests are trusted with special features."""

    spoofchk: Attr[Switch | None] = _setting("spoofchk")
    """SR-IOV: whether senders with another MAC address are stopped."""

    query_rss: Attr[Switch | None] = _setting("query_rss")
    """SR-IOV: whether guests may ask for the RSS configuration."""

    state: Attr[Literal["default", "auto", "enable", "disable"] | None] = _setting("state")
    """SR-IOV: virtual link state; ``auto`` follows the physical port."""

    macaddress_allow_override: Attr[bool | None] = _setting("macaddress_allow_override")
    """SR-IOV: whether a device may have a MAC address of its own."""

    vlan_allow_override: Attr[bool | None] = _setting("vlan_allow_override")
    """SR-IOV: whether a device may have another `vlan`."""

    qos_allow_override: Attr[bool | None] = _setting("qos_allow_override")
    """SR-IOV: whether a device may have another `qos`."""

    proto_allow_override: Attr[bool | None] = _setting("proto_allow_override")
    """SR-IOV: whether a device may have another `proto`."""

    max_tx_rate_allow_override: Attr[bool | None] = _setting("max_tx_rate_allow_override")
    """SR-IOV: whether a device may have another `max_tx_rate`."""

    min_tx_rate_allow_override: Attr[bool | None] = _setting("min_tx_rate_allow_override")
    """SR-IOV: whether a device may have another `min_tx_rate`."""

    trust_allow_override: Attr[bool | None] = _setting("trust_allow_override")
    """SR-IOV: whether a device may have another `trust`."""

    spoofchk_allow_override: Attr[bool | None] = _setting("spoofchk_allow_override")
    """SR-IOV: whether a device may have another `spoofchk`."""

    query_rss_allow_override: Attr[bool | None] = _setting("query_rss_allow_override")
    """SR-IOV: whether a device may have another `query_rss`."""

    state_allow_override: Attr[bool | None] = _setting("state_allow_override")
    """SR-IOV: whether a device may have another `state`."""

    driver_file: OptionalRef[MediaFile] = ref(
        default=None, column="settings_args", member="driver_file", follow="settings[all]"
    )
    """vGPU: the bundle of drivers for the nodes; VergeOS wants one."""

    nvidia_vgpu_profile: Attr[Key | None] = _setting("nvidia_vgpu_profile")
    """vGPU: key of the profile."""

    make_guest_driver_iso: Attr[bool | None] = _setting("make_guest_driver_iso")
    """vGPU: whether VergeOS makes a CD with the guest's drivers out of the bundle."""

    driver_iso: OptionalRef[MediaFile] = ref(
        default=None, column="settings_args", member="driver_iso", follow="settings[all]"
    )
    """vGPU: the CD with the guest's drivers."""

    scheduler_policy: Attr[Literal["1", "2", "3"] | None] = _setting("scheduler_policy")
    """vGPU: who gets how much time: ``1`` best effort, ``2`` equal shares, ``3`` fixed shares."""

    strict_round_robin: Attr[Literal["", "0", "1"] | None] = _setting("strict_round_robin")
    """vGPU: whether the turns are strict; ``""`` leaves it to the driver."""

    frequency: Attr[int | None] = _setting("frequency", ge=0, le=960)
    """vGPU: how often the scheduler switches, for strict turns."""

    averaging_factor: Attr[int | None] = _setting("averaging_factor", ge=1, le=60)
    """vGPU: over how much the scheduler averages, for strict turns; 33 if unset."""

    time_slice_length_ns: Attr[int | None] = _setting("time_slice_length_ns", ge=0, le=30000000)
    """vGPU: nanoseconds of a turn."""

    uuid: Attr[str | None] = computed()
    """Its UUID, which is its key too."""


_USB = frozenset({"guest_reset", "guest_resets_all"})
_SRIOV = frozenset(
    {"numvfs", "vlan", "qos", "proto", "max_tx_rate", "min_tx_rate", "trust", "spoofchk", "query_rss", "state"}
)
_VGPU = frozenset(
    {
        "driver_file",
        "nvidia_vgpu_profile",
        "make_guest_driver_iso",
        "driver_iso",
        "scheduler_policy",
        "strict_round_robin",
        "frequency",
        "averaging_factor",
        "time_slice_length_ns",
    }
)
SETTINGS_OF: Mapping[str, frozenset[str]] = {
    "node_usb_devices": _USB,
    "node_sriov_nic_devices": _SRIOV | {f"{name}_allow_override" for name in {*_SRIOV, "macaddress"} - {"numvfs"}},
    "node_nvidia_vgpu_devices": _VGPU,
}
"""The settings that each type has (docs/vergeos/virtual-machines.md §14)."""


class ResourceGroupProvider(RowProvider[ResourceGroup]):
    """What is special about a group's life."""

    touched = (
        *(touch(f"resource_group_settings_{kind}") for kind in SETTINGS_OF),
        touch("machine_devices", at=("delete",)),
        touch("machines", at=("delete",)),
    )

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """Settings belong to the type."""
        kind = inputs["type"]
        if not isinstance(kind, str):
            return
        for name, attribute in self.declaration.inputs.items():
            if attribute.member and inputs.get(name) is not None and name not in SETTINGS_OF.get(kind, ()):
                yield f"{name}: type='{kind}' has no such setting"

    def make(self, inputs: Inputs, values: Mapping[str, Any]) -> str:
        """Make the group, and look for its UUID if the answer does not have it.

        See docs/vergeos/virtual-machines.md §14.
        """
        key = super().make(inputs, values)
        if not key.isdecimal():
            return key
        named = self.connection.reader.find(
            self.declaration.table, where("name", "eq", values["name"]), ("uuid", "description")
        )
        found = [row["uuid"] for row in named if (row.get("description") or "") == (values.get("description") or "")]
        if len(found) != 1:
            raise EngineError(
                f"VergeOS made the group as row {key} and did not say its UUID, and {len(found)} groups are like it. "
                "Run 'pulumi up' again"
            )
        return str(found[0])

    def used_by(self, id: str) -> str:
        """Name the devices that are taken out of it."""
        fields = ("$key", "name", "machine#name as owner")
        devices = self.connection.reader.find("machine_devices", where("resource_group", "eq", id), fields)
        return ", ".join(
            f"device '{printable(str(device.get('name')))}' of {device.get('owner')}" for device in devices
        )
