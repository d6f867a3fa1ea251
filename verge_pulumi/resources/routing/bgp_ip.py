"""Lists of addresses and paths for BGP."""

from __future__ import annotations

from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.resources.routing._common import ROUTING, Command, OfNetwork


class BgpIp(Command, OfNetwork, Resource, table="vnet_bgp_ip", life=ROUTING):
    """A line about addresses, such as ``prefix-list`` with ``params="IN seq 10 permit 10.0.0.0/8 le 24"``.

    Usual commands are ``prefix-list``, ``as-path`` and ``community-list``.
    """
