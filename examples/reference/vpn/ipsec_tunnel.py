"""A tunnel to another site's gateway, and the traffic that it carries."""

import pulumi

from verge_pulumi import IpsecPhase2, IpsecTunnel, Network

config = pulumi.Config()
hq = Network("hq", name="hq", network="10.50.0.0/24")
tunnel = IpsecTunnel(
    "branch", network=hq, name="branch", remote_gateway="203.0.113.9", psk=config.require_secret("branch-psk")
)
IpsecPhase2("branch", tunnel=tunnel, name="office", local="10.50.0.0/24", remote="10.60.0.0/24")
