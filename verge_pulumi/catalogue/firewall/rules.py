"""Rules of networks: the tables `vnet_rules` and `vnet_rule_aliases`."""

from __future__ import annotations

from verge_pulumi.catalogue.model import Effect
from verge_pulumi.catalogue.notation import C, R, any_ref, boolean, integer, ref, section, table, text, words

FIREWALL = Effect.FIREWALL

# Any change of a rule only stages it (docs/vergeos/networks.md §4.1).
VNET_RULES = table(
    "vnet_rules",
    section(
        "docs/vergeos/networks.md §4",
        ref("vnet", "vnets", write=C, required=True),
        text("name", required=True, max_length=128),
        text("description", default="", max_length=2048),
        boolean("enabled", default=True),
        # The default is the end of the list.
        integer("orderid"),
        text("pin", default="no", choices=words("no top bottom")),
        text("direction", default="incoming", choices=words("incoming outgoing")),
        text("action", default="accept", choices=words("accept drop reject translate route")),
        # The numbers are OSPF, IGMP, GRE, ESP and AH.
        text(
            "protocol",
            default="any",
            choices=words("any tcp udp tcpudp icmp 89 2 47 50 51"),
            open_choices=True,
        ),
        text("interface", default="auto", choices=words("auto router dmz wireguard any")),
        text("ct_state", default=""),
        text("source_ip", default=""),
        text("destination_ip", default=""),
        text("target_ip", default=""),
        text("source_ports", default=""),
        text("destination_ports", default=""),
        text("target_ports", default=""),
        boolean("log", default=False),
        boolean("statistics", default=False),
        boolean("trace", default=False),
        text("throttle", default=""),
        # Not text, as `throttle` is: the vendor's clients agree on a boolean.
        boolean("drop_throttle", default=False, source="tsvergeos: services/network-rule/types.ts"),
        integer("packets", write=R, default=0),
        integer("bytes", write=R, default=0),
        boolean("system_rule", write=R, default=False),
        any_ref("owner", write=R),
        text("creator", write=R),
        integer("modified", write=R),
        effect=FIREWALL,
    ),
    short="name enabled orderid direction action protocol",
    dashboard="name enabled orderid direction action protocol source_ip destination_ip destination_ports target_ip",
    unique=(("vnet", "name"),),
    parent="vnet",
    owner="owner",
    source="docs/vergeos/networks.md §4; unique: docs/vergeos/quirks.md §6",
)

# Names of addresses or ports for the rules of all networks.
VNET_RULE_ALIASES = table(
    "vnet_rule_aliases",
    section(
        "docs/vergeos/networks.md §5",
        text("name", required=True),
        # No limits are documented; that VergeOS wants both is from terraform v3, where they are required.
        text("value", required=True, effect=FIREWALL),
        text("description", default=""),
        # The default is said nowhere.
        text("publishing_scope", choices=words("private global tenant none")),
    ),
    short="name value",
    unique=(("name",),),
    source="docs/vergeos/networks.md §5",
)
