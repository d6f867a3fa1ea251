"""Blocks of addresses of networks (docs/vergeos/networks.md §9)."""

from __future__ import annotations

import ipaddress

from verge_pulumi.simulator.behaviour.base import Behaviour
from verge_pulumi.simulator.errors import in_use, invalid
from verge_pulumi.simulator.relations import Row

_Block = ipaddress.IPv4Network | ipaddress.IPv6Network


class NetworkBlocks(Behaviour):
    """The table `vnet_cidrs`: the blocks of a network do not overlap."""

    def check(self, row: Row) -> None:
        """Refuse a block that overlaps another one."""
        block = _block(row)
        for other in self.backend.store.children(self.table, "vnet", ("vnets", row["vnet"])):
            their = _block(other)
            if other["$key"] != row.get("$key") and block.version == their.version and block.overlaps(their):
                # The rule is documented and its words are not; the status is that of what must be unique.
                raise in_use("cidr", row["cidr"], status=409 if self.backend.release.since("26.1.4") else 422)


def _block(row: Row) -> _Block:
    try:
        return ipaddress.ip_network(row["cidr"])
    except ValueError:
        raise invalid("cidr") from None
