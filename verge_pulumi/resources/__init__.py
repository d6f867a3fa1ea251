"""The resources, one folder per area and one file per noun: a declaration, and what is special about its life.

Each is imported when it is first used, so a provider starts with those alone that its stack has.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verge_pulumi.resources.compute.cloudinit_file import CloudInitFile
    from verge_pulumi.resources.compute.device import Device
    from verge_pulumi.resources.compute.drive import Drive
    from verge_pulumi.resources.compute.nic import Nic
    from verge_pulumi.resources.compute.snapshot import Snapshot
    from verge_pulumi.resources.compute.virtual_machine import VirtualMachine
    from verge_pulumi.resources.dns.dns_record import DnsRecord
    from verge_pulumi.resources.dns.dns_view import DnsView
    from verge_pulumi.resources.dns.dns_zone import DnsZone
    from verge_pulumi.resources.dns.host_override import HostOverride
    from verge_pulumi.resources.firewall.firewall import Firewall
    from verge_pulumi.resources.firewall.network_rule import NetworkRule
    from verge_pulumi.resources.firewall.rule_alias import RuleAlias
    from verge_pulumi.resources.network.address import Address
    from verge_pulumi.resources.network.network import Network
    from verge_pulumi.resources.network.network_block import NetworkBlock
    from verge_pulumi.resources.network.network_proxy import NetworkProxy, NetworkProxyTenant
    from verge_pulumi.resources.power import Power
    from verge_pulumi.resources.routing.bgp import (
        BgpInterface,
        BgpInterfaceCommand,
        BgpIp,
        BgpRouteMap,
        BgpRouteMapCommand,
        BgpRouter,
        BgpRouterCommand,
    )
    from verge_pulumi.resources.routing.eigrp import EigrpRouter, EigrpRouterCommand
    from verge_pulumi.resources.routing.ospf import OspfCommand
    from verge_pulumi.resources.storage.media_file import MediaFile
    from verge_pulumi.resources.vpn.ipsec_phase2 import IpsecPhase2
    from verge_pulumi.resources.vpn.ipsec_tunnel import IpsecTunnel
    from verge_pulumi.resources.vpn.wireguard import WireGuard
    from verge_pulumi.resources.vpn.wireguard_peer import WireGuardPeer

__all__ = [
    "Address",
    "BgpInterface",
    "BgpInterfaceCommand",
    "BgpIp",
    "BgpRouteMap",
    "BgpRouteMapCommand",
    "BgpRouter",
    "BgpRouterCommand",
    "CloudInitFile",
    "Device",
    "DnsRecord",
    "DnsView",
    "DnsZone",
    "Drive",
    "EigrpRouter",
    "EigrpRouterCommand",
    "Firewall",
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
    "OspfCommand",
    "Power",
    "RuleAlias",
    "Snapshot",
    "VirtualMachine",
    "WireGuard",
    "WireGuardPeer",
]

_MODULES = {
    "Address": "network.address",
    "BgpInterface": "routing.bgp",
    "BgpInterfaceCommand": "routing.bgp",
    "BgpIp": "routing.bgp",
    "BgpRouteMap": "routing.bgp",
    "BgpRouteMapCommand": "routing.bgp",
    "BgpRouter": "routing.bgp",
    "BgpRouterCommand": "routing.bgp",
    "CloudInitFile": "compute.cloudinit_file",
    "Device": "compute.device",
    "DnsRecord": "dns.dns_record",
    "DnsView": "dns.dns_view",
    "DnsZone": "dns.dns_zone",
    "Drive": "compute.drive",
    "EigrpRouter": "routing.eigrp",
    "EigrpRouterCommand": "routing.eigrp",
    "Firewall": "firewall.firewall",
    "HostOverride": "dns.host_override",
    "IpsecPhase2": "vpn.ipsec_phase2",
    "IpsecTunnel": "vpn.ipsec_tunnel",
    "MediaFile": "storage.media_file",
    "Network": "network.network",
    "NetworkBlock": "network.network_block",
    "NetworkProxy": "network.network_proxy",
    "NetworkProxyTenant": "network.network_proxy",
    "NetworkRule": "firewall.network_rule",
    "Nic": "compute.nic",
    "OspfCommand": "routing.ospf",
    "Power": "power",
    "RuleAlias": "firewall.rule_alias",
    "Snapshot": "compute.snapshot",
    "VirtualMachine": "compute.virtual_machine",
    "WireGuard": "vpn.wireguard",
    "WireGuardPeer": "vpn.wireguard_peer",
}


def __getattr__(name: str) -> Any:
    """Import a resource."""
    if name not in __all__:
        raise AttributeError(f"module 'verge_pulumi.resources' has no attribute '{name}'")
    return getattr(importlib.import_module(f"verge_pulumi.resources.{_MODULES[name]}"), name)
