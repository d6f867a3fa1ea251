"""NICs (docs/vergeos/virtual-machines.md §7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verge_pulumi.simulator.behaviour.base import Response
from verge_pulumi.simulator.behaviour.compute.devices import Device
from verge_pulumi.simulator.drawing import draw_mac_address
from verge_pulumi.simulator.errors import refused
from verge_pulumi.simulator.relations import Row

if TYPE_CHECKING:
    from verge_pulumi.simulator.backend import Backend

_SPACING = 3.0
"""Seconds between two hot-plugs of NICs. That it applies to the whole system and to unplugging is our assumption."""


class Nics(Device):
    """The table `machine_nics`."""

    noun, plugged, unplugged = "nic", "up", "down"

    def __init__(self, backend: Backend, table: str) -> None:
        super().__init__(backend, table)
        self._last = 0.0

    def after_create(self, row: Row) -> Response | None:
        """Generate a MAC address."""
        super().after_create(row)
        if not row["macaddress"]:
            self.backend.store.change(self.table, row["$key"], {"macaddress": draw_mac_address(0x30)})
        return None

    def after_update(self, row: Row, changes: Row) -> None:
        """Connect a NIC in use to its new network immediately (docs/vergeos/virtual-machines.md §7)."""
        if "vnet" in changes and self.status(row)["status"] != self.unplugged:
            self.plug(row, on=True)

    def plug(self, row: Row, *, on: bool) -> None:
        """Show a NIC as up or down; a NIC without a network has no link."""
        self.show(row, "lowerlayerdown" if on and row["vnet"] is None else self.plugged if on else self.unplugged)

    def hotplug(self, row: Row, *, on: bool) -> None:
        """Plug or unplug a NIC; since 26.0.1 not two within three seconds (docs/vergeos/quirks.md §4)."""
        now = self.backend.clock.now()
        # The clock may have been set back since.
        if 0 <= now - self._last < _SPACING and self.backend.release.since("26.0.1"):
            raise refused("Only one NIC can be hotplugged every 3 seconds")  # the words are ours
        self._last = now
        super().hotplug(row, on=on)
