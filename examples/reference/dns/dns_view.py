"""A view of a network's own DNS server for all clients."""

from verge_pulumi import DnsView, Network

clinic = Network("clinic", name="clinic", network="10.40.0.0/24", dns="bind")
DnsView("clinic", network=clinic, name="all", match_clients=["any"], recursion=True)
