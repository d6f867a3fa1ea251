# Written by `make docs` from the files that define the names; edit those instead.

from verge_pulumi.resources.access.auth_source import AuthSource as AuthSource
from verge_pulumi.resources.access.oidc_application import OidcApplication as OidcApplication
from verge_pulumi.resources.access.oidc_application_group import OidcApplicationGroup as OidcApplicationGroup
from verge_pulumi.resources.access.oidc_application_user import OidcApplicationUser as OidcApplicationUser
from verge_pulumi.resources.compute.cloudinit_file import CloudInitFile as CloudInitFile
from verge_pulumi.resources.compute.device import Device as Device
from verge_pulumi.resources.compute.drive import Drive as Drive
from verge_pulumi.resources.compute.nic import Nic as Nic
from verge_pulumi.resources.compute.snapshot import Snapshot as Snapshot
from verge_pulumi.resources.compute.virtual_machine import VirtualMachine as VirtualMachine
from verge_pulumi.resources.dns.dns_record import DnsRecord as DnsRecord
from verge_pulumi.resources.dns.dns_view import DnsView as DnsView
from verge_pulumi.resources.dns.dns_zone import DnsZone as DnsZone
from verge_pulumi.resources.dns.host_override import HostOverride as HostOverride
from verge_pulumi.resources.firewall.firewall import Firewall as Firewall
from verge_pulumi.resources.firewall.network_rule import NetworkRule as NetworkRule
from verge_pulumi.resources.firewall.rule_alias import RuleAlias as RuleAlias
from verge_pulumi.resources.network.address import Address as Address
from verge_pulumi.resources.network.network import Network as Network
from verge_pulumi.resources.network.network_block import NetworkBlock as NetworkBlock
from verge_pulumi.resources.network.network_proxy import NetworkProxy as NetworkProxy
from verge_pulumi.resources.network.network_proxy import NetworkProxyTenant as NetworkProxyTenant
from verge_pulumi.resources.power import Power as Power
from verge_pulumi.resources.recipes.catalog import Catalog as Catalog
from verge_pulumi.resources.recipes.catalog_repository import CatalogRepository as CatalogRepository
from verge_pulumi.resources.routing.bgp import BgpInterface as BgpInterface
from verge_pulumi.resources.routing.bgp import BgpInterfaceCommand as BgpInterfaceCommand
from verge_pulumi.resources.routing.bgp import BgpIp as BgpIp
from verge_pulumi.resources.routing.bgp import BgpRouteMap as BgpRouteMap
from verge_pulumi.resources.routing.bgp import BgpRouteMapCommand as BgpRouteMapCommand
from verge_pulumi.resources.routing.bgp import BgpRouter as BgpRouter
from verge_pulumi.resources.routing.bgp import BgpRouterCommand as BgpRouterCommand
from verge_pulumi.resources.routing.eigrp import EigrpRouter as EigrpRouter
from verge_pulumi.resources.routing.eigrp import EigrpRouterCommand as EigrpRouterCommand
from verge_pulumi.resources.routing.ospf import OspfCommand as OspfCommand
from verge_pulumi.resources.storage.media_file import MediaFile as MediaFile
from verge_pulumi.resources.tags.tag import Tag as Tag
from verge_pulumi.resources.tags.tag_category import TagCategory as TagCategory
from verge_pulumi.resources.vpn.ipsec_phase2 import IpsecPhase2 as IpsecPhase2
from verge_pulumi.resources.vpn.ipsec_tunnel import IpsecTunnel as IpsecTunnel
from verge_pulumi.resources.vpn.wireguard import WireGuard as WireGuard
from verge_pulumi.resources.vpn.wireguard_peer import WireGuardPeer as WireGuardPeer

__all__ = [
    "Address",
    "AuthSource",
    "BgpInterface",
    "BgpInterfaceCommand",
    "BgpIp",
    "BgpRouteMap",
    "BgpRouteMapCommand",
    "BgpRouter",
    "BgpRouterCommand",
    "Catalog",
    "CatalogRepository",
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
    "OidcApplication",
    "OidcApplicationGroup",
    "OidcApplicationUser",
    "OspfCommand",
    "Power",
    "RuleAlias",
    "Snapshot",
    "Tag",
    "TagCategory",
    "VirtualMachine",
    "WireGuard",
    "WireGuardPeer",
]
