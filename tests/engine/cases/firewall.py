"""The firewall of a network."""

from __future__ import annotations

from tests.engine.subjects import NETWORK, Case

CASES = (
    Case(
        noun="NetworkRule",
        within=NETWORK,
        arguments=lambda: {
            "name": "https",
            "protocol": "tcp",
            "source_ip": "10.1.0.0/24, router",
            "destination_ports": "443",
        },
        edit=("destination_ports", "443,8443"),
        drift=("source_ip", "10.2.0.0/24"),
    ),
    Case(
        noun="RuleAlias",
        arguments=lambda: {"name": "web", "value": ["443"], "description": "for tests"},
        edit=("name", "https"),
        drift=("description", "changed in the UI"),
        unset=("publishing_scope", "global"),
    ),
)
