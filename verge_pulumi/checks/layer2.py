"""What frames travel by: MAC addresses, VLANs and how large they may be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from verge_pulumi.checks.findings import Doubt, Finding, Mistake
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.resources.compute.nic import Nic
from verge_pulumi.resources.network.address import Address
from verge_pulumi.resources.network.network import Network


class Layer2:
    """The segments of one system and the cards in them."""

    def __init__(self) -> None:
        self._vlans: dict[tuple[Any, int], Planned] = {}
        self._cards: dict[tuple[Any, str], Planned] = {}
        self._anywhere: dict[str, Planned] = {}
        self._reserved: dict[tuple[Any, str], Planned] = {}

    def __call__(self, planned: Planned) -> Iterator[Finding]:
        """Look at one more resource."""
        match planned.resource:
            case Network():
                yield from self._network(planned)
            case Nic():
                yield from self._nic(planned)
            case Address():
                yield from self._address(planned)

    def _network(self, planned: Planned) -> Iterator[Finding]:
        uplink, vlan = planned.known("uplink"), planned.known("layer2_id")
        if planned.known("layer2_type") == "vlan" and uplink is not None and vlan is not None:
            other = self._vlans.setdefault((uplink, vlan), planned)
            if other is not planned:
                # No source says whether VergeOS refuses it.
                yield Doubt(f"VLAN {vlan} of its uplink is already that of {other}", "Give each network its own VLAN.")
        mtu = planned.known("mtu")
        below = uplink.known("mtu") if isinstance(uplink, Planned) else None
        if isinstance(mtu, int) and isinstance(below, int) and mtu > below:
            # What is larger than the frames of the interface below cannot be sent through it.
            yield Mistake(f"mtu {mtu} is more than the {below} of {uplink}, its uplink", f"Use at most {below}.")

    def _nic(self, planned: Planned) -> Iterator[Finding]:
        mac, network = planned.known("macaddress"), planned.known("network")
        if mac is None or planned.said("enabled", True) is not True:
            return
        advice = "Choose another one, or leave it to VergeOS."
        elsewhere = self._anywhere.setdefault(mac, planned)
        beside = self._cards.setdefault((network, mac), planned) if network is not None else planned
        if beside is not planned:
            yield Mistake(f"macaddress {mac} is already that of {beside} on the same network", advice)
        elif elsewhere is not planned:
            yield Doubt(f"macaddress {mac} is already that of {elsewhere}", advice)

    def _address(self, planned: Planned) -> Iterator[Finding]:
        mac, network = planned.known("mac"), planned.known("network")
        if mac is None or network is None or planned.known("type") != "static":
            return
        other = self._reserved.setdefault((network, mac), planned)
        if other is not planned:
            cause = f"mac {mac} has an address reserved by {other} on the same network; it gets one of them"
            yield Doubt(cause, "Reserve one address for each card.")
