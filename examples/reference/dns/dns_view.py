"""A view of a network's own DNS server for all clients."""

from verge_pulumi import DnsView, Network

lan = Network("lan", name="lan", network="10.40.0.0/24", dns="bind")
DnsView("lan", network=lan, name="all", match_clients=["any"], recursion=True)
