"""A WireGuard interface; its public key is what the other side needs."""

import pulumi

from verge_pulumi import Network, WireGuard

west = Network("west", name="west", network="10.53.0.0/24")
west_wg = WireGuard("west", network=west, name="wg0", ip="10.99.0.1/24", listenport=51820)
pulumi.export("west-public-key", west_wg.public_key)
