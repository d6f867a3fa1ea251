"""What a list of rules lets pass, told without VergeOS: in a test of the program for example."""

from verge_pulumi import FirewallRule, reachability

rules = [
    FirewallRule(name="ssh", protocol="tcp", source_ip="10.31.0.0/24", destination_ports="22"),
    FirewallRule(name="https", protocol="tcp", destination_ports="443"),
    FirewallRule(name="rest", action="drop"),
]
assert reachability.would_allow(rules, "203.0.113.9", "10.32.0.10", 443).allowed

verdict = reachability.would_allow(rules, "203.0.113.9", "10.32.0.10", 22)
assert (verdict.allowed, verdict.rule) == (False, "rest")
