"""The resources, one file per noun: a declaration, and what is special about its life."""

from verge_pulumi.resources.address import Address
from verge_pulumi.resources.cloudinit_file import CloudInitFile
from verge_pulumi.resources.device import Device
from verge_pulumi.resources.dns_record import DnsRecord
from verge_pulumi.resources.dns_view import DnsView
from verge_pulumi.resources.dns_zone import DnsZone
from verge_pulumi.resources.drive import Drive
from verge_pulumi.resources.host_override import HostOverride
from verge_pulumi.resources.media_file import MediaFile
from verge_pulumi.resources.network import Network
from verge_pulumi.resources.network_block import NetworkBlock
from verge_pulumi.resources.network_rule import NetworkRule
from verge_pulumi.resources.nic import Nic
from verge_pulumi.resources.power import Power
from verge_pulumi.resources.rule_alias import RuleAlias
from verge_pulumi.resources.snapshot import Snapshot
from verge_pulumi.resources.vm import VirtualMachine

__all__ = [
    "Address",
    "CloudInitFile",
    "Device",
    "DnsRecord",
    "DnsView",
    "DnsZone",
    "Drive",
    "HostOverride",
    "MediaFile",
    "Network",
    "NetworkBlock",
    "NetworkRule",
    "Nic",
    "Power",
    "RuleAlias",
    "Snapshot",
    "VirtualMachine",
]
