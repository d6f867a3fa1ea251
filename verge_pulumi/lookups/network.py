"""Look-ups of networks."""

from __future__ import annotations

from dataclasses import dataclass

from verge_pulumi.engine.connecting.answers import Kind
from verge_pulumi.lookups._facts import DescribedRow, MachineStatus, Number, Running, Text
from verge_pulumi.lookups._lookup import Named


@dataclass(frozen=True, kw_only=True)
class GetNetworkResult(DescribedRow):
    """A network."""

    type: str
    layer2_type: Text
    layer2_id: Number
    network: Text
    ipaddress: Text
    mtu: Number
    running: Running
    status: MachineStatus


get_network: Named[GetNetworkResult] = Named(GetNetworkResult, Kind("network", "vnets"))

get_network_output = get_network.output
