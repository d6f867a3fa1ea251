"""Devices of the host that VMs use, and TPMs (fact sheet vms §8)."""

from __future__ import annotations

from verge_pulumi.simulator.behaviour.base import Response
from verge_pulumi.simulator.behaviour.devices import Device
from verge_pulumi.simulator.drawing import draw_uuid
from verge_pulumi.simulator.errors import invalid, not_modelled, readonly
from verge_pulumi.simulator.relations import Row

_TPM = {"model": ("crb", "tis"), "version": ("1", "2")}


class PassthroughDevices(Device):
    """The table `machine_devices`."""

    noun, plugged, unplugged = "device", "online", "offline"

    def before_create(self, row: Row) -> None:
        """Find out the type, and check what belongs to it.

        A device other than a TPM without a resource group is refused: it could not be taken from anywhere.
        """
        super().before_create(row)
        group = self.backend.store.get("resource_groups", row["resource_group"])
        if not row["type"]:
            row["type"] = None if group is None else group["type"]
        if row["type"] is None or (row["type"] != "tpm" and group is None):
            raise invalid("resource_group")
        if row["count"] != 1:
            raise not_modelled("a request for several devices")
        if row["type"] == "tpm":
            settings = row["settings_args"] or {}
            if any(name in settings and settings[name] not in words for name, words in _TPM.items()):
                raise invalid("settings_args")  # also for the version "1.2"

    def after_create(self, row: Row) -> Response | None:
        """Add the status row, and tell the UUID."""
        super().after_create(row)
        generated = draw_uuid()
        self.backend.store.change(self.table, row["$key"], {"uuid": generated})
        return {"uuid": generated}

    def before_update(self, row: Row, changes: Row) -> None:
        """Refuse to change a TPM's settings."""
        if row["type"] == "tpm" and changes.get("settings_args", row["settings_args"]) != row["settings_args"]:
            raise readonly("settings_args")
