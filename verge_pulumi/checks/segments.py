"""The addresses that networks have, and which of them overlap."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from verge_pulumi.engine.declaring.program import Planned

Ip = IPv4Address | IPv6Address
IpNetwork = IPv4Network | IPv6Network


class Segments:
    """Whose addresses are whose. Each question takes one step for each bit of a prefix, however many there are."""

    def __init__(self) -> None:
        self._at: dict[IpNetwork, Planned] = {}
        self._within: dict[IpNetwork, Planned] = {}

    def add(self, network: IpNetwork, whose: Planned) -> Planned | None:
        """Add a network.

        Returns:
            One whose addresses overlap with it, if there is one. Of two networks that overlap one lies in the other.
        """
        around: list[IpNetwork] = [network.supernet(new_prefix=length) for length in range(network.prefixlen + 1)]
        wider = next((self._at[outer] for outer in around if outer in self._at), None)
        overlapping = wider or self._within.get(network)
        self._at.setdefault(network, whose)
        for outer in around:
            self._within.setdefault(outer, whose)
        return overlapping


def segment_of(network: Planned) -> IpNetwork | None:
    """Return the addresses of a network; none where it is pure layer 2."""
    cidr = network.known("network")
    without = network.said("ipaddress_type", "static") in ("none", None)
    return None if cidr is None or without else ip_network(cidr)


def router_of(network: Planned) -> Ip | None:
    """Return the router's own address; if unset it is the first one (docs/vergeos/networks.md §2.3)."""
    segment = segment_of(network)
    if network.said("ipaddress_type", "static") != "static":
        return None
    if segment is None or network.arguments.get("ipaddress") is not None:
        return address_of(network, "ipaddress")
    return segment[1] if segment.num_addresses > 2 else None


def address_of(planned: Planned, argument: str) -> Ip | None:
    """Return the address that an argument is."""
    text = planned.known(argument)
    return None if text is None else ip_address(text)
