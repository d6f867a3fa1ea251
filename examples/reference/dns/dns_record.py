"""Records of a zone: an address, an alias for it, and where mail goes."""

from verge_pulumi import DnsRecord, DnsView, DnsZone, Network

market = Network("market", name="market", network="10.43.0.0/24", dns="bind")
market_view = DnsView("market", network=market, name="all", match_clients=["any"])
market_zone = DnsZone("market", view=market_view, domain="market.example.com")
DnsRecord("market-web", zone=market_zone, host="web", type="A", value="10.43.0.10", ttl="5m")
DnsRecord("market-www", zone=market_zone, host="www", type="CNAME", value="web.market.example.com.")
DnsRecord("market-mail", zone=market_zone, type="MX", value="mail.example.com.", mx_preference=10)
