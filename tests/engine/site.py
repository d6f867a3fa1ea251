"""A program of what networks apply, for tests that run it with the CLI; EDIT=1 changes a field of most of it."""

import os

import pulumi

from verge_pulumi import (
    Address,
    DnsRecord,
    DnsView,
    DnsZone,
    Firewall,
    FirewallRule,
    HostOverride,
    Network,
    NetworkRule,
    Power,
    RuleAlias,
    WireGuard,
)

edited = os.environ.get("EDIT") == "1"
port, address = ("8443", "10.0.0.9") if edited else ("443", "10.0.0.8")

for name in ("a", "b"):
    lan = Network(name, name=name, dns="bind")
    running = pulumi.ResourceOptions(depends_on=[Power(name, of=lan, state="running")])
    for rule in ("in", "out"):
        NetworkRule(f"{name}-{rule}", network=lan, name=rule, protocol="tcp", destination_ports=port, opts=running)
    view = DnsView(name, network=lan, name="all", opts=running)
    zone = DnsZone(name, view=view, domain="example.com")
    for host in ("www", "mail"):
        DnsRecord(f"{name}-{host}", zone=zone, host=host, type="A", value=address)
    if not edited:
        WireGuard(name, network=lan, name="wg", ip="10.99.0.1/24", opts=running)

# This one is started when all is there, so nothing is applied at first.
edge = Network("edge", name="edge")
RuleAlias("ports", name="ports", value=[port])
rules = [FirewallRule(name=name, protocol="tcp", destination_ports=port) for name in ("web", "mail", "vpn")]
complete = [
    Firewall("edge", network=edge, rules=rules[:2] if edited else rules),
    Address("edge", network=edge, type="ipalias", ip="192.168.0.10", hostname=f"web{port}"),
    HostOverride("edge", network=edge, host="old.example.com", ip=address),
]
Power("edge", of=edge, state="running", opts=pulumi.ResourceOptions(depends_on=complete))
