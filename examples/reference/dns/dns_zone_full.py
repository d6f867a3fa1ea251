"""A zone that another server keeps, and one that is asked for elsewhere."""

from verge_pulumi import DnsView, DnsZone, Network

branch = Network("branch", name="branch", network="10.42.0.0/24", dns="bind")
branch_view = DnsView(
    "branch", network=branch, name="branch", match_clients=["10.42.0.0/24"], recursion=True, max_cache_size="64MiB"
)
DnsZone(
    "hq",
    view=branch_view,
    domain="hq.example.com",
    type="slave",
    masters=["10.41.0.1"],
    allow_notify=["10.41.0.1"],
    refresh_interval="1h",
    retry_interval="10m",
    expiry_period="2w",
)
DnsZone("partner", view=branch_view, domain="partner.example.com", type="forward", forwarders=["203.0.113.53"])
