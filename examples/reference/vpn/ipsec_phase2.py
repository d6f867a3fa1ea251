"""Two networks that a tunnel connects, with algorithms of your choice."""

import pulumi

from verge_pulumi import IpsecPhase2, IpsecTunnel, Network

config = pulumi.Config()
store = Network("store", name="store", network="10.52.0.0/24")
to_bank = IpsecTunnel(
    "bank", network=store, name="bank", remote_gateway="203.0.113.20", psk=config.require_secret("bank-psk")
)
IpsecPhase2(
    "bank-payments",
    tunnel=to_bank,
    name="payments",
    local="10.52.0.0/24",
    remote="192.0.2.0/28",
    ciphers=["aes256gcm128-modp2048"],
    lifetime=3600,
)
