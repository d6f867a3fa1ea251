"""What BGP, OSPF and EIGRP have in common: lines of the routing daemon's configuration, and where they hang.

All of it hangs on one row of `vnet_bgp` for each network, which clients make when they need it (fact sheet vnets §11).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from verge_pulumi.client import AlreadyExists, Outcome, VergeError, where
from verge_pulumi.engine.attributes import Attr, Ref, arg, computed, ref
from verge_pulumi.engine.connection import Connection
from verge_pulumi.engine.declare import Declared
from verge_pulumi.engine.values import Key, Text
from verge_pulumi.resources.network import Network
from verge_pulumi.resources.restarting import R, RestartingProvider, RestartPolicy
from verge_pulumi.resources.staged import ROUTING


class OfNetwork(RestartPolicy):
    """What is said of a row that hangs on the routing of a network."""

    network: Ref[Network] = ref(column="bgp", through="bgp", replaces=True)
    """The network whose router it is for."""

    bgp: Attr[Key | None] = computed()
    """Key of the network's routing, which is made with the first row that hangs on it and goes with the network."""


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

    def _through(self, name: str, key: str) -> Any:
        """Return the key of the network's routing, which may have to be made."""
        return int(_routing_of(self.connection, key)) if name == "network" else super()._through(name, key)


class RouterCommandProvider(RoutingProvider[R]):
    """Manages lines of a router's configuration."""

    unless_told: ClassVar[Mapping[str, Any]] = {"enabled": True, "no": False}


_found: WeakKeyDictionary[Connection, dict[str, str]] = WeakKeyDictionary()
_finding = threading.Lock()


def _routing_of(connection: Connection, network: str) -> str:
    """Return the key of a network's row of `vnet_bgp`; it is asked for, or made, once in a run.

    Raises:
        VergeError: It cannot be asked for, or made.
    """
    with _finding:
        found = _found.setdefault(connection, {})
        if network not in found:
            found[network] = _find_or_make(connection, network)
        return found[network]


def _find_or_make(connection: Connection, network: str) -> str:
    table = connection.client.table("vnet_bgp")

    def find() -> str | None:
        rows = connection.reader.find("vnet_bgp", where("vnet", "eq", int(network)), ("$key", "vnet"))
        return str(rows[0]["$key"]) if rows else None

    def make() -> str:
        return table.create({"vnet": int(network)}).key

    if key := find():
        return key
    try:
        return make()
    except VergeError as error:
        if error.outcome is Outcome.NOT_APPLIED and not isinstance(error, AlreadyExists):
            raise
    # Another process was faster, or the answer was lost.
    return find() or make()
