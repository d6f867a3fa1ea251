"""What each network lets in. `test_firewall.py` holds what that is meant to do."""

from collections.abc import Mapping

import pulumi

from verge_pulumi import FirewallRule


def rules(admins: pulumi.Input[str], segments: Mapping[str, pulumi.Input[str]]) -> dict[str, list[FirewallRule]]:
    """Return the rules of each network, in the order in which they are tried.

    Args:
        admins: Who may log in, as a rule has it.
        segments: The addresses of each network, as a rule has them.
    """

    def accept(name: str, port: int, source: pulumi.Input[str] = "") -> FirewallRule:
        return FirewallRule(name=name, protocol="tcp", source_ip=source, destination_ports=str(port))

    # What no other rule lets in is dropped, and told in the network's log.
    rest = FirewallRule(name="rest", action="drop", log=True)
    return {
        "dmz": [accept("https", 443), accept("ssh", 22, admins), rest],
        "web": [accept("app", 8080, segments["dmz"]), accept("ssh", 22, segments["dmz"]), rest],
        "db": [accept("postgres", 5432, segments["web"]), accept("ssh", 22, segments["dmz"]), rest],
    }


def translations(proxy: str, bastion_port: int = 2222) -> list[FirewallRule]:
    """Return the rules of the outer network: what reaches the site's own address is passed on to the proxy."""

    def to_proxy(name: str, port: int, target_port: int) -> FirewallRule:
        return FirewallRule(
            name=name,
            action="translate",
            protocol="tcp",
            destination_ip="router",
            destination_ports=str(port),
            target_ip=proxy,
            target_ports=str(target_port),
        )

    return [to_proxy("https", 443, 443), to_proxy("ssh", bastion_port, 22)]
