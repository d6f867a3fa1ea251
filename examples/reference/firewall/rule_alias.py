"""The addresses of all offices under one name, and a rule that refers to it."""

from verge_pulumi import Network, NetworkRule, RuleAlias, rule_addresses

offices = RuleAlias("offices", name="offices", value=["198.51.100.0/28|Berlin", "203.0.113.16/28|Paris"])
admin = Network("admin", name="admin", network="10.31.0.0/24")
NetworkRule(
    "admin-ssh",
    network=admin,
    name="ssh",
    protocol="tcp",
    source_ip=rule_addresses.alias(offices),
    destination_ports="22",
)
