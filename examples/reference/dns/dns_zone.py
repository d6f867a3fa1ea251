"""A domain that is served to the clients of a view."""

from verge_pulumi import DnsView, DnsZone, Network

floor = Network("floor", name="floor", network="10.41.0.0/24", dns="bind")
floor_view = DnsView("floor", network=floor, name="all", match_clients=["any"])
DnsZone("floor", view=floor_view, domain="floor.example.com", default_ttl="1h")
