"""The resources, one file per noun: a declaration, and what is special about its life."""

from verge_pulumi.resources.drive import Drive
from verge_pulumi.resources.network import Network
from verge_pulumi.resources.nic import Nic
from verge_pulumi.resources.power import Power
from verge_pulumi.resources.vm import VirtualMachine

__all__ = ["Drive", "Network", "Nic", "Power", "VirtualMachine"]
