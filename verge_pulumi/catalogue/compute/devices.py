"""Devices of VMs: the tables `machine_devices` and `machine_device_status`.

A device is taken from a resource group, a pool of devices of one kind; only a TPM comes from nowhere.
"""

from __future__ import annotations

from verge_pulumi.catalogue.model import Effect
from verge_pulumi.catalogue.notation import C, R, boolean, integer, json, ref, section, table, text, words

POOLED_TYPES = words(
    "node_pci_devices node_usb_devices node_sriov_nic_devices node_host_gpu_devices node_nvidia_vgpu_devices"
)
"""The kinds of devices that come out of resource groups."""

# Hot-plug covers drives and NICs only, so changes take effect at the next start; that is inferred.
MACHINE_DEVICES = table(
    "machine_devices",
    section(
        "docs/vergeos/virtual-machines.md §8",
        ref("machine", "machines", write=C, required=True),
        # The last two are legacy. The knowledge base leaves it out and relies on the resource group.
        text("type", write=C, choices=("tpm", *POOLED_TYPES, "gpu", "nvidia_vgpu")),
        ref("resource_group", "resource_groups"),
        text(
            "name",
            max_length=128,
            source="docs/vergeos/virtual-machines.md §6, §8; length: as of drives and NICs, no source gives it",
        ),
        text("description", default=""),
        boolean("enabled", default=True),
        boolean("optional", default=False),
        integer("count", write=C, default=1, minimum=1, maximum=16),
        integer("orderid", minimum=0, maximum=64),
        text("asset", default="", max_length=40),
        text("uuid", write=R),
        json("settings_args"),
        ref("status", "machine_device_status", write=R),
        effect=Effect.START,
    ),
    section(
        "pyVergeOS: resources/devices.py",
        integer("created", write=R),
        integer("modified", write=R),
    ),
    short="name orderid type",
    dashboard="name orderid type enabled optional resource_group",
    parent="machine",
    source="docs/vergeos/virtual-machines.md §8",
)

MACHINE_DEVICE_STATUS = table(
    "machine_device_status",
    section(
        "docs/vergeos/virtual-machines.md §8",
        # The table and this column are named by analogy with machine_nic_status.parent_nic.
        ref("parent_device", "machine_devices", write=R),
        text(
            "status",
            write=R,
            default="offline",
            choices=words("online offline errors warning hotplug initializing missing idle"),
        ),
        text("status_info", write=R, default="", source="pyVergeOS: resources/devices.py"),
    ),
    short="status",
    unique=(("parent_device",),),
    parent="parent_device",
    creatable=False,
    source="docs/vergeos/virtual-machines.md §8",
)
