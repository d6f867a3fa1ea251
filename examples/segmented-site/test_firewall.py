"""What the firewall is for, as tests that need neither VergeOS nor Pulumi's engine: run ``pytest`` in this folder."""

import firewall
import pytest

from verge_pulumi import reachability

SEGMENTS = {"dmz": "10.40.0.0/24", "web": "10.40.1.0/24", "db": "10.40.2.0/24"}
INTERNET, ADMIN, PROXY, APP = "192.0.2.9", "198.51.100.3", "10.40.0.10", "10.40.1.10"

# What the names in the rules stand for, which in a real run VergeOS knows.
KNOWN = reachability.Addresses(networks=SEGMENTS, aliases={"1": ["198.51.100.0/28|office"]})
RULES = firewall.rules(admins="alias:1", segments={name: f"vnet:{name}" for name in SEGMENTS})


@pytest.mark.parametrize(
    ("source", "network", "port", "allowed"),
    [
        (INTERNET, "dmz", 443, True),
        (INTERNET, "dmz", 22, False),
        (ADMIN, "dmz", 22, True),
        (INTERNET, "web", 8080, False),
        (ADMIN, "web", 22, False),  # only by way of the DMZ
        (PROXY, "web", 8080, True),
        (PROXY, "web", 22, True),
        (PROXY, "db", 5432, False),
        (APP, "db", 5432, True),
        (APP, "db", 22, False),
    ],
)
def test_who_reaches_what(source: str, network: str, port: int, allowed: bool) -> None:
    verdict = reachability.would_allow(RULES[network], source, SEGMENTS[network], port, addresses=KNOWN)
    assert verdict.allowed is allowed, verdict.why


@pytest.mark.parametrize("network", SEGMENTS)
def test_the_last_rule_drops_the_rest(network: str) -> None:
    assert (
        reachability.would_allow(RULES[network], "", SEGMENTS[network], protocol="udp", addresses=KNOWN).rule == "rest"
    )
