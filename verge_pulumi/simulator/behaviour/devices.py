"""Drives and NICs: rows of a machine that may be plugged in (fact sheet vms §6, §7)."""

from __future__ import annotations

from typing import Any, ClassVar

from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.errors import ApiError, invalid, refused
from verge_pulumi.simulator.relations import Row


class Device(Behaviour):
    """What drives and NICs have in common: a default name and order, and a status row.

    Attributes:
        noun: The word in default names, such as *drive* in ``drive_0``.
        plugged: The status of a device in use, which cannot be deleted.
        unplugged: The status of a device not in use.
    """

    noun: ClassVar[str]
    plugged: ClassVar[str]
    unplugged: ClassVar[str]

    def before_create(self, row: Row) -> None:
        """Give a device the next order number and a name of its own."""
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
            ApiError: Someone took it away behind everyone's back (500).
        """
        status = self.backend.store.get(self.status_table, row["status"])
        if status is None:
            raise ApiError(500, f"Status of '{row['name']}' does not exist")
        return status

    def show(self, row: Row, word: str) -> None:
        """Change the status of a device."""
        self.backend.store.change(self.status_table, self.status(row)["$key"], {"status": word})

    def plug(self, row: Row, *, on: bool) -> None:
        """Show a device as plugged in or not."""
        self.show(row, self.plugged if on else self.unplugged)

    def hotplug(self, row: Row, *, on: bool) -> None:
        """Plug a device of a running machine in or out; an override may refuse."""
        self.plug(row, on=on)


class Drives(Device):
    """The table `machine_drives`."""

    noun, plugged, unplugged = "drive", "online", "offline"

    def before_create(self, row: Row) -> None:
        """Refuse a disk without a size and an import without an image."""
        super().before_create(row)
        if row["media"] == "disk" and not row["disksize"]:
            raise invalid("disksize")
        if row["media"] == "import" and row["media_source"] is None:
            raise invalid("media_source")

    def after_create(self, row: Row) -> Response | None:
        """Generate a serial number, and start an import."""
        super().after_create(row)
        if not row["serial"]:
            self.backend.store.change(self.table, row["$key"], {"serial": f"{row['$key']:020x}"})
        if row["media"] == "import":
            self.show(row, "importing")
            self.backend.transitions.begin(self.table, row["$key"], "importing")
        return None

    def finish(self, row: Row, state: str) -> None:
        """End an import: the drive reads `disk` from now on and has the size of its image."""
        columns: dict[str, Any] = {"media": "disk"}
        source = self.backend.store.get("files", row["media_source"])
        if source is not None and not row["disksize"]:
            columns["disksize"] = source.get("filesize")
        self.backend.store.change(self.table, row["$key"], columns)
        self.show(row, self.unplugged)

    def before_update(self, row: Row, changes: Row) -> None:
        """Refuse to shrink a disk."""
        size = changes.get("disksize", row["disksize"])
        if row["disksize"] and (size is None or size < row["disksize"]):
            raise invalid("disksize")

    def plug(self, row: Row, *, on: bool) -> None:
        """Show a drive as online or offline; one that is importing stays so."""
        if self.status(row)["status"] != "importing":
            super().plug(row, on=on)

    def hotplug(self, row: Row, *, on: bool) -> None:
        """Plug a disk in or out; other media and interfaces only work at the next boot."""
        # Refused after the row exists, which stays (fact sheet quirks W13); the words are ours.
        if on and (row["media"] != "disk" or row["interface"] not in ("virtio", "virtio-scsi")):
            raise refused(f"Drive '{row['name']}' cannot be hotplugged")
        super().hotplug(row, on=on)

    def act_in_path(self, row: Row, action: str) -> Response | None:
        """Apply the 2023 Secure Boot keys (fact sheet vms §6)."""
        if action != "apply_universal_vars" or "ms_2023_kek_applied" not in row:
            return super().act_in_path(row, action)
        if not self.backend.power.is_off(row["machine"]):
            raise refused("Machine must be stopped")
        self.backend.store.change(self.table, row["$key"], {"ms_2023_kek_applied": True})
        return None

    def act_in_query(self, row: Row, action: str) -> None:
        """Accept ``apply_universal_vars`` and do nothing: only the path form works (fact sheet quirks W5)."""
        if action != "apply_universal_vars":
            super().act_in_query(row, action)


class Nics(Device):
    """The table `machine_nics`."""

    noun, plugged, unplugged = "nic", "up", "down"

    def after_create(self, row: Row) -> Response | None:
        """Generate a MAC address."""
        super().after_create(row)
        if not row["macaddress"]:
            self.backend.store.change(self.table, row["$key"], {"macaddress": mac_address(0x30, row["$key"])})
        return None

    def after_update(self, row: Row, changes: Row) -> None:
        """Connect a NIC in use to its new network at once (fact sheet vms §7)."""
        if "vnet" in changes and self.status(row)["status"] != self.unplugged:
            self.plug(row, on=True)

    def plug(self, row: Row, *, on: bool) -> None:
        """Show a NIC as up or down; one that is plugged into no network has no link."""
        self.show(row, "lowerlayerdown" if on and row["vnet"] is None else self.plugged if on else self.unplugged)


def mac_address(kind: int, number: int) -> str:
    """Return a MAC address in VergeOS's range, unique among those of its kind."""
    return ":".join(f"{byte:02x}" for byte in (0xF0, 0xDB, kind, *number.to_bytes(3, "big")))
