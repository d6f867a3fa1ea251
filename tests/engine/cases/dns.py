"""DNS of a network."""

from __future__ import annotations

from tests.engine.subjects import NETWORK, Case, Within

VIEW = Within(
    argument="view", noun="DnsView", arguments=lambda name: {"name": name, "match_clients": ["any"]}, within=NETWORK
)
ZONE = Within(
    argument="zone", noun="DnsZone", arguments=lambda name: {"domain": f"{name}.example".lower()}, within=VIEW
)

CASES = (
    Case(
        noun="HostOverride",
        within=NETWORK,
        arguments=lambda: {"host": "db", "ip": "10.1.0.5"},
        edit=("host", "web"),
        drift=("ip", "10.1.0.9"),
        unset=("type", "domain"),
    ),
    Case(
        noun="DnsView",
        within=NETWORK,
        arguments=lambda: {"name": "all", "match_clients": ["any"], "recursion": False},
        edit=("recursion", True),
        drift=("recursion", False),
        unset=("max_cache_size", 1048576),
    ),
    Case(
        noun="DnsZone",
        within=VIEW,
        arguments=lambda: {"domain": "example.com", "default_ttl": "1h"},
        edit=("default_ttl", "2h"),
        drift=("default_ttl", "3h"),
        unset=("email", "admin@example.com"),
    ),
    Case(
        noun="DnsRecord",
        within=ZONE,
        arguments=lambda: {"host": "www", "type": "A", "value": "10.1.0.5", "description": "for tests"},
        edit=("value", "10.1.0.6"),
        drift=("host", "web"),
        unset=("ttl", "5m"),
    ),
)
