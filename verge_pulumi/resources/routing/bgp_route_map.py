"""Route maps of BGP: which routes pass."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, arg
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.resources.routing._common import ROUTING, OfNetwork


class BgpRouteMap(OfNetwork, Resource, table="vnet_bgp_routemaps", named_by="tag", life=ROUTING):
    """An entry of a route map: which routes pass; `BgpRouteMapCommand` says which it is about, and what changes."""

    tag: Attr[str] = arg(min_length=1, restarts=True)
    """Name of the map; entries that share it form one."""

    sequence: Attr[int] = arg(ge=1, le=65535, restarts=True)
    """Place in the map, the lowest first."""

    permit: Attr[bool] = arg(restarts=True)
    """Whether the routes pass."""
