"""Dynamic routing of networks (BGP, OSPF, EIGRP), and the proxy that shows tenants' UIs."""

from __future__ import annotations

from verge_pulumi.catalogue.model import Column, Effect, Table
from verge_pulumi.catalogue.notation import C, R, boolean, integer, ref, section, table, text, words

# Routing changes need a restart of the network (docs/vergeos/networks.md §11).
RESTART = Effect.RESTART

# One row for each network, the parent of all its routing; clients make it when they need it.
VNET_BGP = table(
    "vnet_bgp",
    section("docs/vergeos/networks.md §11", ref("vnet", "vnets", write=C, required=True)),
    short="",
    unique=(("vnet",),),
    parent="vnet",
    source="docs/vergeos/networks.md §11",
)


def _below_bgp(name: str, *columns: Column, short: str, source: str) -> Table:
    """Return a table whose parent is `vnet_bgp`. No source says what is unique in these."""
    parent = ref("bgp", "vnet_bgp", write=C, required=True)
    return table(name, section(source, parent, *columns, effect=RESTART), short=short, parent="bgp", source=source)


def _commands(name: str, parent: str, target: str, commands: str, *, negated: bool = False) -> Table:
    """Return a table of lines of the routing daemon's configuration.

    That `params` is always sent is from govergeos, and so are the words and that VergeOS takes others too; that a
    client may write `orderid` no source says. pyVergeOS has `enabled` and `no` for the commands of routers only.
    """
    switches = (boolean("enabled", default=True), boolean("no", default=False)) if negated else ()
    return table(
        name,
        section(
            "docs/vergeos/networks.md §11; words: govergeos: types_vnet_routing.go",
            ref(parent, target, write=C, required=True),
            text("command", required=True, choices=words(commands), open_choices=True),
            text("params", default=""),
            *switches,
            integer("orderid"),
            effect=RESTART,
        ),
        short="command params",
        parent=parent,
        source="docs/vergeos/networks.md §11",
    )


# The limits of the numbers are govergeos's.
_LIMITS = "docs/vergeos/networks.md §11; limits: govergeos: types_vnet_routing.go"

VNET_BGP_ROUTERS = _below_bgp(
    "vnet_bgp_routers",
    integer("asn", required=True, minimum=1, maximum=4294967295),
    short="asn",
    source=_LIMITS,
)

VNET_BGP_ROUTER_COMMANDS = _commands(
    "vnet_bgp_router_commands",
    "bgp_router",
    "vnet_bgp_routers",
    "aggregate-address bgp bmp coalesce-time distance maximum-paths neighbor network read-quanta redistribute"
    " segment-routing table-map timers update-delay vnc vrf-policy write-quanta",
    negated=True,
)

# What is required is from govergeos, as the limits are. No source says what the API makes of an unset `layer2_type` or
# `mtu`; clients send `vlan` and 9000.
VNET_BGP_INTERFACES = _below_bgp(
    "vnet_bgp_interfaces",
    text("name", required=True),
    text("description", default=""),
    text("ipaddress", required=True),
    text("network", required=True),
    integer("mtu", minimum=1000, maximum=65536),
    text("layer2_type", choices=words("vlan none")),
    integer("layer2_id"),
    ref("interface_vnet", "vnets", required=True),
    # VergeOS makes a network and a NIC for each (pyVergeOS: resources/routing.py).
    ref("bgp_vnet", "vnets", write=R),
    ref("nic", "machine_nics", write=R),
    short="name ipaddress network",
    source=_LIMITS,
)

VNET_BGP_INTERFACE_COMMANDS = _commands(
    "vnet_bgp_interface_commands",
    "bgp_interface",
    "vnet_bgp_interfaces",
    "bandwidth description ip link-detect mpls-te multicast no ospf",
)

VNET_BGP_ROUTEMAPS = _below_bgp(
    "vnet_bgp_routemaps",
    text("tag", required=True),
    integer("sequence", required=True, minimum=1, maximum=65535),
    # That it permits unless told not to is how pyVergeOS reads it.
    boolean("permit", default=True),
    short="tag sequence permit",
    source=_LIMITS,
)

VNET_BGP_ROUTEMAP_COMMANDS = _commands(
    "vnet_bgp_routemap_commands",
    "bgp_routemap",
    "vnet_bgp_routemaps",
    "call continue description match on set",
)

VNET_BGP_IP = _commands(
    "vnet_bgp_ip",
    "bgp",
    "vnet_bgp",
    "as-path community-list extcommunity-list forwarding mroute multicast multicast-routing ospf prefix-list protocol"
    " route ssmpingd",
)

VNET_OSPF_COMMANDS = _commands(
    "vnet_ospf_commands",
    "bgp",
    "vnet_bgp",
    "advanced area auto-cost capability default-information default-metric distance distribute-list"
    " log-adjacency-changes max-metric mpls-te neighbor network no ospf passive-interface redistribute router-id"
    " timers",
)

VNET_EIGRP_ROUTERS = _below_bgp(
    "vnet_eigrp_routers",
    integer("asn", required=True, minimum=1, maximum=65535),
    short="asn",
    source=_LIMITS,
)

VNET_EIGRP_ROUTER_COMMANDS = _commands(
    "vnet_eigrp_router_commands",
    "eigrp_router",
    "vnet_eigrp_routers",
    "eigrp coalesce-time maximum-paths metric neighbor network passive-interface redistribute timers variance",
    negated=True,
)

# The proxy: one for each network. Changes set `need_proxy_apply`, which no apply clears that a source knows of: a
# restart does (docs/vergeos/networks.md §11, §13).
VNET_PROXY = table(
    "vnet_proxy",
    section(
        "docs/vergeos/networks.md §11; defaults: pyVergeOS: resources/vnet_proxy.py",
        ref("vnet", "vnets", write=C, required=True),
        text("listen_address", default="0.0.0.0"),  # noqa: S104  what VergeOS does, not we
        boolean("default_self", default=True),
        effect=Effect.PROXY,
    ),
    section(
        "govergeos: vnet_proxy.go",
        text("name", default=""),
        integer("modified", write=R),
        effect=Effect.PROXY,
    ),
    short="name listen_address",
    unique=(("vnet",),),
    parent="vnet",
    source="docs/vergeos/networks.md §11",
)

# What is unique no source says.
VNET_PROXY_TENANTS = table(
    "vnet_proxy_tenants",
    section(
        "docs/vergeos/networks.md §11; required: govergeos: types_vnet_proxy_tenant.go",
        ref("proxy", "vnet_proxy", write=C, required=True),
        ref("tenant", "tenants", required=True),
        text("fqdn", required=True),
        integer("modified", write=R),
        effect=Effect.PROXY,
    ),
    short="tenant fqdn",
    parent="proxy",
    source="docs/vergeos/networks.md §11",
)
