"""VLANs and MAC addresses that networks and NICs outside of the stack have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from verge_pulumi.checks.findings import Doubt, Finding
from verge_pulumi.checks.live.existing import Existing
from verge_pulumi.checks.live.site import Site
from verge_pulumi.client import Row, printable
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.resources.compute.nic import Nic
from verge_pulumi.resources.network.address import Address
from verge_pulumi.resources.network.network import Network


class Layer2:
    """The segments of one system and the cards in them."""

    def __init__(self, site: Site, existing: Existing) -> None:
        self._site = site
        self._existing = existing

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
        vlan, uplink = planned.known("layer2_id"), self._existing.value(planned, "uplink")
        if planned.known("layer2_type") != "vlan" or vlan is None or uplink is None:
            return
        if not self._existing.is_changed(planned, "layer2_type", "layer2_id", "uplink"):
            return
        for row in self._site.rows("vnets").values():
            same = (row.get("layer2_type"), str(row.get("layer2_id")), str(row.get("interface_vnet")))
            if same == ("vlan", str(vlan), uplink) and not self._existing.owns("vnets", row, planned):
                cause = f"VLAN {vlan} of its uplink is already that of {_named(row)}"
                yield Doubt(cause, "Both are one segment then; give each network its own VLAN.")

    def _nic(self, planned: Planned) -> Iterator[Finding]:
        mac = planned.known("macaddress")
        if mac is None or self._existing.said(planned, "enabled", True) is not True:
            return
        if not self._existing.is_changed(planned, "macaddress", "network", "enabled"):
            return
        network = self._existing.value(planned, "network")
        for row in self._cards.get(mac, ()):
            if not self._existing.owns("machine_nics", row, planned):
                where = " on the same network" if network and str(row.get("vnet")) == network else ""
                cause = f"macaddress {mac} is already that of machine_nics/{row['$key']}{where}"
                yield Doubt(cause, "Choose another one, or leave it to VergeOS.")

    def _address(self, planned: Planned) -> Iterator[Finding]:
        mac, network = planned.known("mac"), self._existing.value(planned, "network")
        if mac is None or network is None or planned.known("type") != "static":
            return
        if not self._existing.is_changed(planned, "mac", "network", "type"):
            return
        for row in self._reserved.get((mac, network), ()):
            if not self._existing.owns("vnet_addresses", row, planned):
                ip = printable(str(row.get("ip")))
                cause = f"mac {mac} has the address {ip} reserved (vnet_addresses/{row['$key']})"
                yield Doubt(cause, "It gets one of them; reserve one address for each card.")

    @cached_property
    def _reserved(self) -> dict[tuple[str, str], list[Row]]:
        """The reserved addresses, by MAC address and network."""
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self._site.rows("vnet_addresses").values():
            if row.get("type") == "static":
                found[str(row.get("mac")).lower(), str(row.get("vnet"))].append(row)
        return found

    @cached_property
    def _cards(self) -> dict[str, list[Row]]:
        """The NICs that are switched on, by MAC address."""
        found: dict[str, list[Row]] = defaultdict(list)
        for row in self._site.rows("machine_nics").values():
            if row.get("enabled") is not False:
                found[str(row.get("macaddress")).lower()].append(row)
        return found


def _named(row: Row) -> str:
    return f"the network '{printable(str(row.get('name')))}' (vnets/{row['$key']})"
