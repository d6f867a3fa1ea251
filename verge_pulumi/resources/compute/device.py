"""Devices of the host in virtual machines, and TPMs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from verge_pulumi.client import ApiError, Row
from verge_pulumi.engine.declaring.attributes import Attr, OptionalRef, Ref, arg, computed, ref
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import MacAddress, Text
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.engine.runtime import provider_process
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.compute._hotplug import WAY_OUT
from verge_pulumi.resources.compute.resource_group import ResourceGroup
from verge_pulumi.resources.compute.virtual_machine import VirtualMachine

DeviceType = Literal[
    "tpm",
    "node_pci_devices",
    "node_usb_devices",
    "node_sriov_nic_devices",
    "node_host_gpu_devices",
    "node_nvidia_vgpu_devices",
    "gpu",
    "nvidia_vgpu",
]
Switch = Literal["default", "on", "off"]

SETTINGS = "settings_args"
"""The column that holds what is set of one type only."""


class DeviceSettings(Describable):
    """The arguments of a device, apart from its name and its VM."""

    type: Attr[DeviceType] = arg(replaces=True)
    """Kind of device; the last two are legacy."""

    resource_group: OptionalRef[ResourceGroup] = ref(default=None)
    """The resource group out of which the device is taken; a TPM has none."""

    enabled: Attr[bool | None] = arg(default=None)
    """Whether the VM sees it."""

    optional: Attr[bool | None] = arg(default=None)
    """Whether the VM may start without it."""

    orderid: Attr[int | None] = arg(default=None, ge=0, le=64)
    """Place among the VM's devices."""

    asset: Attr[Text | None] = arg(default=None, max_length=40)
    """Name by which recipes know it."""

    model: Attr[Literal["crb", "tis"] | None] = arg(default=None, column=SETTINGS, member="model", replaces=True)
    """TPM: its interface."""

    version: Attr[Literal["1", "2"] | None] = arg(default=None, column=SETTINGS, member="version", replaces=True)
    """TPM: its version; VergeOS knows no ``1.2``."""

    guest_reset: Attr[bool | None] = arg(default=None, column=SETTINGS, member="guest_reset")
    """USB: whether the guest may reset the device."""

    guest_resets_all: Attr[bool | None] = arg(default=None, column=SETTINGS, member="guest_resets_all")
    """USB: whether the guest may reset the hub."""

    macaddress: Attr[MacAddress | None] = arg(default=None, column=SETTINGS, member="macaddress")
    """SR-IOV: MAC address; VergeOS draws one if unset."""

    vlan: Attr[int | None] = arg(default=None, column=SETTINGS, member="vlan", ge=0, le=4094)
    """SR-IOV: native VLAN; 0 is none."""

    qos: Attr[int | None] = arg(default=None, column=SETTINGS, member="qos", ge=0, le=7)
    """SR-IOV: priority in the VLAN."""

    proto: Attr[Literal["802.1Q", "802.1ad"] | None] = arg(default=None, column=SETTINGS, member="proto")
    """SR-IOV: VLAN protocol."""

    max_tx_rate: Attr[int | None] = arg(default=None, column=SETTINGS, member="max_tx_rate", ge=0)
    """SR-IOV: upper limit of what is sent, in Mbit/s; 0 is none."""

    min_tx_rate: Attr[int | None] = arg(default=None, column=SETTINGS, member="min_tx_rate", ge=0)
    """SR-IOV: guaranteed rate of what is sent, in Mbit/s; 0 is none."""

    trust: Attr[Switch | None] = arg(default=None, column=SETTINGS, member="trust")
    """SR-IOV: whether the guest is trusted with special features."""

    spoofchk: Attr[Switch | None] = arg(default=None, column=SETTINGS, member="spoofchk")
    """SR-IOV: whether senders with another MAC address are stopped."""

    query_rss: Attr[Switch | None] = arg(default=None, column=SETTINGS, member="query_rss")
    """SR-IOV: whether the guest may ask for the RSS configuration."""

    state: Attr[Literal["default", "auto", "enable", "disable"] | None] = arg(
        default=None, column=SETTINGS, member="state"
    )
    """SR-IOV: virtual link state; ``auto`` follows the physical port."""

    frame_rate_limiter: Attr[int | None] = arg(default=None, column=SETTINGS, member="frame_rate_limiter", ge=0)
    """vGPU: frames per second; 60 if unset, 0 for no limit."""

    attach_drivers: Attr[bool | None] = arg(default=None, column=SETTINGS, member="attach_drivers")
    """vGPU: whether a CD with the guest's drivers is attached."""

    disable_vnc: Attr[bool | None] = arg(default=None, column=SETTINGS, member="disable_vnc")
    """vGPU: whether there is no VNC console."""

    enable_uvm: Attr[bool | None] = arg(default=None, column=SETTINGS, member="enable_uvm")
    """vGPU: whether memory is unified."""

    enable_debugging: Attr[bool | None] = arg(default=None, column=SETTINGS, member="enable_debugging")
    """vGPU: whether CUDA debuggers work."""

    enable_profiling: Attr[bool | None] = arg(default=None, column=SETTINGS, member="enable_profiling")
    """vGPU: whether CUDA profilers work."""

    profile_type: Attr[Literal["any", "A", "B", "C", "Q"] | None] = arg(
        default=None, column=SETTINGS, member="profile_type"
    )
    """vGPU: series of the profile."""

    machine: Attr[int | None] = computed()
    """Key of the machine it belongs to."""

    uuid: Attr[str | None] = computed()
    """Its UUID."""

    status: Attr[str | None] = computed(follow="status#status")
    """Its state in VergeOS's words, such as ``online``."""

    running: Attr[bool | None] = computed(follow="machine#status#running")
    """Whether the VM runs."""


class Device(
    DeviceSettings,
    Resource,
    table="machine_devices",
    named_by="name",
    adopted_by=("vm", "name"),
    fixed=("created", "uuid"),
    listed_in=("machines", "devices"),
):
    """A TPM, or a device of the host that a virtual machine uses: PCI, USB, SR-IOV NIC, GPU or vGPU.

    Only drives and NICs are hot-plugged: a running VM sees what changes here from its next start on, and must be
    stopped before its device is deleted. The settings of each type (`settings_args` in VergeOS) are arguments of their
    own; the text of each begins with the type that it belongs to.
    """

    vm: Ref[VirtualMachine] = ref(column="machine", through="machine", replaces=True)
    """The virtual machine it belongs to."""

    name: Attr[str | None] = arg(default=None, min_length=1, max_length=128)
    """Name; VergeOS makes one up if unset."""


SETTINGS_OF: Mapping[str, frozenset[str]] = {
    "tpm": frozenset({"model", "version"}),
    "node_usb_devices": frozenset({"guest_reset", "guest_resets_all"}),
    "node_sriov_nic_devices": frozenset(
        {"macaddress", "vlan", "qos", "proto", "max_tx_rate", "min_tx_rate", "trust", "spoofchk", "query_rss", "state"}
    ),
    "node_nvidia_vgpu_devices": frozenset(
        {
            "frame_rate_limiter",
            "attach_drivers",
            "disable_vnc",
            "enable_uvm",
            "enable_debugging",
            "enable_profiling",
            "profile_type",
        }
    ),
}
"""The settings that each type has (docs/vergeos/virtual-machines.md §8)."""


class DeviceProvider(RowProvider[Device]):
    """What is special about a device's life."""

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """Settings belong to the type, and so does a resource group."""
        kind = inputs["type"]
        if not isinstance(kind, str):
            return
        own = SETTINGS_OF.get(kind, frozenset())
        for name, attribute in self.declaration.inputs.items():
            if attribute.member and inputs.get(name) is not None and name not in own:
                yield f"{name}: type='{kind}' has no such setting"
        grouped = inputs.get("resource_group") is not None
        if grouped and kind == "tpm":
            yield "resource_group: a TPM is taken from none"
        if not grouped and kind != "tpm":
            yield f"resource_group: type='{kind}' needs one"

    def after_write(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Tell when a running VM sees the change: devices are not hot-plugged (docs/vergeos/virtual-machines.md §8)."""
        if row.get("running"):
            provider_process.log(
                "takes effect at the next start of the VM; only drives and NICs are hot-plugged", warning=True
            )
        return row

    def hint(self, error: ApiError, inputs: Mapping[str, Any]) -> str:
        """Name the way out when VergeOS does not let a device go."""
        return f"{WAY_OUT}." if error.method == "DELETE" else super().hint(error, inputs)
