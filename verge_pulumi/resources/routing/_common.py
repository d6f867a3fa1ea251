"""What BGP, OSPF and EIGRP have in common: lines of the routing daemon's configuration, and their parent.

All of it belongs to one row of `vnet_bgp` for each network, which clients make when they need it (fact sheet vnets
§11).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, computed, ref
from verge_pulumi.engine.declaring.declaration import Declared
from verge_pulumi.engine.declaring.values import Key, Text
from verge_pulumi.resources.network._on_demand import row_of
from verge_pulumi.resources.network._restarting import R, RestartingProvider, RestartPolicy
from verge_pulumi.resources.network._staged import ROUTING
from verge_pulumi.resources.network.network import Network


class OfNetwork(RestartPolicy):
    """The arguments of a child of a network's routing."""

    network: Ref[Network] = ref(column="bgp", through="bgp", replaces=True)
    """The network whose router it is for."""

    bgp: Attr[Key | None] = computed()
    """Key of the network's routing, which is created with its first child and deleted with the network."""


class Command(Declared):
    """A line of the routing daemon's configuration, as FRRouting reads it."""

    command: Attr[str] = arg(min_length=1, restarts=True)
    """Its first word."""

    params: Attr[Text] = arg(restarts=True)
    """The rest of it; "" if there is none."""

    orderid: Attr[int | None] = arg(default=None, restarts=True)
    """Place among its siblings, the lowest first; the end if unset."""


class RouterCommand(Command, RestartPolicy):
    """A line of a router's configuration."""

    enabled: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether it applies."""

    no: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether it is negated, as by ``no`` before the line."""


class RoutingProvider(RestartingProvider[R]):
    """Manages rows below the routing of a network."""

    staged = ROUTING
    root = "vnet_bgp"

    def through(self, name: str, key: str) -> Any:
        """Return the key of the network's routing, which may have to be made."""
        return row_of(self.connection, "vnet_bgp", key) if name == "network" else super().through(name, key)


class RouterCommandProvider(RoutingProvider[R]):
    """Manages lines of a router's configuration."""

    server_defaults: ClassVar[Mapping[str, Any]] = {"enabled": True, "no": False}
