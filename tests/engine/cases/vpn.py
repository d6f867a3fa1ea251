"""VPNs of a network."""

from __future__ import annotations

from tests.engine.subjects import KEY, NETWORK, OTHER_KEY, Case, Within

TUNNEL = Within(
    argument="tunnel",
    noun="IpsecTunnel",
    arguments=lambda name: {"name": name, "remote_gateway": "203.0.113.9", "psk": "secret"},
    within=NETWORK,
)
WIREGUARD = Within(
    argument="wireguard",
    noun="WireGuard",
    arguments=lambda name: {"name": name, "ip": "10.9.0.1/24"},
    within=NETWORK,
)

CASES = (
    Case(
        noun="IpsecTunnel",
        within=NETWORK,
        arguments=lambda: {"name": "hq", "remote_gateway": "203.0.113.9", "psk": "secret", "identifier": "a"},
        edit=("remote_gateway", "203.0.113.8"),
        drift=("identifier", "b"),
    ),
    Case(
        noun="IpsecPhase2",
        within=TUNNEL,
        arguments=lambda: {"name": "lan", "local": "10.1.0.0/24", "description": "for tests"},
        edit=("local", "10.2.0.0/24"),
        drift=("description", "changed in the UI"),
    ),
    Case(
        noun="WireGuard",
        within=NETWORK,
        arguments=lambda: {"name": "wg0", "ip": "10.8.0.1/24", "listenport": 51821},
        edit=("ip", "10.8.0.2/24"),
        drift=("listenport", 51822),
    ),
    Case(
        noun="WireGuardPeer",
        within=WIREGUARD,
        arguments=lambda: {
            "name": "hq",
            "peer_ip": "10.9.0.2",
            "public_key": KEY,
            "preshared_key": KEY,
            "allowed_ips": ["10.2.0.0/24"],
        },
        edit=("peer_ip", "10.9.0.3"),
        drift=("preshared_key", OTHER_KEY),
    ),
)
