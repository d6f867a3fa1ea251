"""A peer of a BGP router, and a network that is announced to it."""

from verge_pulumi import BgpRouter, BgpRouterCommand, Network

core = Network("core", name="core", network="10.61.0.0/24")
core_bgp = BgpRouter("core", network=core, asn=65002)
BgpRouterCommand("core-peer", router=core_bgp, command="neighbor", params="10.61.0.9 remote-as 65000")
BgpRouterCommand("core-announce", router=core_bgp, command="network", params="10.61.0.0/24")
