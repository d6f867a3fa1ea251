"""EIGRP: routers and what they are told."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, computed, ref
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Key
from verge_pulumi.resources.routing._common import ROUTING, OfNetwork, RouterCommand


class EigrpRouter(OfNetwork, Resource, table="vnet_eigrp_routers", named_by="asn", life=ROUTING):
    """An EIGRP router of a network; `EigrpRouterCommand` tells it its networks.

    What is only written takes effect when the network restarts. These rows carry no mark, so they belong to the stack
    that manages the network.
    """

    asn: Attr[int] = arg(restarts=True, ge=1, le=65535)
    """Number of the autonomous system."""


class EigrpRouterCommand(RouterCommand, Resource, table="vnet_eigrp_router_commands", life=ROUTING):
    """A line of an EIGRP router's configuration. Usual commands are ``network``, ``redistribute`` and ``neighbor``."""

    router: Ref[EigrpRouter] = ref(column="eigrp_router", replaces=True)
    """The router."""

    network: Attr[Key | None] = computed(follow="eigrp_router#bgp#vnet")
    """Key of the network whose router it is for."""
