# Written by `make docs` from the files that define the names; edit those instead.

from verge_pulumi.resources.access.api_key import ApiKey as ApiKey
from verge_pulumi.resources.access.auth_source import AuthSource as AuthSource
from verge_pulumi.resources.access.group import Group as Group
from verge_pulumi.resources.access.group_member import GroupMember as GroupMember
from verge_pulumi.resources.access.oidc_application import OidcApplication as OidcApplication
from verge_pulumi.resources.access.oidc_application_group import OidcApplicationGroup as OidcApplicationGroup
from verge_pulumi.resources.access.oidc_application_user import OidcApplicationUser as OidcApplicationUser
from verge_pulumi.resources.access.permission import Permission as Permission
from verge_pulumi.resources.access.user import User as User
from verge_pulumi.resources.appearance.theme import Theme as Theme
from verge_pulumi.resources.compute.cloudinit_file import CloudInitFile as CloudInitFile
from verge_pulumi.resources.compute.device import Device as Device
from verge_pulumi.resources.compute.drive import Drive as Drive
from verge_pulumi.resources.compute.nic import Nic as Nic
from verge_pulumi.resources.compute.resource_group import ResourceGroup as ResourceGroup
from verge_pulumi.resources.compute.resource_rule import ResourceRule as ResourceRule
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
from verge_pulumi.resources.network.network_proxy_tenant import NetworkProxyTenant as NetworkProxyTenant
from verge_pulumi.resources.power import Power as Power
from verge_pulumi.resources.protection.snapshot_profile import SnapshotProfile as SnapshotProfile
from verge_pulumi.resources.protection.system_snapshot import SystemSnapshot as SystemSnapshot
from verge_pulumi.resources.recipes.catalog import Catalog as Catalog
from verge_pulumi.resources.recipes.catalog_repository import CatalogRepository as CatalogRepository
from verge_pulumi.resources.routing.bgp_interface import BgpInterface as BgpInterface
from verge_pulumi.resources.routing.bgp_interface_command import BgpInterfaceCommand as BgpInterfaceCommand
from verge_pulumi.resources.routing.bgp_ip import BgpIp as BgpIp
from verge_pulumi.resources.routing.bgp_route_map import BgpRouteMap as BgpRouteMap
from verge_pulumi.resources.routing.bgp_route_map_command import BgpRouteMapCommand as BgpRouteMapCommand
from verge_pulumi.resources.routing.bgp_router import BgpRouter as BgpRouter
from verge_pulumi.resources.routing.bgp_router_command import BgpRouterCommand as BgpRouterCommand
from verge_pulumi.resources.routing.eigrp_router import EigrpRouter as EigrpRouter
from verge_pulumi.resources.routing.eigrp_router_command import EigrpRouterCommand as EigrpRouterCommand
from verge_pulumi.resources.routing.ospf_command import OspfCommand as OspfCommand
from verge_pulumi.resources.storage.media_file import MediaFile as MediaFile
from verge_pulumi.resources.system.certificate import Certificate as Certificate
from verge_pulumi.resources.system.cluster_settings import ClusterSettings as ClusterSettings
from verge_pulumi.resources.system.node_settings import NodeSettings as NodeSettings
from verge_pulumi.resources.system.root_certificate import RootCertificate as RootCertificate
from verge_pulumi.resources.system.setting import Setting as Setting
from verge_pulumi.resources.system.system_identity import SystemIdentity as SystemIdentity
from verge_pulumi.resources.system.update_settings import UpdateSettings as UpdateSettings
from verge_pulumi.resources.system.update_source import UpdateSource as UpdateSource
from verge_pulumi.resources.system.webhook import Webhook as Webhook
from verge_pulumi.resources.tags.tag import Tag as Tag
from verge_pulumi.resources.tags.tag_assignment import TagAssignment as TagAssignment
from verge_pulumi.resources.tags.tag_category import TagCategory as TagCategory
from verge_pulumi.resources.vpn.ipsec_phase2 import IpsecPhase2 as IpsecPhase2
from verge_pulumi.resources.vpn.ipsec_tunnel import IpsecTunnel as IpsecTunnel
from verge_pulumi.resources.vpn.wireguard import WireGuard as WireGuard
from verge_pulumi.resources.vpn.wireguard_peer import WireGuardPeer as WireGuardPeer

__all__ = [
    "Address",
    "ApiKey",
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
    "Certificate",
    "CloudInitFile",
    "ClusterSettings",
    "Device",
    "DnsRecord",
    "DnsView",
    "DnsZone",
    "Drive",
    "EigrpRouter",
    "EigrpRouterCommand",
    "Firewall",
    "Group",
    "GroupMember",
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
    "NodeSettings",
    "OidcApplication",
    "OidcApplicationGroup",
    "OidcApplicationUser",
    "OspfCommand",
    "Permission",
    "Power",
    "ResourceGroup",
    "ResourceRule",
    "RootCertificate",
    "RuleAlias",
    "Setting",
    "Snapshot",
    "SnapshotProfile",
    "SystemIdentity",
    "SystemSnapshot",
    "Tag",
    "TagAssignment",
    "TagCategory",
    "Theme",
    "UpdateSettings",
    "UpdateSource",
    "User",
    "VirtualMachine",
    "Webhook",
    "WireGuard",
    "WireGuardPeer",
]
