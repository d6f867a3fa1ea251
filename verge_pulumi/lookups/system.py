"""Look-ups of the system, its hardware and its updates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import pulumi

from verge_pulumi.engine.connecting.answers import Kind
from verge_pulumi.lookups._facts import DescribedRow, Number, RowKey, Running, Switch, Text
from verge_pulumi.lookups._lookup import Lookup, Named, T


@dataclass(frozen=True, kw_only=True)
class GetClusterResult(DescribedRow):
    """A cluster; RAM is in MB."""

    enabled: Switch
    compute: Switch
    default_cpu: Text
    online_nodes: Annotated[Number, "status#online_nodes"]
    online_ram: Annotated[Number, "status#online_ram"]
    used_ram: Annotated[Number, "status#used_ram"]


@dataclass(frozen=True, kw_only=True)
class GetNodeResult(DescribedRow):
    """A node; RAM is in MB."""

    cluster: Number
    machine: Number
    cores: Number
    ram: Number
    vm_ram: Number
    running: Running


@dataclass(frozen=True, kw_only=True)
class GetSystemResult:
    """The system itself."""

    key: RowKey
    name: Annotated[str, "cloud_name"]
    id: Text
    version: Annotated[Text, "os_version"]


@dataclass(frozen=True, kw_only=True)
class GetUpdateBranchResult(DescribedRow):
    """A branch of releases that updates are taken from."""


class TheOnly(Lookup[T]):
    """Looks up the only row of its table: ``get_system()``."""

    def __call__(self, *, provider: pulumi.ProviderResource | None = None) -> T:
        """Return it."""
        return self.find(provider, {})

    def output(self, *, provider: pulumi.ProviderResource | None = None) -> pulumi.Output[T]:
        """Return it as an output."""
        return pulumi.Output.from_input(self(provider=provider))


get_cluster: Named[GetClusterResult] = Named(GetClusterResult, Kind("cluster", "clusters"))
get_node: Named[GetNodeResult] = Named(GetNodeResult, Kind("node", "nodes"))
get_system: TheOnly[GetSystemResult] = TheOnly(GetSystemResult, Kind("system", "system"))
get_update_branch: Named[GetUpdateBranchResult] = Named(GetUpdateBranchResult, Kind("update branch", "update_branches"))

get_cluster_output = get_cluster.output
get_node_output = get_node.output
get_system_output = get_system.output
get_update_branch_output = get_update_branch.output
