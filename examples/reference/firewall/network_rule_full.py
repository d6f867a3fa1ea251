"""A port of the external network that is translated to a web server, and logged."""

from verge_pulumi import NetworkRule, by_name, rule_addresses

NetworkRule(
    "publish-web",
    network=by_name("External"),
    name="publish-web",
    description="Web server of the shop",
    direction="incoming",
    action="translate",
    protocol="tcp",
    interface="auto",
    source_ip=rule_addresses.any_of("198.51.100.0/24", "203.0.113.0/24"),
    destination_ip=rule_addresses.router(),
    destination_ports="443",
    target_ip="10.30.0.10",
    target_ports="8443",
    throttle="1000 kbytes/second",
    log=True,
    statistics=True,
)
