"""What BGP routers are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verge_pulumi.engine.declaring.attributes import Attr, Ref, computed, ref
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Key
from verge_pulumi.resources.network._restarting import RestartingProvider
from verge_pulumi.resources.routing._common import ROUTING, RouterCommand
from verge_pulumi.resources.routing.bgp_router import BgpRouter

BEGINNINGS = ("router-id ", "ebgp-requires-policy", "network import-check")
"""What a router's own first commands say after ``bgp`` (VergeOS documentation, configuring BGP)."""


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
