"""What BGP, OSPF and EIGRP have in common: lines of the routing daemon's configuration, and their parent.

All of it belongs to one row of `vnet_bgp` for each network, which clients make when they need it
(docs/vergeos/networks.md §11).
"""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, computed, ref
from verge_pulumi.engine.declaring.declaration import Declared
from verge_pulumi.engine.declaring.lives import PerNetwork, RestartsParent
from verge_pulumi.engine.declaring.values import Key, Text
from verge_pulumi.resources.network._restarting import RestartPolicy
from verge_pulumi.resources.network.network import Network

ROUTING = RestartsParent("routing", shared=PerNetwork("vnet_bgp"))
"""The life of all these rows."""


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

    enabled: Attr[bool | None] = arg(default=None, restarts=True, if_unset=True)
    """Whether it applies."""

    no: Attr[bool | None] = arg(default=None, restarts=True, if_unset=False)
    """Whether it is negated, as by ``no`` before the line."""
