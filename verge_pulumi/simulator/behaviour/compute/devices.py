"""Devices plugged into a machine: the common behaviour of drives and NICs (docs/vergeos/virtual-machines.md §5–§7)."""

from __future__ import annotations

from typing import ClassVar

from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.errors import ApiError, refused
from verge_pulumi.simulator.relations import Row


class Device(Behaviour):
    """The common behaviour of drives and NICs: a default name and order, and a status row.

    Attributes:
        noun: The word in default names, such as *drive* in ``drive_0``.
        plugged: The status of a device in use, which cannot be deleted.
        unplugged: The status of a device not in use.
    """

    noun: ClassVar[str]
    plugged: ClassVar[str]
    unplugged: ClassVar[str]

    def before_create(self, row: Row) -> None:
        """Give a device the next order number and a default name."""
        siblings = self.backend.store.children(self.table, "machine", ("machines", row["machine"]))
        if row["orderid"] is None:
            row["orderid"] = max((sibling["orderid"] + 1 for sibling in siblings), default=0)
        if not row["name"]:
            taken, number = {sibling["name"] for sibling in siblings}, row["orderid"]
            while f"{self.noun}_{number}" in taken:
                number += 1
            row["name"] = f"{self.noun}_{number}"

    def after_create(self, row: Row) -> Response | None:
        """Add the status row."""
        status = self.backend.add(self.status_table, {f"parent_{self.noun}": row["$key"]})
        self.backend.store.change(self.table, row["$key"], {"status": status["$key"]})
        return None

    def before_delete(self, row: Row) -> None:
        """Refuse to delete a device in use."""
        if self.status(row)["status"] == self.plugged:
            raise refused(f"Unable to delete online {self.noun}")

    @property
    def status_table(self) -> str:
        """The table of the status rows."""
        return f"machine_{self.noun}_status"

    def status(self, row: Row) -> Row:
        """Return the status row of a device.

        Raises:
            ApiError: A test deleted it directly (500).
        """
        status = self.backend.store.get(self.status_table, row["status"])
        if status is None:
            raise ApiError(500, f"Status of '{row['name']}' does not exist")
        return status

    def show(self, row: Row, word: str) -> None:
        """Change the status of a device."""
        self.backend.store.change(self.status_table, self.status(row)["$key"], {"status": word})

    def plug(self, row: Row, *, on: bool) -> None:
        """Show a device as plugged in or unplugged."""
        self.show(row, self.plugged if on else self.unplugged)

    def hotplug(self, row: Row, *, on: bool) -> None:
        """Plug or unplug a device of a running machine, which may take time; an override may refuse."""
        self.backend.transitions.begin(self.table, row["$key"], "plugging" if on else "unplugging")

    def finish(self, row: Row, state: str) -> None:
        """End a hot-plug or an unplug."""
        self.plug(row, on=state == "plugging" and self.backend.power.is_running(row["machine"]))
