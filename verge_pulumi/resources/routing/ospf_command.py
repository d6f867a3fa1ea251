"""OSPF."""

from __future__ import annotations

from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.resources.routing._common import ROUTING, Command, OfNetwork


class OspfCommand(Command, OfNetwork, Resource, table="vnet_ospf_commands", life=ROUTING):
    """A line of a network's OSPF configuration, such as ``network`` with ``params="10.0.0.0/24 area 0"``.

    Usual commands are ``router-id``, ``network``, ``area``, ``redistribute`` and ``passive-interface``. What is only
    written takes effect when the network restarts. These rows carry no mark, so they belong to the stack that manages
    the network.
    """
