"""Drives (docs/vergeos/virtual-machines.md §6)."""

from __future__ import annotations

from typing import Any

from verge_pulumi.simulator.behaviour.base import Response
from verge_pulumi.simulator.behaviour.compute.devices import Device
from verge_pulumi.simulator.drawing import draw_serial
from verge_pulumi.simulator.errors import invalid, refused
from verge_pulumi.simulator.relations import Row

_MADE_FROM_FILES = ("import", "clone")
"""Media that are copied from a file, which takes time."""


class Drives(Device):
    """The table `machine_drives`."""

    in_path = frozenset({"apply_universal_vars"})

    noun, plugged, unplugged = "drive", "online", "offline"

    def before_create(self, row: Row) -> None:
        """Refuse a disk without a size, and an import or a clone without an image."""
        super().before_create(row)
        if row["media"] == "disk" and not row["disksize"]:
            raise invalid("disksize")
        if row["media"] in _MADE_FROM_FILES and row["media_source"] is None:
            raise invalid("media_source")

    def after_create(self, row: Row) -> Response | None:
        """Generate a serial number, and start to copy the image of an import or a clone."""
        super().after_create(row)
        if not row["serial"]:
            self.backend.store.change(self.table, row["$key"], {"serial": draw_serial()})
        if row["media"] in _MADE_FROM_FILES:
            # No source says what a drive shows while it is cloned from a file.
            self.show(row, "importing")
            self.backend.transitions.begin(self.table, row["$key"], "importing")
        return None

    def fill(self, row: Row) -> None:
        """Start copying the disk of a cloned VM; no source says what a drive shows during the copy."""
        if row["media"] == "disk":
            self.show(row, "importing")
            self.backend.transitions.begin(self.table, row["$key"], "cloning")

    def finish(self, row: Row, state: str) -> None:
        """Finish a hot-plug, an import or a clone; the drive then has the size and data of its image.

        The medium of an import then reads `disk`; no source says whether that of a clone does.
        """
        if state == "cloning":
            self.show(row, self.unplugged)
            return
        if state != "importing":
            super().finish(row, state)
            return
        columns: dict[str, Any] = {"media": "disk"} if row["media"] == "import" else {}
        image = self.backend.store.get("files", row["media_source"])
        if image is not None:
            columns["used_bytes"] = image["filesize"]
            columns["disksize"] = row["disksize"] or image["filesize"]
        self.backend.store.change(self.table, row["$key"], columns)
        self.show(row, self.unplugged)

    def before_update(self, row: Row, changes: Row) -> None:
        """Refuse to shrink a disk, and to resize one during its import (docs/vergeos/virtual-machines.md §6)."""
        size = changes.get("disksize", row["disksize"])
        if row["disksize"] and (size is None or size < row["disksize"]):
            raise invalid("disksize")
        if "disksize" in changes and self._imports(row):
            raise refused(f"Drive '{row['name']}' is importing")

    def plug(self, row: Row, *, on: bool) -> None:
        """Show a drive as online or offline; an import keeps its status, and a sized EFI disk is never online.

        A sized EFI disk is an unusable raw volume (docs/vergeos/quirks.md §W12); staying offline is our assumption.
        """
        useless = row["media"] == "efidisk" and row["disksize"]
        if not self._imports(row):
            super().plug(row, on=on and not useless)

    def hotplug(self, row: Row, *, on: bool) -> None:
        """Plug or unplug a disk; other media and interfaces change only at the next boot."""
        # Refused after the row exists, which stays (docs/vergeos/quirks.md §W13); the words are ours.
        if row["media"] != "disk" or row["interface"] not in ("virtio", "virtio-scsi") or self._imports(row):
            raise refused(f"Drive '{row['name']}' cannot be hotplugged")
        super().hotplug(row, on=on)

    def _imports(self, row: Row) -> bool:
        return bool(self.status(row)["status"] == "importing")

    def act_in_path(self, row: Row, action: str) -> Response | None:
        """Apply the 2023 Secure Boot keys (docs/vergeos/virtual-machines.md §6)."""
        if action != "apply_universal_vars" or "ms_2023_kek_applied" not in row:
            return super().act_in_path(row, action)
        if not self.backend.power.is_off(row["machine"]):
            raise refused("Machine must be stopped")
        self.backend.store.change(self.table, row["$key"], {"ms_2023_kek_applied": True})
        return None

    def act_in_query(self, row: Row, action: str) -> None:
        """Accept ``apply_universal_vars`` and do nothing: only the path form works (docs/vergeos/quirks.md §W5)."""
        if action != "apply_universal_vars":
            super().act_in_query(row, action)
