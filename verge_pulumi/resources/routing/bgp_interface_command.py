"""What interfaces of BGP are told."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, Ref, computed, ref
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Key
from verge_pulumi.resources.network._restarting import RestartPolicy
from verge_pulumi.resources.routing._common import ROUTING, Command
from verge_pulumi.resources.routing.bgp_interface import BgpInterface


class BgpInterfaceCommand(Command, RestartPolicy, Resource, table="vnet_bgp_interface_commands", life=ROUTING):
    """A line of a BGP interface's configuration. Usual commands are ``ip``, ``ospf`` and ``bandwidth``."""

    interface: Ref[BgpInterface] = ref(column="bgp_interface", replaces=True)
    """The interface."""

    network: Attr[Key | None] = computed(follow="bgp_interface#bgp#vnet")
    """Key of the network whose router it is for."""
