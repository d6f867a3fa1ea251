"""Virtual machines that run."""

from __future__ import annotations

from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.lab import APPLY_SECONDS, Lab
from verge_pulumi.conformance.lab.reply import Surprise, same, shown
from verge_pulumi.conformance.lab.requests import Made
from verge_pulumi.conformance.lab.subjects import GIB

VMS = "docs/vergeos/virtual-machines.md"

SPACING = 4.0
"""Seconds from one hot-plug of a NIC to the next (docs/vergeos/quirks.md §4)."""


def _running(lab: Lab) -> Made:
    """Return the VM, which runs, with its parts."""
    vm = lab.row("vms")
    for table in ("machine_drives", "machine_nics"):
        lab.row(table)
    lab.power(vm, on=True)
    return vm


@assumption(f"{VMS} §4, §5", Sure.DOCUMENTED, "resources.power", "resources._power_actions")
def starts(lab: Lab) -> None:
    """`poweron` is answered with 201, and the VM is `running` within two minutes, on a node."""
    row = lab.read(_running(lab), "machine#status#running as running,machine#status#node as node")
    same("running", row.get("running"), True)
    if row.get("node") is None:
        raise Surprise("node of a machine that runs is null")


@assumption("docs/vergeos/README.md §7.3", Sure.INFERRED, "resources._power_actions")
def starts_once(lab: Lab) -> None:
    """`poweron` of a VM that runs is refused with 422: `Machine is already running`."""
    lab.act(_running(lab), "poweron").refused(422, "already running")


@assumption("docs/vergeos/README.md §7.3", Sure.INFERRED, "resources.compute.virtual_machine")
def cannot_be_deleted(lab: Lab) -> None:
    """DELETE of a VM that runs is refused with 422: `must be stopped`."""
    lab.delete(_running(lab)).refused(422, "must be stopped")


@assumption(f"{VMS} §3, §4", Sure.INFERRED, "resources.compute.virtual_machine", "resources.power")
def changes_wait(lab: Lab) -> None:
    """A PUT of `ram` of a VM that runs is stored and sets `need_restart`; `running_ram` is what it was."""
    vm = _running(lab)
    before = lab.read(vm, "ram,machine#status#running_ram as running_ram")
    lab.put(vm, {"ram": int(before["ram"]) + 256}).answered(200)
    after = lab.read(vm, "ram,need_restart,machine#status#running_ram as running_ram")
    lab.put(vm, {"ram": before["ram"]}).answered(200)
    same("vms.ram", after.get("ram"), int(before["ram"]) + 256)
    same("vms.need_restart", after.get("need_restart"), True)
    same("running_ram", after.get("running_ram"), before.get("running_ram"))


@assumption(f"{VMS} §2.2, §2.3", Sure.INFERRED, "resources.compute.virtual_machine", "resources.power")
def quiet_changes(lab: Lab) -> None:
    """A PUT of `boot_order` or `description` of a VM that runs does not set `need_restart`."""
    lab.power(lab.row("vms"), on=False)  # nothing waits after a start
    vm = _running(lab)
    lab.put(vm, {"boot_order": "dc", "description": lab.name("quiet")}).answered(200)
    same("vms.need_restart", lab.read(vm, "need_restart").get("need_restart"), False)


@assumption(f"{VMS} §6, §7", Sure.DOCUMENTED, "resources.compute.drive", "resources.compute.nic")
def parts_in_use(lab: Lab) -> None:
    """A drive of a VM that runs is `online`, a NIC is `up`; DELETE of either is refused with 422."""
    _running(lab)
    for table, word in (("machine_drives", "online"), ("machine_nics", "up")):
        made = lab.row(table)
        same(f"the status of a row of {table}", lab.read(made, "status#status as status").get("status"), word)
        lab.delete(made).refused(422, "online" if table == "machine_drives" else "")


@assumption(f"{VMS} §6", Sure.MEASURED, "resources.compute._hotplug", "resources.compute.drive")
def drives_are_hot_plugged(lab: Lab) -> None:
    """A drive of a VM that runs is `offline` until `hotplugdrive`, and again after it with `unplug`; then it goes."""
    vm = _running(lab)
    drive = lab.make("machine_drives", {"machine": lab.machine(vm), "name": lab.name("hot"), "disksize": GIB})
    same("the status of a new drive", _status(lab, drive), "offline")
    for unplug, word in ((False, "online"), (True, "offline")):
        lab.act(vm, "hotplugdrive", device=int(drive.key), unplug=unplug).answered(201)
        _comes(lab, drive, word)
    lab.delete(drive).answered(200)


@assumption("docs/vergeos/quirks.md §W13", Sure.MEASURED, "resources.compute._hotplug")
def refused_hot_plugs(lab: Lab) -> None:
    """A hot-plug of a drive whose interface does not allow it is refused with 422, and the drive stays."""
    vm = _running(lab)
    values = {"machine": lab.machine(vm), "name": lab.name("cold"), "disksize": GIB, "interface": "ahci"}
    drive = lab.make("machine_drives", values)
    lab.act(vm, "hotplugdrive", device=int(drive.key)).refused(422)
    lab.get(drive.path, fields="$key").answered(200)


@assumption("docs/vergeos/quirks.md §4", Sure.DOCUMENTED, "resources.compute._hotplug", "resources.compute.nic")
def nics_are_hot_plugged(lab: Lab) -> None:
    """`hotplugnic` connects a NIC that was added to a VM that runs; three seconds later it can be unplugged."""
    vm = _running(lab)
    values = {"machine": lab.machine(vm), "name": lab.name("hot"), "vnet": lab.key("vnets")}
    nic = lab.make("machine_nics", values)
    for unplug, word in ((False, "up"), (True, "down")):
        lab.clock.sleep(SPACING)
        lab.act(vm, "hotplugnic", device=int(nic.key), unplug=unplug).answered(201)
        _comes(lab, nic, word)
    lab.delete(nic).answered(200)


@assumption("docs/vergeos/quirks.md §4", Sure.DOCUMENTED, "resources.compute._hotplug", since="26.0.1")
def nics_take_turns(lab: Lab) -> None:
    """A second hot-plug of a NIC within three seconds is refused with 422."""
    vm = _running(lab)
    nics = [lab.make("machine_nics", {"machine": lab.machine(vm), "name": lab.name(f"turn{n}")}) for n in range(2)]
    lab.clock.sleep(SPACING)
    lab.act(vm, "hotplugnic", device=int(nics[0].key)).answered(201)
    lab.act(vm, "hotplugnic", device=int(nics[1].key)).refused(422)


@assumption(f"{VMS} §7", Sure.DOCUMENTED, "resources.compute.nic")
def nics_move(lab: Lab) -> None:
    """A PUT of `vnet` moves a NIC of a VM that runs at once, without `need_restart`."""
    vm, nic = _running(lab), lab.row("machine_nics")
    before = lab.read(vm, "need_restart").get("need_restart")
    lab.put(nic, {"vnet": None}).answered(200)
    away = _status(lab, nic)
    lab.put(nic, {"vnet": lab.key("vnets")}).answered(200)
    same("vms.need_restart", lab.read(vm, "need_restart").get("need_restart"), before)
    if away == "up":
        raise Surprise(f"the status of a NIC without a network is {shown(away)}")


@assumption(f"{VMS} §13: no source says", Sure.OPEN, "resources.power", "resources._power_actions")
def reset_loads_changes(lab: Lab) -> None:
    """`reset` of a VM puts waiting changes into effect: `need_restart` is false after it."""
    vm = _running(lab)
    lab.put(vm, {"ram": int(lab.read(vm, "ram")["ram"]) + 256}).answered(200)
    lab.act(vm, "reset").answered(201)
    lab.wait("need_restart of false", lambda: not lab.read(vm).get("need_restart"), APPLY_SECONDS)


@assumption(f"{VMS} §5", Sure.DOCUMENTED, "resources.power", "resources._power_actions")
def asks_the_guest(lab: Lab) -> None:
    """`poweroff` of a VM that runs is answered with 201, whatever the guest makes of it."""
    vm = _running(lab)
    lab.act(vm, "poweroff").answered(201)
    lab.power(vm, on=False)


@assumption(f"{VMS} §4, §5", Sure.DOCUMENTED, "resources.power", "resources._power_actions")
def kill_stops(lab: Lab) -> None:
    """`kill` switches a VM off at once; then it is on no node, nothing waits, and `running_ram` is what it was."""
    vm = _running(lab)
    fields = "need_restart,machine#status#node as node,machine#status#running_ram as running_ram"
    before = lab.read(vm, fields)
    lab.put(vm, {"ram": int(lab.read(vm, "ram")["ram"]) + 256}).answered(200)
    lab.power(vm, on=False)
    after = lab.read(vm, fields)
    same("node", after.get("node"), None)
    same("vms.need_restart", after.get("need_restart"), False)
    same("running_ram", after.get("running_ram"), before.get("running_ram"))


def _comes(lab: Lab, made: Made, word: str) -> None:
    lab.wait(f"the status {word} in {made.table}", lambda: _status(lab, made) == word, APPLY_SECONDS)


def _status(lab: Lab, made: Made) -> object:
    return lab.read(made, "status#status as status").get("status")
