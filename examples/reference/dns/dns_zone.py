"""A domain that is served to the clients of a view."""

from verge_pulumi import DnsView, DnsZone, Network

office = Network("office", name="office", network="10.41.0.0/24", dns="bind")
office_view = DnsView("office", network=office, name="all", match_clients=["any"])
DnsZone("office", view=office_view, domain="office.example.com", default_ttl="1h")
