"""Dynamic routing of networks: what BGP, OSPF and EIGRP share."""

from __future__ import annotations

from verge_pulumi.catalogue.model import Column, Effect, Table
from verge_pulumi.catalogue.notation import C, boolean, integer, ref, section, table, text, words

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


def below_bgp(name: str, *columns: Column, short: str, source: str) -> Table:
    """Return a table whose parent is `vnet_bgp`. No source says what is unique in these."""
    parent = ref("bgp", "vnet_bgp", write=C, required=True)
    return table(name, section(source, parent, *columns, effect=RESTART), short=short, parent="bgp", source=source)


def commands_of(name: str, parent: str, target: str, commands: str, *, negated: bool = False) -> Table:
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
LIMITS = "docs/vergeos/networks.md §11; limits: govergeos: types_vnet_routing.go"
