"""Run VergeOS as code: virtual machines, networks and what belongs to them, in Pulumi and Python."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from verge_pulumi.engine.declaring import checking

if TYPE_CHECKING:
    from verge_pulumi.cloudinit import CloudInit
    from verge_pulumi.components import DeviceArgs, DriveArgs, NicArgs, PowerArgs, Server
    from verge_pulumi.engine.connecting.connection import Provider
    from verge_pulumi.engine.connecting.finding import by_name
    from verge_pulumi.engine.declaring.export import export
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
        BgpInterface,
        BgpInterfaceCommand,
        BgpIp,
        BgpRouteMap,
        BgpRouteMapCommand,
        BgpRouter,
        BgpRouterCommand,
        CloudInitFile,
        Device,
        DnsRecord,
        DnsView,
        DnsZone,
        Drive,
        EigrpRouter,
        EigrpRouterCommand,
        Firewall,
        HostOverride,
        IpsecPhase2,
        IpsecTunnel,
        MediaFile,
        Network,
        NetworkBlock,
        NetworkProxy,
        NetworkProxyTenant,
        NetworkRule,
        Nic,
        OspfCommand,
        Power,
        RuleAlias,
        Snapshot,
        VirtualMachine,
        WireGuard,
        WireGuardPeer,
    )
    from verge_pulumi.resources.firewall.firewall_rule import FirewallRule

__all__ = [
    "Address",
    "BgpInterface",
    "BgpInterfaceCommand",
    "BgpIp",
    "BgpRouteMap",
    "BgpRouteMapCommand",
    "BgpRouter",
    "BgpRouterCommand",
    "CloudInit",
    "CloudInitFile",
    "Device",
    "DeviceArgs",
    "DnsRecord",
    "DnsView",
    "DnsZone",
    "Drive",
    "DriveArgs",
    "EigrpRouter",
    "EigrpRouterCommand",
    "Firewall",
    "FirewallRule",
    "HostOverride",
    "IpsecPhase2",
    "IpsecTunnel",
    "MediaFile",
    "Network",
    "NetworkBlock",
    "NetworkProxy",
    "NetworkProxyTenant",
    "NetworkRule",
    "Nic",
    "NicArgs",
    "OspfCommand",
    "Power",
    "PowerArgs",
    "Provider",
    "RuleAlias",
    "Server",
    "Snapshot",
    "VirtualMachine",
    "WireGuard",
    "WireGuardPeer",
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
    "FirewallRule": "verge_pulumi.resources.firewall.firewall_rule",
    "Provider": "verge_pulumi.engine.connecting.connection",
    "by_name": "verge_pulumi.engine.connecting.finding",
    "export": "verge_pulumi.engine.declaring.export",
    **dict.fromkeys((name for name in __all__ if name.startswith("get_")), "verge_pulumi.lookups"),
}


def _checks() -> checking.Checks:
    """Return the checks of a program; they are imported when one runs, not by a provider."""
    from verge_pulumi.checks import Checks

    return Checks()


checking.register(_checks)


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that the client and the simulator work without Pulumi."""
    if name not in __all__:
        raise AttributeError(f"module 'verge_pulumi' has no attribute '{name}'")
    return getattr(importlib.import_module(_ELSEWHERE.get(name, "verge_pulumi.resources")), name)
