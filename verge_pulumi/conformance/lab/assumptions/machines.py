"""Virtual machines that are off, and their parts."""

from __future__ import annotations

import re

from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.lab import APPLY_SECONDS, Lab
from verge_pulumi.conformance.lab.lives import SOON
from verge_pulumi.conformance.lab.reply import Surprise, same, shown
from verge_pulumi.conformance.lab.subjects import GIB, HOUR

VMS = "docs/vergeos/virtual-machines.md"
RETENTION = 72 * HOUR
"""Seconds that a snapshot is kept for which nothing is said."""


@assumption(f"{VMS} §3", Sure.DOCUMENTED, "resources.power", "resources.compute.virtual_machine")
def created_off(lab: Lab) -> None:
    """A new VM is off, and `machine_status` has one row for its machine that says so."""
    rows = lab.rows("machine_status", filter=f"machine eq {lab.machine(lab.row('vms'))}", fields="running,status,node")
    same("the rows of machine_status", rows, [{"running": False, "status": "stopped", "node": None}])


@assumption(
    "docs/vergeos/quirks.md §W14", Sure.MEASURED, "resources.compute.virtual_machine", "resources.compute.drive"
)
def generated(lab: Lab) -> None:
    """VergeOS gives a VM a `uuid`, a drive a name and a serial number, and a NIC a name and a MAC address."""
    for table, columns in (("vms", "uuid"), ("machine_drives", "name,serial"), ("machine_nics", "name,macaddress")):
        row = lab.read(lab.row(table), columns)
        missing = [name for name in columns.split(",") if not row.get(name)]
        if missing:
            raise Surprise(f"{table} has no {', '.join(missing)}")


@assumption("docs/vergeos/quirks.md §W15", Sure.DOCUMENTED, "engine.declaring.values", "resources.compute.nic")
def mac_address(lab: Lab) -> None:
    """A MAC address is kept in small letters, with colons."""
    nic = lab.row("machine_nics")
    lab.put(nic, {"macaddress": "F0:DB:30:FF:FF:0A"}).answered(200)
    same("machine_nics.macaddress", lab.read(nic, "macaddress").get("macaddress"), "f0:db:30:ff:ff:0a")


@assumption("docs/vergeos/quirks.md §6", Sure.DOCUMENTED, "resources.compute.drive", "resources.compute.nic")
def names_of_parts(lab: Lab) -> None:
    """A name of a drive is unique in its VM, and free in another one."""
    taken = lab.read(lab.row("machine_drives"), "name").get("name")
    other = lab.make("vms", {"name": lab.name("other")})
    lab.make("machine_drives", {"machine": lab.machine(other), "name": taken, "disksize": GIB})


@assumption(f"{VMS} §6", Sure.DOCUMENTED, "resources.compute.drive")
def disk_without_a_size(lab: Lab) -> None:
    """A drive with the medium `disk` and no `disksize` is refused with 422."""
    lab.post("machine_drives", {"machine": lab.machine(lab.row("vms")), "name": lab.name("empty")}).refused(422)


@assumption(f"{VMS} §6", Sure.DOCUMENTED, "resources.compute.drive", "resources.compute._data_loss")
def disks_grow(lab: Lab) -> None:
    """A disk of a VM that is off grows by a PUT of `disksize`; a smaller size is refused with 422."""
    drive = lab.row("machine_drives")
    lab.put(drive, {"disksize": 2 * GIB}).answered(200)
    same("machine_drives.disksize", lab.read(drive, "disksize").get("disksize"), 2 * GIB)
    lab.put(drive, {"disksize": GIB}).refused(422)


@assumption(f"{VMS} §6", Sure.DOCUMENTED, "resources.compute.drive")
def medium_is_fixed(lab: Lab) -> None:
    """The medium of a drive cannot be changed: 422 `field 'media' is readonly`."""
    lab.put(lab.row("machine_drives"), {"media": "cdrom"}).refused(422, "readonly")


@assumption(f"{VMS} §6", Sure.MEASURED, "resources.compute.drive")
def tier_is_text(lab: Lab) -> None:
    """`preferred_tier` of a drive is accepted as a number, and answered as text."""
    drive = lab.row("machine_drives")
    before = lab.read(drive, "preferred_tier").get("preferred_tier")
    lab.put(drive, {"preferred_tier": int(str(before))}).answered(200)
    same("machine_drives.preferred_tier", lab.read(drive, "preferred_tier").get("preferred_tier"), str(before))


@assumption(f"{VMS} §8", Sure.DOCUMENTED, "resources.compute.device")
def settings_of_a_tpm(lab: Lab) -> None:
    """A TPM takes `model` and `version` from the list; the version `1.2` is refused with 422."""
    values = {"machine": lab.machine(lab.row("vms")), "type": "tpm", "name": lab.name("tpm")}
    lab.post("machine_devices", {**values, "settings_args": {"version": "1.2"}}).refused(422)


@assumption("docs/vergeos/quirks.md §W10", Sure.MEASURED, "resources.compute.virtual_machine")
def empty_is_not_none(lab: Lab) -> None:
    """A `cloudinit_datasource` of an empty text is refused with 422."""
    lab.put(lab.row("vms"), {"cloudinit_datasource": ""}).refused(422)


@assumption(f"{VMS} §5", Sure.MEASURED, "resources.compute._hotplug", "resources.compute.drive")
def hot_plug_while_off(lab: Lab) -> None:
    """A hot-plug of a VM that is off is refused with 422: `Machine must be in running state`."""
    device = int(lab.row("machine_drives").key)
    lab.act(lab.row("vms"), "hotplugdrive", device=device).refused(422, "running state")


@assumption(f"{VMS} §5", Sure.MEASURED, "resources.compute._hotplug")
def hot_plug_of_nothing(lab: Lab) -> None:
    """A hot-plug that names no device is refused with 422: `Device is a required parameter`."""
    lab.act(lab.row("vms"), "hotplugdrive").refused(422, "required parameter")


@assumption(f"{VMS} §5: no source says", Sure.OPEN, "resources._power_actions")
def off_when_off(lab: Lab) -> None:
    """`poweroff` and `kill` of a VM that is off are accepted and change nothing."""
    vm = lab.row("vms")
    for action in ("poweroff", "kill"):
        lab.act(vm, action).answered(201)
    same("the power state", lab.runs(vm), False)


@assumption(f"{VMS} §2.2: no source says", Sure.OPEN, "resources.compute.virtual_machine")
def any_ram(lab: Lab) -> None:
    """`ram` may be a number that is no multiple of 256, and reads as it was written."""
    vm = lab.row("vms")
    lab.put(vm, {"ram": 1000}).answered(200)
    same("vms.ram", lab.read(vm, "ram").get("ram"), 1000)


@assumption(f"{VMS} §6", Sure.INFERRED, "resources.compute.drive")
def asset_tags(lab: Lab) -> None:
    """The `asset` of a drive may have 40 characters; sources disagree whether 32 are the most."""
    drive = lab.row("machine_drives")
    lab.put(drive, {"asset": "a" * 40}).answered(200)
    same("machine_drives.asset", lab.read(drive, "asset").get("asset"), "a" * 40)


# Cloud-init


@assumption(f"{VMS} §10", Sure.MEASURED, "resources.compute.cloudinit_file", since="4.13.2")
def contents(lab: Lab) -> None:
    """The contents of a cloud-init file are never in a row, and are the body of a download."""
    file = lab.row("cloudinit_files")
    same("contents in a row", lab.read(file, "$key,contents").get("contents"), None)
    reply = lab.get(file.path, download=1).answered(200)
    same("what is downloaded", reply.body.decode(), file.values["contents"])


@assumption(f"{VMS} §10", Sure.MEASURED, "resources.compute.cloudinit_file", "resources.compute.virtual_machine")
def files_of_a_datasource(lab: Lab) -> None:
    """A datasource that is switched on makes `/user-data` and `/meta-data`, and keeps what is there."""
    vm = lab.make("vms", {"name": lab.name("datasource")})
    lab.put(vm, {"cloudinit_datasource": "nocloud"}).answered(200)
    rows = lab.rows("cloudinit_files", fields="name", filter=f"owner eq '{vm.path}'", sort="name")
    same("the files", [str(row.get("name")).lstrip("/") for row in rows], ["meta-data", "user-data"])


# Snapshots


@assumption(
    "docs/vergeos/README.md §9", Sure.DOCUMENTED, "resources.compute.snapshot", "resources.compute._snapshotting"
)
def snapshots_are_listed(lab: Lab) -> None:
    """A list shows a new snapshot as soon as its receipt has come, or two seconds later."""
    machine = lab.machine(lab.row("vms"))
    snapshot = lab.make(
        "machine_snapshots", {"machine": machine, "name": lab.name("seen"), "expires": lab.now() + HOUR}
    )
    where = f"machine eq {machine} and $key eq {snapshot.key}"
    lab.wait("the snapshot in a list", lambda: bool(lab.rows("machine_snapshots", fields="$key", filter=where)), SOON)


@assumption("docs/vergeos/quirks.md §W11", Sure.MEASURED, "resources.compute.snapshot")
def snapshots_expire(lab: Lab) -> None:
    """A snapshot without `expires` expires after 72 hours."""
    row = lab.read(lab.row("machine_snapshots"), "created,expires")
    kept = row["expires"] - row["created"]
    if abs(kept - RETENTION) > 60:
        raise Surprise(f"a snapshot is kept for {shown(kept)} s instead of {RETENTION}")


@assumption(f"{VMS} §9", Sure.DOCUMENTED, "resources.compute.snapshot", "resources.compute._snapshotting")
def hidden_vm(lab: Lab) -> None:
    """A snapshot has `snap_machine`, soon after it was made: the machine of a row of `vms` with `is_snapshot`."""
    snapshot = lab.row("machine_snapshots")
    lab.wait("snap_machine", lambda: bool(lab.read(snapshot, "snap_machine").get("snap_machine")), APPLY_SECONDS)
    machine = lab.read(snapshot, "snap_machine")["snap_machine"]
    rows = lab.rows("vms", fields="is_snapshot", filter=f"machine eq {machine}")
    same("the hidden VM", rows, [{"is_snapshot": True}])


@assumption(f"{VMS} §5, §9", Sure.DOCUMENTED, "resources.compute.snapshot", "resources.compute._snapshotting")
def snapshot_goes_with_its_copy(lab: Lab) -> None:
    """Deleting a snapshot deletes the hidden VM that holds it."""
    vm = lab.make("vms", {"name": lab.name("snapped")})
    values = {"machine": lab.machine(vm), "name": lab.name("brief"), "expires": lab.now() + HOUR}
    snapshot = lab.make("machine_snapshots", values)
    lab.wait("snap_machine", lambda: bool(lab.read(snapshot, "snap_machine").get("snap_machine")), APPLY_SECONDS)
    hidden = lab.read(snapshot, "snap_machine")["snap_machine"]
    lab.delete(snapshot).answered(200)
    same("the hidden VM", lab.rows("vms", fields="name", filter=f"machine eq {hidden}"), [])


@assumption(f"{VMS} §5", Sure.DOCUMENTED, "resources.compute._cloning")
def clones(lab: Lab) -> None:
    """`clone` answers the keys of the copy, which has the drives of the original with keys of their own, and is off."""
    vm = lab.row("vms")
    lab.row("machine_drives")
    response = lab.act(vm, "clone", name=lab.name("clone")).answered(201).response
    copy = lab.named("vms", str(response["vmkey"]), lab.name("clone"))
    same("machinekey", str(response.get("machinekey")), str(lab.machine(copy)))
    same("the power state of the copy", lab.runs(copy), False)
    drives = [
        lab.rows("machine_drives", fields="name", filter=f"machine eq {lab.machine(each)}", sort="name")
        for each in (vm, copy)
    ]
    same("the drives of the copy", drives[1], drives[0])


# What goes with a VM


@assumption(f"{VMS} §3", Sure.DOCUMENTED, "resources.compute.virtual_machine", "environments.reaping")
def parts_go_with_it(lab: Lab) -> None:
    """Deleting a VM deletes its drives, NICs, devices and snapshots."""
    vm = lab.make("vms", {"name": lab.name("whole")})
    machine = lab.machine(vm)
    parts = [
        lab.make("machine_drives", {"machine": machine, "disksize": GIB}),
        lab.make("machine_nics", {"machine": machine}),
        lab.make("machine_devices", {"machine": machine, "type": "tpm"}),
        lab.make("machine_snapshots", {"machine": machine, "name": lab.name("part"), "expires": lab.now() + HOUR}),
    ]
    lab.delete(vm).answered(200)
    lab.all_gone(parts)


@assumption(f"{VMS} §10", Sure.DOCUMENTED, "resources.compute.cloudinit_file", since="4.13.2")
def files_go_with_it(lab: Lab) -> None:
    """Deleting a VM deletes its cloud-init files."""
    vm = lab.make("vms", {"name": lab.name("files")})
    file = lab.make("cloudinit_files", {"owner": vm.path, "name": "/user-data"})
    lab.delete(vm).answered(200)
    lab.all_gone([file])


@assumption(f"{VMS} §2.1", Sure.DOCUMENTED, "resources.compute.virtual_machine", "resources.access.user")
def vm_goes_with_its_user(lab: Lab) -> None:
    """Deleting a user deletes the VMs of which it is the `owner_user`."""
    user = lab.make("users", {"name": lab.name("owner"), "password": lab.password})
    vm = lab.make("vms", {"name": lab.name("owned"), "owner_user": int(user.key)})
    lab.delete(user).answered(200)
    lab.all_gone([vm])


# Names


@assumption(f"{VMS} §2.1", Sure.DOCUMENTED, "resources.compute.virtual_machine")
def quotes_in_names(lab: Lab) -> None:
    """A VM's name with a quotation mark, or a blank at an end, is refused with 422."""
    for name in (lab.name('"quoted"'), f"{lab.name('blank')} "):
        lab.post("vms", {"name": name}).refused(422)


@assumption("docs/vergeos/quirks.md §W14", Sure.INFERRED, "resources.compute.drive")
def default_names(lab: Lab) -> None:
    """A drive without a name is called `drive_<n>`, a NIC `nic_<n>`."""
    for table, pattern in (("machine_drives", r"drive_\d+"), ("machine_nics", r"nic_\d+")):
        name = str(lab.read(lab.row(table), "name").get("name"))
        if not re.fullmatch(pattern, name):
            raise Surprise(f"the name of a row of {table} is {shown(name)}")
