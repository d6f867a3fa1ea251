"""BGP: routers, the interfaces that they speak on, route maps and lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, computed, ref
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Cidr, IpAddress, Key, Text
from verge_pulumi.engine.ownership.mark import DESCRIPTION_LENGTH
from verge_pulumi.resources.network._restarting import RestartingProvider, RestartPolicy
from verge_pulumi.resources.network.network import Network, outside, vlan_problems
from verge_pulumi.resources.routing._common import (
    ROUTING,
    Command,
    OfNetwork,
    RouterCommand,
)

BEGINNINGS = ("router-id ", "ebgp-requires-policy", "network import-check")
"""What a router's own first commands say after ``bgp`` (VergeOS documentation, configuring BGP)."""


class BgpRouter(OfNetwork, Resource, table="vnet_bgp_routers", named_by="asn", life=ROUTING):
    """A BGP router of a network: ``BgpRouter("edge", network=wan, asn=65001)``; `BgpRouterCommand` tells it its peers.

    VergeOS begins it with commands that set its id, and let it exchange routes without a policy. What is only written
    takes effect when the network restarts. These rows carry no mark, so they belong to the stack that manages the
    network.
    """

    asn: Attr[int] = arg(restarts=True, ge=1, le=4294967295)
    """Number of the autonomous system."""


class BgpRouterCommand(RouterCommand, Resource, table="vnet_bgp_router_commands", life=ROUTING):
    """A line of a BGP router's configuration, such as one for a peer.

    ``BgpRouterCommand("isp", router=edge, command="neighbor", params="10.10.11.1 remote-as 65000")``. Usual commands
    are ``neighbor``, ``network``, ``redistribute``, ``bgp`` and ``timers``.
    """

    router: Ref[BgpRouter] = ref(column="bgp_router", replaces=True)
    """The router."""

    network: Attr[Key | None] = computed(follow="bgp_router#bgp#vnet")
    """Key of the network whose router it is for."""


class BgpRouterCommandProvider(RestartingProvider[BgpRouterCommand]):
    """Manages what routers are told."""

    def made_by_vergeos(self, row: Mapping[str, Any]) -> bool:
        """Say whether it is one of the commands that a router begins with, which VergeOS takes a second time too."""
        return row.get("command") == "bgp" and str(row.get("params")).startswith(BEGINNINGS)


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


class BgpInterfaceCommand(Command, RestartPolicy, Resource, table="vnet_bgp_interface_commands", life=ROUTING):
    """A line of a BGP interface's configuration. Usual commands are ``ip``, ``ospf`` and ``bandwidth``."""

    interface: Ref[BgpInterface] = ref(column="bgp_interface", replaces=True)
    """The interface."""

    network: Attr[Key | None] = computed(follow="bgp_interface#bgp#vnet")
    """Key of the network whose router it is for."""


class BgpRouteMap(OfNetwork, Resource, table="vnet_bgp_routemaps", named_by="tag", life=ROUTING):
    """An entry of a route map: which routes pass; `BgpRouteMapCommand` says which it is about, and what changes."""

    tag: Attr[str] = arg(min_length=1, restarts=True)
    """Name of the map; entries that share it form one."""

    sequence: Attr[int] = arg(ge=1, le=65535, restarts=True)
    """Place in the map, the lowest first."""

    permit: Attr[bool] = arg(restarts=True)
    """Whether the routes pass."""


class BgpRouteMapCommand(Command, RestartPolicy, Resource, table="vnet_bgp_routemap_commands", life=ROUTING):
    """A line of a route map's entry, such as ``match`` or ``set`` with ``params="local-preference 200"``."""

    route_map: Ref[BgpRouteMap] = ref(column="bgp_routemap", replaces=True)
    """The entry of the map."""

    network: Attr[Key | None] = computed(follow="bgp_routemap#bgp#vnet")
    """Key of the network whose router it is for."""


class BgpIp(Command, OfNetwork, Resource, table="vnet_bgp_ip", life=ROUTING):
    """A line about addresses, such as ``prefix-list`` with ``params="IN seq 10 permit 10.0.0.0/8 le 24"``.

    Usual commands are ``prefix-list``, ``as-path`` and ``community-list``.
    """
