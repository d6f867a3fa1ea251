"""A BGP router of a network."""

from verge_pulumi import BgpRouter, Network

gateway = Network("gateway", name="gateway", network="10.60.0.0/24")
BgpRouter("gateway", network=gateway, asn=65001)
