"""Interfaces on which BGP is spoken."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, computed, ref
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Cidr, IpAddress, Key, Text
from verge_pulumi.engine.ownership.mark import DESCRIPTION_LENGTH
from verge_pulumi.resources.network._restarting import RestartingProvider
from verge_pulumi.resources.network.network import Network, outside, vlan_problems
from verge_pulumi.resources.routing._common import ROUTING, OfNetwork


class BgpInterface(OfNetwork, Resource, table="vnet_bgp_interfaces", named_by="name", life=ROUTING):
    """An interface on which a network's router speaks with its peers. VergeOS makes a network and a NIC for it."""

    name: Attr[str] = arg(min_length=1, restarts=True)
    """Name."""

    description: Attr[Text | None] = arg(default=None, max_length=DESCRIPTION_LENGTH, restarts=True)
    """Free text. The mark of this package follows it in VergeOS and is not part of it here."""

    ipaddress: Attr[IpAddress] = arg(restarts=True)
    """The router's address on it."""

    cidr: Attr[Cidr] = arg(column="network", restarts=True)
    """Addresses of the segment, such as ``10.255.0.0/30``."""

    uplink: Ref[Network] = ref(column="interface_vnet", restarts=True)
    """The network below."""

    mtu: Attr[int | None] = arg(default=None, ge=1000, le=65536, restarts=True)
    """Largest packet in bytes."""

    layer2_type: Attr[Literal["vlan", "none"] | None] = arg(default=None, restarts=True)
    """Whether it is a VLAN of the network below."""

    layer2_id: Attr[int | None] = arg(default=None, ge=1, le=4094, restarts=True)
    """VLAN, from 1 to 4094."""

    bgp_network: Attr[Key | None] = computed(column="bgp_vnet")
    """Key of the network that VergeOS made for it."""


class BgpInterfaceProvider(RestartingProvider[BgpInterface]):
    """Manages interfaces."""

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """A VLAN has a number, and the address lies inside the segment."""
        yield from vlan_problems(inputs)
        yield from outside(inputs, "cidr", ("ipaddress",))
