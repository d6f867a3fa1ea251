"""What EIGRP routers are told."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, Ref, computed, ref
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Key
from verge_pulumi.resources.routing._common import ROUTING, RouterCommand
from verge_pulumi.resources.routing.eigrp_router import EigrpRouter


class EigrpRouterCommand(RouterCommand, Resource, table="vnet_eigrp_router_commands", life=ROUTING):
    """A line of an EIGRP router's configuration. Usual commands are ``network``, ``redistribute`` and ``neighbor``."""

    router: Ref[EigrpRouter] = ref(column="eigrp_router", replaces=True)
    """The router."""

    network: Attr[Key | None] = computed(follow="eigrp_router#bgp#vnet")
    """Key of the network whose router it is for."""
