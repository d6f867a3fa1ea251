"""What the nodes have plugged in: the tables `node_pci_devices`, `node_usb_devices` and `node_sriov_nic_devices`."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import R, integer, ref, section, table, text, words

_SOURCE = "docs/vergeos/virtual-machines.md §15"

NODE_PCI_DEVICES = table(
    "node_pci_devices",
    section(
        _SOURCE,
        ref("node", "nodes", write=R),
        *(text(name, write=R, default="") for name in words("name slot class class_hex device_type vendor device")),
        *(text(name, write=R, default="") for name in words("vendor_device_hex svendor subsystem_device")),
        *(text(name, write=R, default="") for name in words("physical_slot driver module numa iommu_group")),
        integer("sriov_totalvfs", write=R, default=0),
        integer("sriov_numvfs", write=R, default=0),
    ),
    short="name slot",
    parent="node",
    creatable=False,
    source=_SOURCE,
)

NODE_USB_DEVICES = table(
    "node_usb_devices",
    section(
        _SOURCE,
        ref("node", "nodes", write=R),
        *(text(name, write=R, default="") for name in words("bus device path devpath vendor vendor_id model")),
        *(text(name, write=R, default="") for name in words("model_id serial usb_version speed interface_drivers")),
    ),
    short="vendor model",
    parent="node",
    creatable=False,
    source=_SOURCE,
)

NODE_SRIOV_NIC_DEVICES = table(
    "node_sriov_nic_devices",
    section(
        _SOURCE,
        ref("node", "nodes", write=R),
        ref("pci_device", "node_pci_devices", write=R),
        *(text(name, write=R, default="") for name in words("name slot vendor device vendor_device_hex svendor")),
        *(text(name, write=R, default="") for name in words("subsystem_device physical_slot physical_function")),
        *(text(name, write=R, default="") for name in words("revision_number driver module numa iommu_group")),
    ),
    short="name slot",
    parent="node",
    creatable=False,
    source=_SOURCE,
)
