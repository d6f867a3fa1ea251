"""A program whose last line is a mistake, and which deserves a warning too."""

from __future__ import annotations

from verge_pulumi import Address, Network, NetworkRule

lan = Network(
    "lan", name="lan", network="10.0.0.0/24", dhcp_enabled=True, dhcp_start="10.0.0.100", dhcp_stop="10.0.0.200"
)
NetworkRule("ssh", network=lan, name="ssh", protocol="tcp", destination_ports="22")
Address("db", network=lan, type="ipalias", ip="10.0.0.120")
