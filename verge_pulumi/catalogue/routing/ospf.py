"""OSPF of networks."""

from __future__ import annotations

from verge_pulumi.catalogue.routing.routing import commands_of

VNET_OSPF_COMMANDS = commands_of(
    "vnet_ospf_commands",
    "bgp",
    "vnet_bgp",
    "advanced area auto-cost capability default-information default-metric distance distribute-list"
    " log-adjacency-changes max-metric mpls-te neighbor network no ospf passive-interface redistribute router-id"
    " timers",
)
