"""A BGP router of a network."""

from verge_pulumi import BgpRouter, Network

edge = Network("edge", name="edge", network="10.60.0.0/24")
BgpRouter("edge", network=edge, asn=65001)
