"""A list that is the whole firewall: other rules are deleted, and a change that shuts out management is refused."""

from verge_pulumi import Firewall, FirewallRule, Network, rule_addresses

db = Network("db", name="db", network="10.33.0.0/24")
app = Network("app", name="app", network="10.34.0.0/24")
Firewall(
    "db",
    network=db,
    rules=[
        FirewallRule(
            name="management", pin="top", protocol="tcp", source_ip="10.31.0.0/24", destination_ports="22,443"
        ),
        FirewallRule(
            name="postgres",
            protocol="tcp",
            source_ip=rule_addresses.segment_of(app),
            destination_ip=rule_addresses.segment_of(db),
            destination_ports="5432",
            log=True,
        ),
        FirewallRule(name="updates", direction="outgoing", protocol="tcp", destination_ports="443"),
        FirewallRule(name="rest", pin="bottom", action="drop", statistics=True),
    ],
    authoritative=True,
    management="10.31.0.0/24",
    management_ports="22",
)
