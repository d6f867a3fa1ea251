"""Run VergeOS as code: virtual machines, networks and what belongs to them, in Pulumi and Python."""

from verge_pulumi.engine.connection import Provider
from verge_pulumi.engine.export import export
from verge_pulumi.resources import Drive, Network, Nic, Power, VirtualMachine

__all__ = ["Drive", "Network", "Nic", "Power", "Provider", "VirtualMachine", "export"]
