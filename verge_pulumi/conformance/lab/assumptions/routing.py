"""Routing and proxies of networks."""

from __future__ import annotations

from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.reply import Surprise, same, shown

NETS = "docs/vergeos/networks.md"


@assumption(f"{NETS} §11; VergeOS docs: configuring-bgp.md", Sure.DOCUMENTED, "resources.routing.bgp_router")
def commands_of_a_router(lab: Lab) -> None:
    """VergeOS gives a new router of BGP commands of its own, such as `bgp router-id`."""
    router = lab.make("vnet_bgp_routers", {"bgp": lab.key("vnet_bgp"), "asn": 64500})
    rows = lab.rows("vnet_bgp_router_commands", fields="command,params", filter=f"bgp_router eq {router.key}")
    if not any(row.get("command") == "bgp" and "router-id" in str(row.get("params")) for row in rows):
        raise Surprise(f"the commands of a new router are {shown(rows)}")


@assumption(f"{NETS} §2.1, §11", Sure.DOCUMENTED, "resources.network._on_demand", "resources.network.network_proxy")
def one_of_each(lab: Lab) -> None:
    """A network names its rows of `vnet_bgp` and `vnet_proxy`."""
    bgp, proxy = lab.row("vnet_bgp"), lab.row("vnet_proxy")
    row = lab.read(lab.row("vnets"), "bgp,proxy")
    same("vnets.bgp and vnets.proxy", [str(row.get("bgp")), str(row.get("proxy"))], [bgp.key, proxy.key])
