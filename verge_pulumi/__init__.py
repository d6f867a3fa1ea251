"""Run VergeOS as code: virtual machines, networks and what belongs to them, in Pulumi and Python."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verge_pulumi.cloudinit import CloudInit
    from verge_pulumi.components import DeviceArgs, DriveArgs, NicArgs, PowerArgs, Server
    from verge_pulumi.engine.connection import Provider
    from verge_pulumi.engine.export import export
    from verge_pulumi.engine.finding import by_name
    from verge_pulumi.lookups import (
        get_cluster,
        get_cluster_output,
        get_drive,
        get_drive_output,
        get_media_file,
        get_media_file_output,
        get_network,
        get_network_output,
        get_nic,
        get_nic_output,
        get_node,
        get_node_output,
        get_resource_group,
        get_resource_group_output,
        get_snapshot,
        get_snapshot_output,
        get_storage_tier,
        get_storage_tier_output,
        get_system,
        get_system_output,
        get_vm,
        get_vm_output,
    )
    from verge_pulumi.resources import (
        Address,
        CloudInitFile,
        Device,
        DnsRecord,
        DnsView,
        DnsZone,
        Drive,
        HostOverride,
        MediaFile,
        Network,
        NetworkBlock,
        NetworkRule,
        Nic,
        Power,
        RuleAlias,
        Snapshot,
        VirtualMachine,
    )

__all__ = [
    "Address",
    "CloudInit",
    "CloudInitFile",
    "Device",
    "DeviceArgs",
    "DnsRecord",
    "DnsView",
    "DnsZone",
    "Drive",
    "DriveArgs",
    "HostOverride",
    "MediaFile",
    "Network",
    "NetworkBlock",
    "NetworkRule",
    "Nic",
    "NicArgs",
    "Power",
    "PowerArgs",
    "Provider",
    "RuleAlias",
    "Server",
    "Snapshot",
    "VirtualMachine",
    "by_name",
    "export",
    "get_cluster",
    "get_cluster_output",
    "get_drive",
    "get_drive_output",
    "get_media_file",
    "get_media_file_output",
    "get_network",
    "get_network_output",
    "get_nic",
    "get_nic_output",
    "get_node",
    "get_node_output",
    "get_resource_group",
    "get_resource_group_output",
    "get_snapshot",
    "get_snapshot_output",
    "get_storage_tier",
    "get_storage_tier_output",
    "get_system",
    "get_system_output",
    "get_vm",
    "get_vm_output",
]

_ELSEWHERE = {
    "CloudInit": "verge_pulumi.cloudinit",
    **dict.fromkeys(("DeviceArgs", "DriveArgs", "NicArgs", "PowerArgs", "Server"), "verge_pulumi.components"),
    "Provider": "verge_pulumi.engine.connection",
    "by_name": "verge_pulumi.engine.finding",
    "export": "verge_pulumi.engine.export",
    **dict.fromkeys((name for name in __all__ if name.startswith("get_")), "verge_pulumi.lookups"),
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that the client and the simulator work without Pulumi."""
    if name not in __all__:
        raise AttributeError(f"module 'verge_pulumi' has no attribute '{name}'")
    return getattr(importlib.import_module(_ELSEWHERE.get(name, "verge_pulumi.resources")), name)
