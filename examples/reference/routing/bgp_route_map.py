"""An entry of a route map that lets routes pass."""

from verge_pulumi import BgpRouteMap, Network

maps = Network("maps", name="maps", network="10.65.0.0/24")
BgpRouteMap("maps-in", network=maps, tag="IN", sequence=10, permit=True)
