"""Names that the DNS server of a network answers by itself."""

from __future__ import annotations

from typing import Literal

from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, ref
from verge_pulumi.engine.declaring.lives import Staged
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import IpAddress
from verge_pulumi.resources.network.network import Network


class HostOverride(Resource, table="vnet_hosts", unique=("network", "host"), life=Staged("DNS")):
    """A name that a network's DNS server answers with an address of your choice.

    A running network applies the change at once. These rows carry no mark, so they belong to the stack that manages
    the network.
    """

    network: Ref[Network] = ref(column="vnet", replaces=True)
    """The network it belongs to."""

    host: Attr[str] = arg(min_length=1)
    """The name; unique in the network."""

    ip: Attr[IpAddress] = arg()
    """The address it stands for."""

    type: Attr[Literal["host", "domain"] | None] = arg(default=None)
    """Whether it is one ``host`` (if unset) or a whole ``domain``."""
