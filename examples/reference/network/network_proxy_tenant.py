"""The name under which a tenant's user interface is reached."""

import pulumi

from verge_pulumi import Network, NetworkProxy, NetworkProxyTenant

config = pulumi.Config()
edge = Network("edge", name="edge", type="external", network="192.0.2.0/24", proxy_enabled=True)
proxy = NetworkProxy("edge", network=edge)
NetworkProxyTenant("acme", proxy=proxy, tenant=config.require_int("tenant"), fqdn="acme.example.com")
