"""Dynamic routing and proxies of networks (docs/vergeos/networks.md §11)."""

from __future__ import annotations

from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.errors import invalid
from verge_pulumi.simulator.relations import Row


class NetworkParts(Behaviour):
    """A table with one row per network, to which the network refers (docs/vergeos/networks.md §2.1)."""

    def after_create(self, row: Row) -> Response | None:
        """Set the reference of the network."""
        self.backend.store.change("vnets", row["vnet"], {self.table.removeprefix("vnet_"): row["$key"]})
        return None


class BgpRouters(Behaviour):
    """The table `vnet_bgp_routers`."""

    def after_create(self, row: Row) -> Response | None:
        """Create the commands of every new router, which not all sources see."""
        if self.backend.disputed["new_bgp_router"] == "bare":
            return None
        bgp = self.backend.store.get("vnet_bgp", row["bgp"]) or {}
        network = self.backend.store.get("vnets", bgp["vnet"]) or {}
        # VergeOS docs: product-guide/networks/configuring-bgp.md.
        begin = [
            (False, f"router-id {network['ipaddress']}"),
            (True, "ebgp-requires-policy"),
            (True, "network import-check"),
        ]
        for place, (no, params) in enumerate(begin):
            command = {"bgp_router": row["$key"], "command": "bgp", "params": params, "no": no, "orderid": place}
            self.backend.add("vnet_bgp_router_commands", command)
        return None


class BgpInterfaces(Behaviour):
    """The table `vnet_bgp_interfaces`. The network and the NIC that VergeOS creates for each are not simulated."""

    def check(self, row: Row) -> None:
        """Validate the VLAN."""
        # pyVergeOS: resources/routing.py; the limits are those of other networks' VLANs.
        if row["layer2_type"] == "vlan" and row["layer2_id"] not in range(1, 4095):
            raise invalid("layer2_id")
