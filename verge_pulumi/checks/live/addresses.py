"""Addresses that networks outside of the stack have."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_interface, ip_network

from verge_pulumi.checks.findings import Doubt, Finding, Mistake
from verge_pulumi.checks.live.existing import Existing
from verge_pulumi.checks.live.site import Site
from verge_pulumi.checks.segments import IpNetwork, address_of, segment_of
from verge_pulumi.client import Row, printable
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.resources.network.address import Address
from verge_pulumi.resources.network.network import Network
from verge_pulumi.resources.network.network_block import NetworkBlock

SHOWN = 3
"""Networks that a warning names."""


class Addresses:
    """The networks of one system and their addresses."""

    def __init__(self, site: Site, existing: Existing) -> None:
        self._site = site
        self._existing = existing

    def __call__(self, planned: Planned) -> Iterator[Finding]:
        """Look at one more resource."""
        match planned.resource:
            case Network():
                yield from self._network(planned)
            case Address():
                yield from self._address(planned)
            case NetworkBlock():
                yield from self._block(planned)

    def _network(self, planned: Planned) -> Iterator[Finding]:
        segment = segment_of(planned)
        if segment is None or not self._existing.is_changed(planned, "network", "ipaddress_type", "default_gateway"):
            return
        gateway = self._existing.value(planned, "default_gateway")
        beside: list[str] = []
        apart: list[str] = []
        for row, other in self._overlapping(planned, "vnets", "network", segment):
            which = f"{other} of {_named(row)}"
            if str(row["$key"]) == gateway:
                cause = f"{segment} overlaps with {which}, its default gateway; the router has both"
                yield Mistake(cause, "Give the networks different addresses.")
            elif gateway is not None and str(row.get("vnet_default_gateway")) == gateway:
                beside.append(which)
            else:
                apart.append(which)
        if beside:
            cause = f"{segment} overlaps with {_some(beside)}, behind the same default gateway"
            yield Doubt(cause, "Unless a router translates them, no answer finds its way; use other addresses.")
        if apart:
            cause = f"{segment} overlaps with {_some(apart)}"
            yield Doubt(cause, "Use other addresses if they shall ever reach each other.")

    def _overlapping(
        self, planned: Planned, table: str, column: str, segment: IpNetwork
    ) -> Iterator[tuple[Row, IpNetwork]]:
        """Yield the rows outside of the stack whose addresses overlap with a segment, and these addresses."""
        for row in self._site.rows(table).values():
            other = _segment(row, column)
            overlaps = other is not None and other.version == segment.version and other.overlaps(segment)
            # Of those of the stack the checks of the program know what becomes in this run.
            if other is not None and overlaps and not self._existing.owns(table, row, planned):
                yield row, other

    def _address(self, planned: Planned) -> Iterator[Finding]:
        ip, key = address_of(planned, "ip"), self._existing.value(planned, "network")
        if ip is None or key is None or not self._existing.is_changed(planned, "network", "ip"):
            return
        # Of a network that is declared here, the checks of the program know the router.
        row = None if isinstance(planned.known("network"), Planned) else self._site.rows("vnets").get(key)
        if row is not None and _router(row) == ip and not self._existing.owns("vnets", row, planned):
            yield Mistake(f"ip {ip} of {_named(row)} is already that of its router", "Choose another one.")

    def _block(self, planned: Planned) -> Iterator[Finding]:
        cidr, key = planned.known("cidr"), self._existing.value(planned, "network")
        if cidr is None or key is None or not self._existing.is_changed(planned, "network", "cidr"):
            return
        for row, other in self._overlapping(planned, "vnet_cidrs", "cidr", ip_network(cidr)):
            if str(row.get("vnet")) == key:
                # VergeOS refuses it (docs/vergeos/networks.md §9).
                yield Mistake(f"{cidr} overlaps with {other} (vnet_cidrs/{row['$key']})", "Choose another block.")


def _segment(row: Row, column: str) -> IpNetwork | None:
    """Return the addresses of a row; None where it has none, or VergeOS writes them in a way of its own."""
    if row.get("ipaddress_type") == "none":
        return None
    try:
        return ip_network(str(row.get(column)), strict=False)
    except ValueError:
        return None


def _router(row: Row) -> object:
    """Return the address of a network's router, which may come with its prefix."""
    try:
        return ip_interface(str(row.get("ipaddress"))).ip
    except ValueError:
        return None


def _named(row: Row) -> str:
    return f"the network '{printable(str(row.get('name')))}' (vnets/{row['$key']})"


def _some(named: list[str]) -> str:
    """Return the first few of some names, and how many more there are."""
    more = len(named) - SHOWN
    return ", ".join(named[:SHOWN]) + (f" and {more} more" if more > 0 else "")
