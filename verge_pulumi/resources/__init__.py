"""The resources, one file per noun: a declaration, and what is special about its life.

Each is imported when it is first used, so a provider starts with those alone that its stack has.
"""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verge_pulumi.resources.address import Address
    from verge_pulumi.resources.bgp import (
        BgpInterface,
        BgpInterfaceCommand,
        BgpIp,
        BgpRouteMap,
        BgpRouteMapCommand,
        BgpRouter,
        BgpRouterCommand,
    )
    from verge_pulumi.resources.cloudinit_file import CloudInitFile
    from verge_pulumi.resources.device import Device
    from verge_pulumi.resources.dns_record import DnsRecord
    from verge_pulumi.resources.dns_view import DnsView
    from verge_pulumi.resources.dns_zone import DnsZone
    from verge_pulumi.resources.drive import Drive
    from verge_pulumi.resources.eigrp import EigrpRouter, EigrpRouterCommand
    from verge_pulumi.resources.firewall import Firewall
    from verge_pulumi.resources.host_override import HostOverride
    from verge_pulumi.resources.ipsec_phase2 import IpsecPhase2
    from verge_pulumi.resources.ipsec_tunnel import IpsecTunnel
    from verge_pulumi.resources.media_file import MediaFile
    from verge_pulumi.resources.network import Network
    from verge_pulumi.resources.network_block import NetworkBlock
    from verge_pulumi.resources.network_proxy import NetworkProxy, NetworkProxyTenant
    from verge_pulumi.resources.network_rule import NetworkRule
    from verge_pulumi.resources.nic import Nic
    from verge_pulumi.resources.ospf import OspfCommand
    from verge_pulumi.resources.power import Power
    from verge_pulumi.resources.rule_alias import RuleAlias
    from verge_pulumi.resources.snapshot import Snapshot
    from verge_pulumi.resources.vm import VirtualMachine
    from verge_pulumi.resources.wireguard import WireGuard
    from verge_pulumi.resources.wireguard_peer import WireGuardPeer

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

_FILES = {
    "CloudInitFile": "cloudinit_file",
    "EigrpRouter": "eigrp",
    "EigrpRouterCommand": "eigrp",
    "NetworkProxyTenant": "network_proxy",
    "OspfCommand": "ospf",
    "VirtualMachine": "vm",
    "WireGuard": "wireguard",
    "WireGuardPeer": "wireguard_peer",
    **dict.fromkeys((name for name in __all__ if name.startswith("Bgp")), "bgp"),
}
"""Files that are not called by the one noun that they hold."""


def __getattr__(name: str) -> Any:
    """Import a resource."""
    if name not in __all__:
        raise AttributeError(f"module 'verge_pulumi.resources' has no attribute '{name}'")
    file = _FILES.get(name) or re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    return getattr(importlib.import_module(f"verge_pulumi.resources.{file}"), name)
