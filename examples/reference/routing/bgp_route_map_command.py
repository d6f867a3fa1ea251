"""Which routes an entry of a route map is about, and what it changes of them."""

from verge_pulumi import BgpRouteMap, BgpRouteMapCommand, Network

policy = Network("policy", name="policy", network="10.66.0.0/24")
prefer = BgpRouteMap("prefer", network=policy, tag="PREFER", sequence=10, permit=True)
BgpRouteMapCommand("prefer-match", route_map=prefer, command="match", params="ip address prefix-list IN")
BgpRouteMapCommand("prefer-set", route_map=prefer, command="set", params="local-preference 200")
