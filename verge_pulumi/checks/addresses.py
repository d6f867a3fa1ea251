"""Addresses: twice the same, where none belongs, or where another one may come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from ipaddress import ip_network
from typing import Any

from verge_pulumi.checks.findings import Doubt, Finding, Mistake
from verge_pulumi.checks.segments import Ip, IpNetwork, Segments, address_of, router_of, segment_of
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.resources.network.address import Address
from verge_pulumi.resources.network.network import Network
from verge_pulumi.resources.network.network_block import NetworkBlock


class Addresses:
    """The networks of one system and their addresses."""

    def __init__(self) -> None:
        self._taken: dict[tuple[Any, Ip], object] = {}
        self._behind: defaultdict[Any, Segments] = defaultdict(Segments)
        self._blocks: defaultdict[Any, Segments] = defaultdict(Segments)

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
        segment, router, gateway = segment_of(planned), router_of(planned), address_of(planned, "gateway")
        if router is not None:
            self._taken[planned, router] = "its router"
        # VergeOS demands it of external networks (docs/vergeos/networks.md §2.3), so their own check refuses it.
        others = planned.said("type", "internal") not in ("external", None)
        if others and segment is not None and gateway is not None and gateway not in segment:
            yield Doubt(f"gateway {gateway} lies outside the network {segment}", f"Choose one inside {segment}.")
        for name, address in (("ipaddress", router), ("gateway", gateway)):
            if address is not None and (pool := _pool_around(address, planned)):
                cause = f"{name} {address} lies in the DHCP range {pool}, from which machines get addresses too"
                yield Doubt(cause, "Keep it out of the range.")
        if segment is not None:
            yield from self._overlapping(planned, segment)

    def _overlapping(self, planned: Planned, segment: IpNetwork) -> Iterator[Finding]:
        gateway = planned.known("default_gateway")
        if gateway is None:
            return  # segments that are not connected may have the same addresses
        beyond = segment_of(gateway) if isinstance(gateway, Planned) else None
        if beyond is not None and beyond.version == segment.version and segment.overlaps(beyond):
            cause = f"{segment} overlaps with {beyond} of {gateway}, its default gateway; the router has both"
            yield Mistake(cause, "Give the networks different addresses.")
        if other := self._behind[gateway].add(segment, planned):
            # Whether a router translates the addresses of those behind it is up to its rules.
            cause = f"{segment} overlaps with {segment_of(other)} of {other}, which has the same default gateway"
            yield Doubt(cause, "Unless a router translates them, no answer finds its way; use other addresses.")

    def _address(self, planned: Planned) -> Iterator[Finding]:
        network, ip = planned.known("network"), address_of(planned, "ip")
        if network is None or ip is None:
            return
        other = self._taken.setdefault((network, ip), planned)
        if other is not planned:
            # VergeOS refuses a second row (docs/vergeos/networks.md §6); of the router's own address no source says.
            yield Mistake(f"ip {ip} of {_named(network)} is already that of {other}", "Choose another one.")
        if not isinstance(network, Planned):
            return
        segment, kind = segment_of(network), planned.known("type")
        if segment is not None and ip not in segment:
            advice = f"Choose one inside {segment}."
            if kind == "static":
                # dnsmasq, which is VergeOS's DHCP server, reserves addresses of the segment that it serves only.
                yield Mistake(f"ip {ip} lies outside {segment} of {network}, where DHCP does not give it out", advice)
            elif network.said("type", "internal") == "internal":  # to an external one, it may be routed
                yield Doubt(f"ip {ip} lies outside {segment} of {network}", advice)
        # An address that is reserved is given to nobody else, so it may lie in the range.
        if kind not in ("static", None) and (pool := _pool_around(ip, network)):
            cause = f"ip {ip} lies in the DHCP range {pool} of {network}, so that a machine may get it too"
            yield Mistake(cause, "Choose one outside the range, or make the range smaller.")

    def _block(self, planned: Planned) -> Iterator[Finding]:
        network, cidr = planned.known("network"), planned.known("cidr")
        if network is None or cidr is None:
            return
        if other := self._blocks[network].add(ip_network(cidr), planned):
            # VergeOS refuses it (docs/vergeos/networks.md §9).
            yield Mistake(f"{cidr} overlaps with {other.known('cidr')} of {other}", "Choose another block.")


def _named(network: Planned | Any) -> str:
    return str(network) if isinstance(network, Planned) else "the network"


def _pool_around(address: Ip, network: Planned) -> str:
    """Return the range of the network's dynamic leases, if it serves them and the address lies in it."""
    start, stop = address_of(network, "dhcp_start"), address_of(network, "dhcp_stop")
    served = network.known("dhcp_enabled") is True and network.said("dhcp_dynamic", True) is True
    if not served or start is None or stop is None or not start.version == stop.version == address.version:
        return ""
    return f"{start}-{stop}" if int(start) <= int(address) <= int(stop) else ""
