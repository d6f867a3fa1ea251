"""Proxies: tenants' UIs behind one address of a network."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, ref
from verge_pulumi.engine.declaring.lives import RestartsParent
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import IpAddress, Text
from verge_pulumi.resources.network._restarting import RestartPolicy
from verge_pulumi.resources.network.network import Network


class NetworkProxy(
    RestartPolicy, Resource, table="vnet_proxy", unique=("network",), named_by="name", life=RestartsParent("proxy")
):
    """The proxy of a network, which shows the UIs of tenants under one address: `NetworkProxyTenant` names each.

    A network has one at most. What is only written takes effect when the network restarts. These rows carry no mark,
    so they belong to the stack that manages the network.
    """

    network: Ref[Network] = ref(column="vnet", replaces=True)
    """The network, usually an external one."""

    name: Attr[Text | None] = arg(default=None, restarts=True)
    """Name."""

    listen_address: Attr[IpAddress | None] = arg(default=None, restarts=True)
    """Address on which it listens; all of the router's if unset."""

    default_self: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether requests for other names show this system's own UI; they do if unset."""
