"""Records of a zone: an address, an alias for it, and where mail goes."""

from verge_pulumi import DnsRecord, DnsView, DnsZone, Network

shop = Network("shop", name="shop", network="10.43.0.0/24", dns="bind")
shop_view = DnsView("shop", network=shop, name="all", match_clients=["any"])
shop_zone = DnsZone("shop", view=shop_view, domain="shop.example.com")
DnsRecord("shop-web", zone=shop_zone, host="web", type="A", value="10.43.0.10", ttl="5m")
DnsRecord("shop-www", zone=shop_zone, host="www", type="CNAME", value="web.shop.example.com.")
DnsRecord("shop-mail", zone=shop_zone, type="MX", value="mail.example.com.", mx_preference=10)
