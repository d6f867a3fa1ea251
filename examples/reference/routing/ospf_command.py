"""The area that a network belongs to."""

from verge_pulumi import Network, OspfCommand

area = Network("area", name="area", network="10.69.0.0/24")
OspfCommand("area-0", network=area, command="network", params="10.69.0.0/24 area 0")
