"""Routing protocols of a network."""

from __future__ import annotations

from tests.engine.subjects import NETWORK, Case, Within

BGP = Within(argument="router", noun="BgpRouter", arguments=lambda _: {"asn": 65000}, within=NETWORK)
EIGRP = Within(argument="router", noun="EigrpRouter", arguments=lambda _: {"asn": 9}, within=NETWORK)
ROUTE_MAP = Within(
    argument="route_map",
    noun="BgpRouteMap",
    arguments=lambda name: {"tag": name, "sequence": 10, "permit": True},
    within=NETWORK,
)
INTERFACE = Within(
    argument="interface",
    noun="BgpInterface",
    arguments=lambda name: {"name": name, "ipaddress": "10.10.12.2", "cidr": "10.10.12.0/30", "uplink": "4"},
    within=NETWORK,
)

CASES = (
    Case(
        noun="BgpRouter",
        within=NETWORK,
        arguments=lambda: {"asn": 65001},
        edit=("asn", 65002),
        drift=("asn", 65003),
        unset=None,
    ),
    Case(
        noun="BgpRouterCommand",
        within=BGP,
        arguments=lambda: {"command": "neighbor", "params": "10.0.0.9 remote-as 65000"},
        edit=("params", "10.0.0.8 remote-as 65000"),
        drift=("command", "network"),
    ),
    Case(
        noun="BgpInterface",
        within=NETWORK,
        arguments=lambda: {"name": "isp", "ipaddress": "10.10.11.2", "cidr": "10.10.11.0/30", "uplink": "4"},
        edit=("name", "uplink"),
        drift=("ipaddress", "10.10.11.1"),
        unset=("mtu", 9000),
    ),
    Case(
        noun="BgpInterfaceCommand",
        within=INTERFACE,
        arguments=lambda: {"command": "ip", "params": "ospf cost 5"},
        edit=("params", "ospf cost 6"),
        drift=("command", "description"),
        unset=("orderid", 9),
    ),
    Case(
        noun="BgpRouteMap",
        within=NETWORK,
        arguments=lambda: {"tag": "IN", "sequence": 20, "permit": True},
        edit=("permit", False),
        drift=("tag", "OUT"),
        unset=None,
    ),
    Case(
        noun="BgpRouteMapCommand",
        within=ROUTE_MAP,
        arguments=lambda: {"command": "set", "params": "local-preference 200"},
        edit=("params", "local-preference 100"),
        drift=("command", "match"),
        unset=("orderid", 9),
    ),
    Case(
        noun="BgpIp",
        within=NETWORK,
        arguments=lambda: {"command": "prefix-list", "params": "IN seq 10 permit 10.0.0.0/8"},
        edit=("params", "IN seq 10 deny 10.0.0.0/8"),
        drift=("command", "route"),
        unset=("orderid", 9),
    ),
    Case(
        noun="OspfCommand",
        within=NETWORK,
        arguments=lambda: {"command": "network", "params": "10.1.0.0/24 area 0"},
        edit=("params", "10.1.0.0/24 area 1"),
        drift=("command", "area"),
        unset=("orderid", 9),
    ),
    Case(
        noun="EigrpRouter",
        within=NETWORK,
        arguments=lambda: {"asn": 5},
        edit=("asn", 6),
        drift=("asn", 7),
        unset=None,
    ),
    Case(
        noun="EigrpRouterCommand",
        within=EIGRP,
        arguments=lambda: {"command": "network", "params": "10.0.0.0/24"},
        edit=("params", "10.3.0.0/24"),
        drift=("command", "neighbor"),
    ),
)
