"""A rule that lets HTTPS in to the network."""

from verge_pulumi import Network, NetworkRule, rule_addresses

shop = Network("shop", name="shop", network="10.30.0.0/24")
NetworkRule(
    "shop-https",
    network=shop,
    name="https",
    action="accept",
    protocol="tcp",
    destination_ip=rule_addresses.segment_of(shop),
    destination_ports="443",
)
