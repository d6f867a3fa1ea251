"""Views of a network's DNS server: what it answers, and to whom."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, OptionalRef, Ref, arg, ref
from verge_pulumi.engine.declaring.lives import Staged
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import SemicolonList, Size
from verge_pulumi.resources.network.address import Address
from verge_pulumi.resources.network.network import Network


class DnsView(Resource, table="vnet_dns_views", unique=("network", "name"), life=Staged("DNS")):
    """A view of a network's DNS server: zones that are served to some clients.

    The network needs ``dns="bind"``. Zones belong to a view, so there is at least one: ``DnsView("all", network=lan,
    name="all", match_clients=["any"])``. A running network applies the change at once. These rows carry no mark, so
    they belong to the stack that manages the network.
    """

    network: Ref[Network] = ref(column="vnet", replaces=True)
    """The network it belongs to."""

    name: Attr[str] = arg(min_length=1)
    """Name, unique in the network."""

    recursion: Attr[bool | None] = arg(default=None)
    """Whether names of other domains are looked up for these clients; VergeOS does not unless told to."""

    match_clients: Attr[SemicolonList | None] = arg(default=None)
    """Clients that it is for: networks such as ``10.0.0.0/8``, or ``any``."""

    match_destinations: Attr[SemicolonList | None] = arg(default=None)
    """Addresses asked at which it is meant: networks, or ``any``."""

    max_cache_size: Attr[Size | None] = arg(default=None)
    """Memory for cached answers; 32 MiB if unset, 0 is without limit."""

    query_source: OptionalRef[Address] = ref(default=None)
    """The router's address that its own queries come from."""

    orderid: Attr[int | None] = arg(default=None)
    """Place among the network's views, of which the first that matches answers."""
