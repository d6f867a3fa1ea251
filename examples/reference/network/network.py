"""A network with DHCP, and the power that starts it."""

from verge_pulumi import Network, Power

lan = Network("lan", name="lan", network="10.20.0.0/24", dhcp_enabled=True)
Power("lan", of=lan, state="running")
