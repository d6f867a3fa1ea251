"""Addresses of networks (docs/vergeos/networks.md §6)."""

from __future__ import annotations

from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.relations import Row

_KNOWN_TO_NICS = ("static", "dynamic")


class Addresses(Behaviour):
    """The table `vnet_addresses`; a NIC's `ipaddress` follows its lease or reservation.

    See docs/vergeos/virtual-machines.md §7.

    It follows at once, not when the network has applied the change; this is our assumption.
    """

    def after_create(self, row: Row) -> Response | None:
        """Show the address on its NIC."""
        self._show(row, row["ip"])
        return None

    def before_update(self, row: Row, changes: Row) -> None:
        """Remove the address from its former NIC."""
        self._show(row, None)

    def after_update(self, row: Row, changes: Row) -> None:
        """Show the address on its new NIC."""
        self._show(row, row["ip"])

    def after_delete(self, row: Row) -> None:
        """Remove the address from its former NIC."""
        self._show(row, None)

    def _show(self, row: Row, address: str | None) -> None:
        if row["type"] not in _KNOWN_TO_NICS or not row["mac"]:
            return
        for nic in self.backend.store.children("machine_nics", "vnet", ("vnets", row["vnet"])):
            if nic["macaddress"] == row["mac"]:
                self.backend.store.change("machine_nics", nic["$key"], {"ipaddress": address})
