"""The names under which proxies show the UIs of tenants."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, computed, ref
from verge_pulumi.engine.declaring.lives import RestartsParent
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Key
from verge_pulumi.resources.network._restarting import RestartPolicy
from verge_pulumi.resources.network.network_proxy import NetworkProxy


class NetworkProxyTenant(RestartPolicy, Resource, table="vnet_proxy_tenants", life=RestartsParent("proxy")):
    """The name under which a network's proxy shows the UI of a tenant."""

    proxy: Ref[NetworkProxy] = ref(replaces=True)
    """The proxy."""

    tenant: Attr[Key] = arg(restarts=True)
    """Key of the tenant."""

    fqdn: Attr[str] = arg(min_length=1, restarts=True)
    """The name, such as ``acme.example.com``."""

    network: Attr[Key | None] = computed(follow="proxy#vnet")
    """Key of the network whose proxy it is."""
