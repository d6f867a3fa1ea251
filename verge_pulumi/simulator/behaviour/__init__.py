"""What tables do beyond the catalogue, one module per noun; `BEHAVIOURS` says which table has which behaviour."""

from __future__ import annotations

from collections.abc import Mapping

from verge_pulumi.simulator.behaviour.base import Behaviour
from verge_pulumi.simulator.behaviour.devices import Drives, Nics
from verge_pulumi.simulator.behaviour.machines import MachineOwner, MachineStatus
from verge_pulumi.simulator.behaviour.networks import Networks, Rules
from verge_pulumi.simulator.behaviour.system import CatalogRepositories, Clusters
from verge_pulumi.simulator.behaviour.vms import VirtualMachines

BEHAVIOURS: Mapping[str, type[Behaviour]] = {
    "catalog_repositories": CatalogRepositories,
    "clusters": Clusters,
    "machine_drives": Drives,
    "machine_nics": Nics,
    "machine_status": MachineStatus,
    "nodes": MachineOwner,
    "vms": VirtualMachines,
    "vnet_rules": Rules,
    "vnets": Networks,
}
