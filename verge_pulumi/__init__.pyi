# Written by `make docs` from the files that define the names; edit those instead.

from verge_pulumi._version import __version__ as __version__
from verge_pulumi.accounts import Account as Account
from verge_pulumi.accounts import deploy_account as deploy_account
from verge_pulumi.accounts import preview_account as preview_account
from verge_pulumi.cloudinit import CloudInit as CloudInit
from verge_pulumi.components import DeviceArgs as DeviceArgs
from verge_pulumi.components import DriveArgs as DriveArgs
from verge_pulumi.components import NicArgs as NicArgs
from verge_pulumi.components import PowerArgs as PowerArgs
from verge_pulumi.components import Server as Server
from verge_pulumi.engine.connecting.finding import by_name as by_name
from verge_pulumi.engine.connecting.provider import Provider as Provider
from verge_pulumi.engine.declaring.export import export as export
from verge_pulumi.lookups import get_billing as get_billing
from verge_pulumi.lookups import get_billing_output as get_billing_output
from verge_pulumi.lookups import get_catalog as get_catalog
from verge_pulumi.lookups import get_catalog_output as get_catalog_output
from verge_pulumi.lookups import get_cluster as get_cluster
from verge_pulumi.lookups import get_cluster_output as get_cluster_output
from verge_pulumi.lookups import get_drive as get_drive
from verge_pulumi.lookups import get_drive_output as get_drive_output
from verge_pulumi.lookups import get_group as get_group
from verge_pulumi.lookups import get_group_output as get_group_output
from verge_pulumi.lookups import get_media_file as get_media_file
from verge_pulumi.lookups import get_media_file_output as get_media_file_output
from verge_pulumi.lookups import get_network as get_network
from verge_pulumi.lookups import get_network_output as get_network_output
from verge_pulumi.lookups import get_nic as get_nic
from verge_pulumi.lookups import get_nic_output as get_nic_output
from verge_pulumi.lookups import get_node as get_node
from verge_pulumi.lookups import get_node_output as get_node_output
from verge_pulumi.lookups import get_recipe as get_recipe
from verge_pulumi.lookups import get_recipe_output as get_recipe_output
from verge_pulumi.lookups import get_resource_group as get_resource_group
from verge_pulumi.lookups import get_resource_group_output as get_resource_group_output
from verge_pulumi.lookups import get_snapshot as get_snapshot
from verge_pulumi.lookups import get_snapshot_output as get_snapshot_output
from verge_pulumi.lookups import get_snapshot_profile as get_snapshot_profile
from verge_pulumi.lookups import get_snapshot_profile_output as get_snapshot_profile_output
from verge_pulumi.lookups import get_storage_tier as get_storage_tier
from verge_pulumi.lookups import get_storage_tier_output as get_storage_tier_output
from verge_pulumi.lookups import get_system as get_system
from verge_pulumi.lookups import get_system_output as get_system_output
from verge_pulumi.lookups import get_tag as get_tag
from verge_pulumi.lookups import get_tag_category as get_tag_category
from verge_pulumi.lookups import get_tag_category_output as get_tag_category_output
from verge_pulumi.lookups import get_tag_output as get_tag_output
from verge_pulumi.lookups import get_tagged as get_tagged
from verge_pulumi.lookups import get_tagged_output as get_tagged_output
from verge_pulumi.lookups import get_update_branch as get_update_branch
from verge_pulumi.lookups import get_update_branch_output as get_update_branch_output
from verge_pulumi.lookups import get_user as get_user
from verge_pulumi.lookups import get_user_output as get_user_output
from verge_pulumi.lookups import get_vm as get_vm
from verge_pulumi.lookups import get_vm_output as get_vm_output
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
from verge_pulumi.resources.firewall import _reachability as reachability
from verge_pulumi.resources.firewall import _rule_addresses as rule_addresses
from verge_pulumi.resources.firewall._firewall_rule import FirewallRule as FirewallRule
from verge_pulumi.resources.firewall.firewall import Firewall as Firewall
from verge_pulumi.resources.firewall.network_rule import NetworkRule as NetworkRule
from verge_pulumi.resources.firewall.rule_alias import RuleAlias as RuleAlias
from verge_pulumi.resources.network.address import Address as Address
from verge_pulumi.resources.network.network import Network as Network
from verge_pulumi.resources.network.network_block import NetworkBlock as NetworkBlock
from verge_pulumi.resources.network.network_proxy import NetworkProxy as NetworkProxy
from verge_pulumi.resources.network.network_proxy_tenant import NetworkProxyTenant as NetworkProxyTenant
from verge_pulumi.resources.power import Power as Power
from verge_pulumi.resources.protection._snapshot_period import SnapshotPeriod as SnapshotPeriod
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
    "Account",
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
    "CloudInit",
    "CloudInitFile",
    "ClusterSettings",
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
    "NicArgs",
    "NodeSettings",
    "OidcApplication",
    "OidcApplicationGroup",
    "OidcApplicationUser",
    "OspfCommand",
    "Permission",
    "Power",
    "PowerArgs",
    "Provider",
    "ResourceGroup",
    "ResourceRule",
    "RootCertificate",
    "RuleAlias",
    "Server",
    "Setting",
    "Snapshot",
    "SnapshotPeriod",
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
    "__version__",
    "by_name",
    "deploy_account",
    "export",
    "get_billing",
    "get_billing_output",
    "get_catalog",
    "get_catalog_output",
    "get_cluster",
    "get_cluster_output",
    "get_drive",
    "get_drive_output",
    "get_group",
    "get_group_output",
    "get_media_file",
    "get_media_file_output",
    "get_network",
    "get_network_output",
    "get_nic",
    "get_nic_output",
    "get_node",
    "get_node_output",
    "get_recipe",
    "get_recipe_output",
    "get_resource_group",
    "get_resource_group_output",
    "get_snapshot",
    "get_snapshot_output",
    "get_snapshot_profile",
    "get_snapshot_profile_output",
    "get_storage_tier",
    "get_storage_tier_output",
    "get_system",
    "get_system_output",
    "get_tag",
    "get_tag_category",
    "get_tag_category_output",
    "get_tag_output",
    "get_tagged",
    "get_tagged_output",
    "get_update_branch",
    "get_update_branch_output",
    "get_user",
    "get_user_output",
    "get_vm",
    "get_vm_output",
    "preview_account",
    "reachability",
    "rule_addresses",
]
