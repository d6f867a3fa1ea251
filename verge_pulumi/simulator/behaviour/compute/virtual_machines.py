"""Virtual machines (docs/vergeos/virtual-machines.md §2, §3, §5)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verge_pulumi.catalogue.model import Column, Type
from verge_pulumi.simulator.behaviour.base import Response
from verge_pulumi.simulator.behaviour.compute.cloudinit_files import CloudInitFiles, given
from verge_pulumi.simulator.behaviour.compute.devices import Device
from verge_pulumi.simulator.behaviour.compute.drives import Drives
from verge_pulumi.simulator.behaviour.machines import MachineOwner
from verge_pulumi.simulator.drawing import draw_uuid
from verge_pulumi.simulator.errors import dangling, invalid, refused
from verge_pulumi.simulator.relations import Row
from verge_pulumi.simulator.store import Store
from verge_pulumi.simulator.values import convert

_HOTPLUG = {"hotplugdrive": "machine_drives", "hotplugnic": "machine_nics"}


class VirtualMachines(MachineOwner):
    """The table `vms`."""

    owners = frozenset({"owner_user"})  # deleting that user deletes the VM (docs/vergeos/virtual-machines.md §2.1)

    def before_create(self, row: Row) -> None:
        """Validate name and cloud-init files; fill in the default cluster and its CPU type."""
        _check_name(row)
        list(given(row["cloudinit_files"]))
        cluster = self.backend.default_cluster(row)
        if not row["cpu_type"] and cluster is not None:
            row["cpu_type"] = cluster["default_cpu"]

    def after_create(self, row: Row) -> Response | None:
        """Create the machine and the cloud-init files, generate a UUID, and return the machine's key."""
        super().after_create(row)
        self._provide_files(row)
        if not row["uuid"]:
            self.backend.store.change(self.table, row["$key"], {"uuid": draw_uuid()})
        # The receipt of 4.12 had no `response` (docs/vergeos/README.md §6.2).
        return {"machine": str(row["machine"])} if self.backend.release.since("26.0") else None

    def before_update(self, row: Row, changes: Row) -> None:
        """Validate the name; refuse to change a snapshot."""
        _refuse_snapshot(row)
        _check_name(changes)

    def after_update(self, row: Row, changes: Row) -> None:
        """Create the cloud-init files of a datasource that was switched on (docs/vergeos/virtual-machines.md §10)."""
        super().after_update(row, changes)
        if "cloudinit_datasource" in changes:
            self._provide_files(row)

    def _provide_files(self, row: Row) -> None:
        files = self.backend.behaviours.get("cloudinit_files")
        if isinstance(files, CloudInitFiles):
            files.provide(row)

    def before_delete(self, row: Row) -> None:
        """Refuse to delete a VM that is not stopped."""
        if not self.backend.power.is_off(row["machine"]):
            raise refused("Virtual Machine must be stopped to delete")

    def act(self, row: Row, action: str, params: Mapping[str, Any]) -> Response | None:
        """Start, stop, restart, migrate, clone, restore and hotplug."""
        power = self.backend.power
        if action not in ("clone", "restore"):
            _refuse_snapshot(row)
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
            case "restore":
                self._restore(row)
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

    def copy(self, row: Row, columns: Row, *, keep_macs: bool, unique: bool = False) -> Row:
        """Copy a VM with its drives and NICs; the copy is stopped and has keys of its own.

        Args:
            row: The VM.
            columns: The columns in which the copy differs.
            keep_macs: Whether its NICs keep the MAC addresses.
            unique: Whether its name must be unused.
        """
        own = {"machine": None, "uuid": None, "need_restart": False}
        copy = self.backend.add(self.table, row | own | columns, unique=unique)
        for table in _HOTPLUG.values():
            for device in _devices(self.backend.store, table, row):
                fresh = {"machine": copy["machine"], "status": None}
                if not keep_macs:
                    fresh["macaddress"] = None
                self.backend.add(table, device | fresh)
        return copy

    def _clone(self, row: Row, params: Mapping[str, Any]) -> Response:
        """Copy a VM or the content of a snapshot; the disks are copied in the background.

        See docs/vergeos/virtual-machines.md §5.
        """
        columns = {
            "name": params.get("name") or f"{row['name']}_{self.backend.clock.stamp()}",
            "description": params.get("description", row["description"]),
            "created_from": "clone",
            "is_snapshot": False,
        }
        copy = self.copy(row, columns, keep_macs=_flag(params, "preserve_macs"), unique=True)
        drives = self.backend.behaviours["machine_drives"]
        if isinstance(drives, Drives):
            for drive in _devices(self.backend.store, drives.table, copy):
                drives.fill(drive)
        status = self.backend.power.status(copy["machine"])
        return {
            "vmkey": str(copy["$key"]),
            "machinekey": str(copy["machine"]),
            "machinestatuskey": str(status["$key"] if status else ""),
            "clusterkey": str(copy["cluster"] or ""),
        }

    def _restore(self, row: Row) -> None:
        """Restore a VM from a snapshot; the action is sent to the snapshot's VM.

        See docs/vergeos/virtual-machines.md §5, §9.

        No source says whether drives and NICs keep their keys: here those of the same name do.
        """
        store = self.backend.store
        found = store.children("machine_snapshots", "snap_machine", ("machines", row["machine"]))
        if not row["is_snapshot"] or not found:
            raise refused("Virtual Machine is not a snapshot")
        (original,) = store.children(self.table, "machine", ("machines", found[0]["machine"]))
        if not self.backend.power.is_off(original["machine"]):
            raise refused("Machine must be stopped")
        own = ("$key", "name", "machine", "uuid", "is_snapshot", "created")
        store.change(self.table, original["$key"], {name: row[name] for name in row if name not in own})
        for table in _HOTPLUG.values():
            live = {device["name"]: device for device in _devices(store, table, original)}
            for device in _devices(store, table, row):
                columns = {name: device[name] for name in device if name not in ("$key", "machine", "status")}
                if device["name"] in live:
                    store.change(table, live.pop(device["name"])["$key"], columns)
                else:
                    self.backend.add(table, {**columns, "machine": original["machine"]})
            for device in live.values():
                self.backend.remove(table, device["$key"])


def _devices(store: Store, table: str, owner: Row) -> list[Row]:
    return store.children(table, "machine", ("machines", owner["machine"]))


def _refuse_snapshot(row: Row) -> None:
    """Refuse to change or power a snapshot, as clients do, in our own words.

    See docs/vergeos/virtual-machines.md §3, §5.
    """
    if row["is_snapshot"]:
        raise refused("Virtual Machine is a snapshot")


def _flag(params: Mapping[str, Any], name: str) -> bool:
    return bool(convert(Column(name=name, type=Type.BOOL, default=False), params.get(name)))


def _check_name(columns: Row) -> None:
    """Refuse invalid names of VMs: only displayable characters, no quotation mark, no blank at an end."""
    name = columns.get("name")
    if name is not None and ('"' in name or name != name.strip(" ") or not name.isprintable()):
        raise invalid("name")
