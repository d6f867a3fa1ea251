"""Blocks of addresses that are handed on as a whole."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, ref
from verge_pulumi.engine.declaring.lives import Staged
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Cidr, RowPath
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.network.network import Network


class NetworkBlock(Describable, Resource, table="vnet_cidrs", unique=("network", "cidr"), life=Staged("rules")):
    """A block of a network's addresses that is routed on as a whole, such as to a tenant.

    A running network applies the change at once.
    """

    network: Ref[Network] = ref(column="vnet", replaces=True)
    """The network it belongs to."""

    cidr: Attr[Cidr] = arg()
    """The block, such as ``203.0.113.0/28``; the blocks of a network do not overlap."""

    owner: Attr[RowPath | None] = arg(default=None)
    """Who it was given to, such as ``tenants/5``."""
