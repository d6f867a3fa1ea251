"""The rules of a network as one list: SSH from one network, HTTPS from everywhere, and nothing else."""

from verge_pulumi import Firewall, FirewallRule, Network

web = Network("web", name="web", network="10.32.0.0/24")
Firewall(
    "web",
    network=web,
    rules=[
        FirewallRule(name="ssh", protocol="tcp", source_ip="10.31.0.0/24", destination_ports="22"),
        FirewallRule(name="https", protocol="tcp", destination_ports="443"),
        FirewallRule(name="rest", action="drop"),
    ],
)
