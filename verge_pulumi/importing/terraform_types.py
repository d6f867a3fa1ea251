"""What the types of the Terraform provider for VergeOS are here: one table, which `docs/terraform.md` shows too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.resources.access.api_key import ApiKey
from verge_pulumi.resources.access.auth_source import AuthSource
from verge_pulumi.resources.access.group import Group
from verge_pulumi.resources.access.group_member import GroupMember
from verge_pulumi.resources.access.permission import Permission
from verge_pulumi.resources.access.user import User
from verge_pulumi.resources.compute.device import Device
from verge_pulumi.resources.compute.drive import Drive
from verge_pulumi.resources.compute.nic import Nic
from verge_pulumi.resources.compute.virtual_machine import VirtualMachine
from verge_pulumi.resources.dns.dns_record import DnsRecord
from verge_pulumi.resources.dns.dns_view import DnsView
from verge_pulumi.resources.dns.dns_zone import DnsZone
from verge_pulumi.resources.firewall.network_rule import NetworkRule
from verge_pulumi.resources.firewall.rule_alias import RuleAlias
from verge_pulumi.resources.network.network import Network
from verge_pulumi.resources.protection.snapshot_profile import SnapshotProfile
from verge_pulumi.resources.system.certificate import Certificate
from verge_pulumi.resources.system.webhook import Webhook
from verge_pulumi.resources.tags.tag import Tag
from verge_pulumi.resources.tags.tag_assignment import TagAssignment
from verge_pulumi.resources.tags.tag_category import TagCategory
from verge_pulumi.resources.vpn.ipsec_phase2 import IpsecPhase2
from verge_pulumi.resources.vpn.ipsec_tunnel import IpsecTunnel
from verge_pulumi.resources.vpn.wireguard import WireGuard
from verge_pulumi.resources.vpn.wireguard_peer import WireGuardPeer

NO_NOUN = "this package has no resource for it"
"""Why a type is left of which nothing else is known."""


@dataclass(frozen=True, kw_only=True)
class Noun:
    """What the objects of a type are, of which the id is the key of a row.

    Attributes:
        kind: The resource.
        name: The attribute with the name by which the row is known; "" if it has none.
        within: Further columns by which a row is known, and the attributes with what they must hold.
        of: The attribute with the key of the row that it was created within; "" if a column in `within` says it.
        parts: Blocks with rows of their own, which are known by their names, and the resources that those are.
        rows: The block with the rows, where the id is the key of what they are within; "" where the id is the row's.
        secrets: Arguments without which a row cannot be declared and that VergeOS does not tell, and their attributes.
    """

    kind: type[BaseResource]
    name: str = "name"
    within: Mapping[str, str] = field(default_factory=dict)
    of: str = ""
    parts: Mapping[str, type[BaseResource]] = field(default_factory=dict)
    rows: str = ""
    secrets: Mapping[str, str] = field(default_factory=dict)


MACHINE = {
    "boot_disk": Drive,
    "vergeio_drive": Drive,
    "vergeio_nic": Nic,
    "vergeio_device": Device,
}
"""Blocks of a VM: `boot_disk` of provider 3, the others of provider 2."""

NOUNS: Mapping[str, Noun] = {
    "vergeio_api_key": Noun(kind=ApiKey, within={"user": "user_id"}),
    "vergeio_auth_source": Noun(kind=AuthSource),
    "vergeio_certificate": Noun(kind=Certificate, name="", within={"domain": "domain"}),
    "vergeio_drive": Noun(kind=Drive, within={"machine": "machine"}),
    "vergeio_group": Noun(kind=Group),
    "vergeio_member": Noun(kind=GroupMember, name="", within={"parent_group": "group", "member": "member"}),
    "vergeio_network": Noun(kind=Network),
    "vergeio_network_dns_record": Noun(kind=DnsRecord, name="", within={"zone": "zone_id", "host": "host"}),
    "vergeio_network_dns_view": Noun(kind=DnsView, within={"vnet": "network_id"}),
    "vergeio_network_dns_zone": Noun(kind=DnsZone, name="domain", within={"view": "view_id"}),
    "vergeio_network_ipsec_connection": Noun(
        kind=IpsecTunnel, within={"ipsec": "ipsec_id"}, parts={"phase2": IpsecPhase2}, secrets={"psk": "psk"}
    ),
    "vergeio_network_rule": Noun(kind=NetworkRule, within={"vnet": "vnet"}),
    "vergeio_network_rule_alias": Noun(kind=RuleAlias),
    "vergeio_network_rules": Noun(kind=NetworkRule, rows="rule"),
    "vergeio_network_wireguard": Noun(kind=WireGuard, within={"vnet": "network_id"}),
    "vergeio_network_wireguard_peer": Noun(kind=WireGuardPeer, within={"wireguard": "wireguard_id"}),
    "vergeio_nic": Noun(kind=Nic, within={"machine": "machine"}),
    "vergeio_permission": Noun(kind=Permission, name="", within={"table": "table", "row": "object_id"}),
    "vergeio_snapshot_profile": Noun(kind=SnapshotProfile),
    "vergeio_tag": Noun(kind=Tag, within={"category": "category"}),
    "vergeio_tag_category": Noun(kind=TagCategory),
    "vergeio_tag_member": Noun(kind=TagAssignment, name="", within={"tag": "tag_id", "member": "member"}),
    "vergeio_user": Noun(kind=User),
    "vergeio_vm": Noun(kind=VirtualMachine, parts=MACHINE),
    "vergeio_vm_drive": Noun(kind=Drive, of="vm_id"),
    "vergeio_vm_nic": Noun(kind=Nic, of="vm_id"),
    "vergeio_webhook_url": Noun(kind=Webhook),
}
"""The types whose objects can be resources of a program."""

LEFT: Mapping[str, str] = {
    "vergeio_network_ipsec": "its row comes and goes with its tunnels; take it out of Terraform's state with them",
    "vergeio_setting": "VergeOS has every setting already; declare a Setting for it",
    "vergeio_webhook": "a message that was sent is no object",
}
"""Why the objects of other types are left."""
