"""What entries of route maps are about, and what they change."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, Ref, computed, ref
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Key
from verge_pulumi.resources.network._restarting import RestartPolicy
from verge_pulumi.resources.routing._common import ROUTING, Command
from verge_pulumi.resources.routing.bgp_route_map import BgpRouteMap


class BgpRouteMapCommand(Command, RestartPolicy, Resource, table="vnet_bgp_routemap_commands", life=ROUTING):
    """A line of a route map's entry, such as ``match`` or ``set`` with ``params="local-preference 200"``."""

    route_map: Ref[BgpRouteMap] = ref(column="bgp_routemap", replaces=True)
    """The entry of the map."""

    network: Attr[Key | None] = computed(follow="bgp_routemap#bgp#vnet")
    """Key of the network whose router it is for."""
