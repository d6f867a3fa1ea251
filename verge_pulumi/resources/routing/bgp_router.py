"""BGP routers of networks."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, arg
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.resources.routing._common import ROUTING, OfNetwork


class BgpRouter(OfNetwork, Resource, table="vnet_bgp_routers", named_by="asn", life=ROUTING):
    """A BGP router of a network: ``BgpRouter("edge", network=wan, asn=65001)``; `BgpRouterCommand` tells it its peers.

    VergeOS begins it with commands that set its id, and let it exchange routes without a policy. What is only written
    takes effect when the network restarts. These rows carry no mark, so they belong to the stack that manages the
    network.
    """

    asn: Attr[int] = arg(restarts=True, ge=1, le=4294967295)
    """Number of the autonomous system."""
