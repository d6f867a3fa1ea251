"""Virtual machines (fact sheet vms §2, §3, §5)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from verge_pulumi.catalogue.model import Column, Type
from verge_pulumi.simulator.behaviour.base import Response
from verge_pulumi.simulator.behaviour.devices import Device
from verge_pulumi.simulator.behaviour.machines import MachineOwner
from verge_pulumi.simulator.errors import dangling, invalid, refused
from verge_pulumi.simulator.relations import Row
from verge_pulumi.simulator.values import convert

_HOTPLUG = {"hotplugdrive": "machine_drives", "hotplugnic": "machine_nics"}


class VirtualMachines(MachineOwner):
    """The table `vms`."""

    owners = frozenset({"owner_user"})  # deleting that user deletes the VM (fact sheet vms §2.1)

    def before_create(self, row: Row) -> None:
        """Check the name; fill in the default cluster and that cluster's CPU type."""
        _check_name(row)
        cluster = self.backend.default_cluster(row)
        if not row["cpu_type"] and cluster is not None:
            row["cpu_type"] = cluster["default_cpu"]

    def after_create(self, row: Row) -> Response | None:
        """Create the machine, generate a UUID, and tell the machine key."""
        super().after_create(row)
        if not row["uuid"]:
            name = f"{self.backend.name}/vms/{row['$key']}"
            generated = str(uuid.uuid5(uuid.NAMESPACE_OID, name))
            self.backend.store.change(self.table, row["$key"], {"uuid": generated})
        # The receipt of 4.12 had no `response` (fact sheet README §6.2).
        return {"machine": str(row["machine"])} if self.backend.release.since("26.0") else None

    def before_update(self, row: Row, changes: Row) -> None:
        """Check the name."""
        _check_name(changes)

    def before_delete(self, row: Row) -> None:
        """Refuse to delete a VM that is not stopped."""
        if not self.backend.power.is_off(row["machine"]):
            raise refused("Virtual Machine must be stopped to delete")

    def act(self, row: Row, action: str, params: Mapping[str, Any]) -> Response | None:
        """Start, stop, restart, migrate, clone and hotplug."""
        power = self.backend.power
        match action:
            case "poweron":
                power.start(row, params.get("preferred_node"))
            case "poweroff":
                power.stop(row)
            case "kill":
                power.kill(row)
            case "reset":
                power.reset(row)
            case "migrate":
                power.move(row, params.get("preferred_node"))
            case "clone":
                return self._clone(row, params)
            case "hotplugdrive" | "hotplugnic":
                self._hotplug(row, _HOTPLUG[action], params)
            case _:
                return super().act(row, action, params)
        return None

    def _hotplug(self, row: Row, table: str, params: Mapping[str, Any]) -> None:
        if params.get("device") is None:
            raise refused("Device is a required parameter")
        if not self.backend.power.is_running(row["machine"]):
            raise refused("Machine must be in running state to hotplug")
        if not row["allow_hotplug"]:
            raise refused("Machine does not allow hotplug")
        device = self.backend.store.get(table, convert(Column(name="device", type=Type.INT), params["device"]))
        if device is None or device["machine"] != row["machine"]:
            raise dangling("device")
        devices = self.backend.behaviours[table]
        if isinstance(devices, Device):
            devices.hotplug(device, on=not _flag(params, "unplug"))

    def _clone(self, row: Row, params: Mapping[str, Any]) -> Response:
        """Copy a VM with its drives and NICs; the copy is stopped and has keys and, unless asked, MACs of its own."""
        own = ("machine", "uuid", "need_restart", "created_from", "name")
        columns = {name: value for name, value in row.items() if name not in own}
        columns |= {
            "name": params.get("name") or f"{row['name']}_{self.backend.clock.stamp()}",
            "description": params.get("description", row["description"]),
            "created_from": "clone",
            "need_restart": False,
        }
        copy = self.backend.add(self.table, columns, unique=True)
        for table in _HOTPLUG.values():
            for device in self.backend.store.children(table, "machine", ("machines", row["machine"])):
                fresh = {"machine": copy["machine"], "status": None}
                if not _flag(params, "preserve_macs"):
                    fresh["macaddress"] = None
                self.backend.add(table, device | fresh)
        status = self.backend.power.status(copy["machine"])
        return {
            "vmkey": str(copy["$key"]),
            "machinekey": str(copy["machine"]),
            "machinestatuskey": str(status["$key"] if status else ""),
            "clusterkey": str(copy["cluster"] or ""),
        }


def _flag(params: Mapping[str, Any], name: str) -> bool:
    return bool(convert(Column(name=name, type=Type.BOOL, default=False), params.get(name)))


def _check_name(columns: Row) -> None:
    """Refuse what a VM may not be called: no quotation mark, no blank at an end, displayable characters only."""
    name = columns.get("name")
    if name is not None and ('"' in name or name != name.strip(" ") or not name.isprintable()):
        raise invalid("name")
