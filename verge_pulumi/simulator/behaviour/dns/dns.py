"""Views, zones and records of a network's DNS server (docs/vergeos/networks.md §8)."""

from __future__ import annotations

from typing import ClassVar

from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.relations import Row


class Ordered(Behaviour):
    """A table whose rows are ordered within their parent, such as `vnet_dns_views`."""

    def before_create(self, row: Row) -> None:
        """Append the row, unless it has a place."""
        if row["orderid"] is None:
            parent = str(self.backend.relations[self.table].table.parent)
            siblings = [other for other in self.backend.store.rows(self.table) if other[parent] == row[parent]]
            row["orderid"] = max((other["orderid"] + 1 for other in siblings), default=1)


class DnsZones(Behaviour):
    """The table `vnet_dns_zones`; a zone's serial number counts changes to the zone and its records."""

    zone: ClassVar[str] = "$key"
    """The column that holds the zone's key."""

    def after_update(self, row: Row, changes: Row) -> None:
        """Count the change."""
        if changes:
            self.count(row)

    def count(self, row: Row) -> None:
        """Count a write in the serial number of the zone."""
        zone = self.backend.store.get("vnet_dns_zones", row[self.zone])
        if zone is not None:  # a record may go with its zone
            self.backend.store.change("vnet_dns_zones", zone["$key"], {"serial_number": zone["serial_number"] + 1})


class DnsRecords(DnsZones, Ordered):
    """The table `vnet_dns_zone_records`."""

    zone = "zone"

    def after_create(self, row: Row) -> Response | None:
        """Count the change."""
        self.count(row)
        return None

    def after_delete(self, row: Row) -> None:
        """Count the change."""
        self.count(row)
