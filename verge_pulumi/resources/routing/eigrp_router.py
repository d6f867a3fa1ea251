"""EIGRP routers of networks."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, arg
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.resources.routing._common import ROUTING, OfNetwork


class EigrpRouter(OfNetwork, Resource, table="vnet_eigrp_routers", named_by="asn", life=ROUTING):
    """An EIGRP router of a network; `EigrpRouterCommand` tells it its networks.

    What is only written takes effect when the network restarts. These rows carry no mark, so they belong to the stack
    that manages the network.
    """

    asn: Attr[int] = arg(restarts=True, ge=1, le=65535)
    """Number of the autonomous system."""
