"""Networks, their addresses and proxies."""

from __future__ import annotations

from tests.engine.subjects import NETWORK, TENANT, Case, Within

# A network has one proxy at most, so this one is in a network of its own.
PROXY = Within(
    argument="proxy",
    noun="NetworkProxy",
    arguments=lambda _: {"listen_address": "203.0.113.5"},
    within=Within(argument="network", noun="Network", label="proxied"),
)

CASES = (
    Case(
        noun="Network",
        arguments=lambda: {
            "name": "lan",
            "network": "10.1.0.0/24",
            "mtu": 1500,
            "dnslist": ["1.1.1.1", "9.9.9.9"],
            "description": "for tests",
            "type": "internal",
        },
        edit=("mtu", 9000),
        drift=("description", "changed in the UI"),
        replace=("type", "external"),
    ),
    Case(
        noun="Address",
        within=NETWORK,
        arguments=lambda: {"type": "static", "ip": "10.1.0.5", "mac": "F0-DB-30-00-00-01"},
        edit=("ip", "10.1.0.6"),
        drift=("mac", "f0:db:30:00:00:09"),
        unset=("hostname", "db"),
    ),
    Case(
        noun="NetworkBlock",
        within=NETWORK,
        arguments=lambda: {"cidr": "10.1.4.0/28", "description": "for tests"},
        edit=("cidr", "10.1.5.0/28"),
        drift=("description", "changed in the UI"),
        unset=("owner", f"tenants/{TENANT}"),
    ),
    Case(
        noun="NetworkProxy",
        within=NETWORK,
        arguments=lambda: {"listen_address": "203.0.113.5", "default_self": False},
        edit=("default_self", True),
        drift=("listen_address", "203.0.113.9"),
        unset=("name", "from the UI"),
    ),
    Case(
        noun="NetworkProxyTenant",
        within=PROXY,
        arguments=lambda: {"tenant": TENANT, "fqdn": "a.example.com"},
        edit=("fqdn", "b.example.com"),
        drift=("fqdn", "c.example.com"),
        unset=None,
    ),
)
