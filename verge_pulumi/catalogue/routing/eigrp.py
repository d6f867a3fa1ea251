"""EIGRP of networks."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import integer
from verge_pulumi.catalogue.routing.routing import LIMITS, below_bgp, commands_of

VNET_EIGRP_ROUTERS = below_bgp(
    "vnet_eigrp_routers",
    integer("asn", required=True, minimum=1, maximum=65535),
    short="asn",
    source=LIMITS,
)

VNET_EIGRP_ROUTER_COMMANDS = commands_of(
    "vnet_eigrp_router_commands",
    "eigrp_router",
    "vnet_eigrp_routers",
    "eigrp coalesce-time maximum-paths metric neighbor network passive-interface redistribute timers variance",
    negated=True,
)
