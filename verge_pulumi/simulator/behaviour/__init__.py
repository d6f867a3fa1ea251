"""Behaviour of tables beyond the catalogue, one module per noun; `BEHAVIOURS` maps tables to behaviours."""

from __future__ import annotations

from collections.abc import Mapping

from verge_pulumi.simulator.behaviour.access.api_keys import ApiKeys
from verge_pulumi.simulator.behaviour.access.auth_sources import AuthSources
from verge_pulumi.simulator.behaviour.access.members import Members
from verge_pulumi.simulator.behaviour.access.oidc_applications import OidcApplications
from verge_pulumi.simulator.behaviour.access.permissions import Permissions
from verge_pulumi.simulator.behaviour.access.users import Groups, Users
from verge_pulumi.simulator.behaviour.appearance.themes import Themes
from verge_pulumi.simulator.behaviour.base import Behaviour
from verge_pulumi.simulator.behaviour.compute.cloudinit_files import CloudInitFiles
from verge_pulumi.simulator.behaviour.compute.drives import Drives
from verge_pulumi.simulator.behaviour.compute.nics import Nics
from verge_pulumi.simulator.behaviour.compute.passthrough import PassthroughDevices
from verge_pulumi.simulator.behaviour.compute.resource_groups import ResourceGroups, ResourceRules
from verge_pulumi.simulator.behaviour.compute.snapshots import Snapshots
from verge_pulumi.simulator.behaviour.compute.virtual_machines import VirtualMachines
from verge_pulumi.simulator.behaviour.dns.dns import DnsRecords, DnsZones, Ordered
from verge_pulumi.simulator.behaviour.firewall.rules import RuleAliases, Rules
from verge_pulumi.simulator.behaviour.machines import MachineOwner, MachineStatus
from verge_pulumi.simulator.behaviour.network.addresses import Addresses
from verge_pulumi.simulator.behaviour.network.network_blocks import NetworkBlocks
from verge_pulumi.simulator.behaviour.network.networks import Networks
from verge_pulumi.simulator.behaviour.protection.profiles import SnapshotProfiles
from verge_pulumi.simulator.behaviour.protection.system_snapshots import SystemSnapshots
from verge_pulumi.simulator.behaviour.recipes.catalogs import CatalogRepositories, HexKeyed
from verge_pulumi.simulator.behaviour.routing.routing import BgpInterfaces, BgpRouters, NetworkParts
from verge_pulumi.simulator.behaviour.storage.files import Files
from verge_pulumi.simulator.behaviour.system.certificates import Certificates, RootCertificates
from verge_pulumi.simulator.behaviour.system.settings import Settings
from verge_pulumi.simulator.behaviour.system.system import Clusters
from verge_pulumi.simulator.behaviour.system.webhooks import WebhookUrls
from verge_pulumi.simulator.behaviour.tags.tag_members import TagMembers
from verge_pulumi.simulator.behaviour.tenants.tenants import Tenants
from verge_pulumi.simulator.behaviour.vpn.vpn import IpsecSettings, WireGuardPeers, WireGuards

BEHAVIOURS: Mapping[str, type[Behaviour]] = {
    "auth_sources": AuthSources,
    "catalog_repositories": CatalogRepositories,
    "catalogs": HexKeyed,
    "certificates": Certificates,
    "cloud_snapshots": SystemSnapshots,
    "cloudinit_files": CloudInitFiles,
    "clusters": Clusters,
    "files": Files,
    "groups": Groups,
    "machine_devices": PassthroughDevices,
    "machine_drives": Drives,
    "machine_nics": Nics,
    "machine_snapshots": Snapshots,
    "machine_status": MachineStatus,
    "members": Members,
    "nodes": MachineOwner,
    "oidc_applications": OidcApplications,
    "permissions": Permissions,
    "resource_groups": ResourceGroups,
    "resource_rules": ResourceRules,
    "root_certificates": RootCertificates,
    "settings": Settings,
    "snapshot_profiles": SnapshotProfiles,
    "tag_members": TagMembers,
    "tenant_recipes": HexKeyed,
    "tenants": Tenants,
    "themes": Themes,
    "user_api_keys": ApiKeys,
    "users": Users,
    "vm_recipes": HexKeyed,
    "vms": VirtualMachines,
    "vnet_addresses": Addresses,
    "vnet_bgp": NetworkParts,
    "vnet_bgp_interface_commands": Ordered,
    "vnet_bgp_interfaces": BgpInterfaces,
    "vnet_bgp_ip": Ordered,
    "vnet_bgp_routemap_commands": Ordered,
    "vnet_bgp_router_commands": Ordered,
    "vnet_bgp_routers": BgpRouters,
    "vnet_cidrs": NetworkBlocks,
    "vnet_dns_views": Ordered,
    "vnet_dns_zone_records": DnsRecords,
    "vnet_dns_zones": DnsZones,
    "vnet_eigrp_router_commands": Ordered,
    "vnet_ipsecs": IpsecSettings,
    "vnet_ospf_commands": Ordered,
    "vnet_proxy": NetworkParts,
    "vnet_rule_aliases": RuleAliases,
    "vnet_rules": Rules,
    "vnet_wireguard_peers": WireGuardPeers,
    "vnet_wireguards": WireGuards,
    "vnets": Networks,
    "webhook_urls": WebhookUrls,
}
