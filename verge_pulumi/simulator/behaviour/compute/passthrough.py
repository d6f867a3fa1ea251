"""Host devices passed through to VMs, and TPMs (docs/vergeos/virtual-machines.md §8)."""

from __future__ import annotations

from verge_pulumi.simulator.behaviour.base import Response
from verge_pulumi.simulator.behaviour.compute.devices import Device
from verge_pulumi.simulator.drawing import draw_uuid
from verge_pulumi.simulator.errors import invalid, not_modelled, readonly
from verge_pulumi.simulator.relations import Row

_TPM = {"model": ("crb", "tis"), "version": ("1", "2")}


class PassthroughDevices(Device):
    """The table `machine_devices`."""

    noun, plugged, unplugged = "device", "online", "offline"

    def before_create(self, row: Row) -> None:
        """Determine the type, and validate its settings.

        A device without a resource group is refused unless it is a TPM: there is no pool to take it from.
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
        """Add the status row, and return the UUID."""
        super().after_create(row)
        generated = draw_uuid()
        self.backend.store.change(self.table, row["$key"], {"uuid": generated})
        return {"uuid": generated}

    def before_update(self, row: Row, changes: Row) -> None:
        """Refuse to change the settings of a TPM."""
        if row["type"] == "tpm" and changes.get("settings_args", row["settings_args"]) != row["settings_args"]:
            raise readonly("settings_args")
