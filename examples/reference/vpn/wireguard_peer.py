"""Another site that may connect, with the keys that were agreed on."""

import pulumi

from verge_pulumi import Network, WireGuard, WireGuardPeer

config = pulumi.Config()
east = Network("east", name="east", network="10.54.0.0/24")
east_wg = WireGuard("east", network=east, name="wg0", ip="10.98.0.1/24")
WireGuardPeer(
    "east-to-north",
    wireguard=east_wg,
    name="north",
    endpoint="north.example.com",
    port=51820,
    peer_ip="10.98.0.2",
    public_key=config.require("north-public-key"),
    preshared_key=config.require_secret("north-preshared-key"),
    allowed_ips=["10.55.0.0/24"],
    keepalive=25,
)
