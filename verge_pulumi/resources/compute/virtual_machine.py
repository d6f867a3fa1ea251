"""Virtual machines, without what belongs to them: drives, NICs and power are resources of their own.

It is one file, since a VM has that many arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from verge_pulumi.client import Row, select, where
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.attributes import Attr, Measured, OptionalRef, arg, computed, measured, policy, ref
from verge_pulumi.engine.declaring.hidden import SEED, scope_of
from verge_pulumi.engine.declaring.importing import Importing
from verge_pulumi.engine.declaring.lives import Cost, Life
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.rights import touch
from verge_pulumi.engine.declaring.roles import MIB, Inventory, Review
from verge_pulumi.engine.declaring.values import Duration, Json, Key, MachineType, Mebibytes, Secret, Text
from verge_pulumi.engine.lifecycle.resuming import Resuming
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.resources import _power_actions as power_actions
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources._placed import Placed
from verge_pulumi.resources._power_actions import Restart
from verge_pulumi.resources.compute import _cloning as cloning
from verge_pulumi.resources.compute import _data_loss as data_loss
from verge_pulumi.resources.compute import _snapshotting as snapshotting
from verge_pulumi.resources.compute._guest import GuestAddresses
from verge_pulumi.resources.tags._taggable import Taggable

if TYPE_CHECKING:
    from verge_pulumi.resources.access.user import User
    from verge_pulumi.resources.compute.snapshot import Snapshot
    from verge_pulumi.resources.protection.snapshot_profile import SnapshotProfile

HARDWARE = select("machine", [select("drives", data_loss.FIELDS)], "hardware")
"""The field of a VM that says what `end` wants to know."""

WITHOUT_QUOTES = "Give a name without double quotes, and without a space at either end"

BootOrder = Literal["cd", "cdn", "dc", "nc", "n", "c", "d", "strict"]


class VirtualMachineSettings(Describable, Placed):
    """What is said of a virtual machine."""

    name: Attr[str] = arg(min_length=1, max_length=128, pattern=r'^[^\s"]([^"]*[^\s"])?$', wanted=WITHOUT_QUOTES)
    """Name in VergeOS; unique on the system. No double quotes, no space at either end."""

    note: Attr[Text | None] = arg(default=None, max_length=1024)
    """Free text shown in the UI."""

    enabled: Attr[bool | None] = arg(default=None)
    """Whether it may be powered on."""

    os_family: Attr[Literal["linux", "windows", "freebsd", "other"] | None] = arg(default=None)
    """Kind of the guest's operating system."""

    os_description: Attr[Text | None] = arg(default=None, max_length=2048)
    """The guest's operating system in words."""

    uuid: Attr[Text | None] = arg(default=None)
    """SMBIOS UUID; VergeOS draws one if unset."""

    meta: Attr[Json | None] = arg(default=None)
    """Free JSON kept with the VM."""

    owner_user: OptionalRef["User"] = ref(  # noqa: UP037 imported when it is used
        default=None, declared_in="verge_pulumi.resources.access.user"
    )
    """The user who may see it. **Deleting that user deletes the VM** (docs/vergeos/virtual-machines.md §2.1)."""

    created_from: Attr[str | None] = arg(default=None, replaces=True)
    """How it came to be, in VergeOS's words; ``custom`` if unset."""

    cpu_cores: Attr[int | None] = arg(default=None, restarts=True, ge=1, le=1024, role="cores", unset=1)
    """Virtual cores; 1 if unset."""

    cpu_type: Attr[str | None] = arg(default=None, restarts=True)
    """Model of the virtual CPU; the cluster's default if unset. The list grows with releases."""

    ram: Measured[Mebibytes | None] = measured(
        default=None, restarts=True, ge=256, le=1048576, role="ram", unit=MIB, unset=1024
    )
    """Memory, such as ``"2GiB"``, or a number of MiB, as which it is read; 1024 if unset."""

    machine_type: Attr[MachineType | None] = arg(default=None, restarts=True)
    """Virtual chipset, such as ``q35`` (the newest of its family) or ``pc-q35-10.0``."""

    uefi: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether it boots by UEFI instead of BIOS."""

    secure_boot: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether only signed boot loaders run; needs `uefi`."""

    nested_virtualization: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether the guest may run VMs itself."""

    disable_hypervisor: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether the guest is kept from seeing that it is a VM."""

    iommu: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether there is a virtual IOMMU (26.0 and later)."""

    rtc_base: Attr[Literal["utc", "localtime"] | None] = arg(default=None, restarts=True)
    """What the hardware clock shows."""

    boot_order: Attr[BootOrder | None] = arg(default=None)
    """What is booted from: c disk, d CD, n network, in order; ``strict`` follows the drives' order."""

    boot_delay: Attr[int | None] = arg(default=None, ge=0, le=60)
    """Seconds that the boot menu stays."""

    advanced: Attr[Text | None] = arg(default=None, restarts=True)
    """Options for QEMU, one ``key=value`` on a line."""

    usb_legacy: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether the USB controller is the old one."""

    power_cycle_timeout: Attr[int | None] = arg(default=None, ge=0, le=65535)
    """Seconds between off and on in a power cycle."""

    console: Attr[Literal["vnc", "spice", "serial", "none"] | None] = arg(default=None)
    """Protocol of the console."""

    console_pass_enabled: Attr[bool | None] = arg(default=None)
    """Whether the console asks for `console_pass`."""

    console_pass: Attr[Secret[str] | None] = arg(default=None, min_length=1, max_length=256, write_only=True)
    """Password of the console. VergeOS never returns it, so a change behind Pulumi's back is not seen."""

    console_pass_hash: Attr[Secret[str] | None] = arg(default=None, replaces=True, write_only=True)
    """Hash of the console's password, instead of the password."""

    display: Attr[Text | None] = arg(default=None)
    """Display options."""

    video: Attr[str | None] = arg(default=None)
    """Video card, such as ``virtio``; ``std`` if unset."""

    sound: Attr[str | None] = arg(default=None, restarts=True)
    """Sound card; ``none`` if unset."""

    usb_tablet: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether the pointer is a tablet, which keeps mouse and screen in step."""

    serial_port: Attr[bool | None] = arg(default=None, restarts=True)
    """Whether there is a serial port."""

    paste_key_config: Attr[Key | None] = arg(default=None)
    """Key of the keyboard layout for pasting."""

    disable_powercycle: Attr[bool | None] = arg(default=None)
    """Whether a reboot of the guest leaves the virtual hardware as it is."""

    migration_method: Attr[Literal["auto", "live"] | None] = arg(default=None)
    """How it moves between nodes."""

    allow_hotplug: Attr[bool | None] = arg(default=None)
    """Whether drives and NICs may come and go while it runs."""

    allow_export: Attr[bool | None] = arg(default=None)
    """Whether it may be exported."""

    guest_agent: Attr[bool | None] = arg(default=None)
    """Whether the guest runs the agent."""

    snapshot_profile: OptionalRef["SnapshotProfile"] = ref(  # noqa: UP037 imported when it is used
        default=None,
        held_by="machine",
        role="snapshots",
        declared_in="verge_pulumi.resources.protection.snapshot_profile",
    )
    """The profile that snapshots it."""

    cloudinit_datasource: Attr[Literal["none", "config_drive_v2", "nocloud"] | None] = arg(default=None)
    """How cloud-init data is handed to the guest."""

    clone_of: OptionalRef["VirtualMachine"] = ref(  # noqa: UP037 not there yet
        default=None, column=None, replaces=True, role="original"
    )
    """The VM that it is made a copy of, with its drives and NICs. What the program does not set is as it is there."""

    restored_from: OptionalRef["Snapshot"] = ref(  # noqa: UP037 no import here
        default=None, column=None, replaces=True, role="original", declared_in="verge_pulumi.resources.compute.snapshot"
    )
    """The snapshot that it is made from, as with `clone_of`. The snapshot's own VM stays as it is."""

    replacement_trigger: Attr[Secret[str] | None] = policy(default=None, replaces=True)
    """Any text; another one makes another VM. It is what Pulumi's option of that name is, and may be a secret."""

    clone_timeout: Attr[int | None] = policy(default=None, ge=1)
    """Seconds that copying the disks may take; 3600 if unset."""

    restart: Attr[Restart | None] = policy(default=None, role="restart", outage="the guest is down in the meantime")
    """Whether a change that needs a power cycle of the running VM makes one: ``never`` (the default) or ``on-change``,
    which shuts the guest down and starts it again."""

    snapshot_before_restart: Attr[Duration | None] = policy(default=None)
    """How long a snapshot is kept that is taken before a change which takes a power cycle, such as ``72h``; if unset
    none is taken."""

    stop_timeout: Attr[int | None] = policy(default=None, ge=0)
    """Seconds that the guest gets to shut down; 120 if unset. After them it is powered off when the VM is deleted, and
    a power cycle fails."""

    allow_data_loss: Attr[bool | None] = policy(default=None)
    """Whether it may be deleted or replaced though drives hold data that would go with it. It counts once it is in the
    state, so run ``pulumi up`` with it before the change that deletes."""

    machine: Attr[int | None] = computed()
    """Key of the machine, to which drives and NICs belong."""

    need_restart: Attr[bool | None] = computed()
    """Whether changes wait for a power cycle."""

    running: Attr[bool | None] = computed(follow="machine#status#running")
    """Whether it runs."""

    status: Attr[str | None] = computed(follow="machine#status#status")
    """Its power state in VergeOS's words."""

    node: Attr[str | None] = computed(follow="machine#status#node#name")
    """Name of the node that runs it."""

    guest_addresses: Attr[GuestAddresses | None] = computed(follow="machine#status#agent_guest_info")
    """IP addresses that the guest's agent reports, loopback and link-local ones left out."""


class VirtualMachine(
    VirtualMachineSettings,
    Taggable,
    table="vms",
    unique=("name",),
    only={"is_snapshot": False},
    fixed=("created", "uuid"),
    # It must be off, which is looked at once more.
    life=Life(delete=Cost(writes=1, reads=2)),
):
    """A virtual machine.

    A new one is stopped and has no drives and no NICs: declare `Drive`, `Nic` and, to start it when they are there, a
    `Power`. Changes of the hardware of a running one take effect after a power cycle: `need_restart` tells, and
    `restart` decides.

    A copy (`clone_of`, `restored_from`) is stopped too, and brings drives and NICs with it that no resource manages.
    Name one in a `Drive` or `Nic` with ``adopt=True`` to manage it; those that are not go when the VM is deleted.
    Another original makes another VM, and so does a snapshot that expired and was taken again: Pulumi's option
    ``ignore_changes=["restored_from"]`` keeps the copy as it is.
    """

    review = Review(drawn="server", inventory=Inventory(noun="VM"))
    importing = Importing(secrets={"console_pass": "console_pass_enabled"})  # docs/vergeos/virtual-machines.md §2


class VirtualMachineProvider(Resuming, RowProvider[VirtualMachine]):
    """What is special about a VM's life."""

    touched = (
        touch("vms", "modify", at=("update", "delete")),
        touch("machine_drives", at=("delete",)),
        touch("machine_snapshots", "create", at=("update",)),
        *cloning.TOUCHED,
    )

    extra_delete_fields = (HARDWARE,)

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """Secure boot needs UEFI; a copy has one original, and brings what is set on creation only."""
        originals = [name for name in cloning.ORIGINALS if inputs.get(name) is not None]
        if len(originals) > 1:
            yield f"{', '.join(originals)}: a VM is made from one of them"
        for name in ("created_from", "console_pass_hash"):
            if originals and inputs.get(name) is not None:
                yield f"{name}: cannot be set on a copy"
        if inputs.get("secure_boot") is True and inputs.get("uefi") in (None, False):
            yield "secure_boot: needs uefi=True"

    def derived(self, state: Inputs, inputs: Inputs) -> Inputs:
        """Compute a trigger that stands for the files of a first boot, in the scope in which it was first set."""
        seed = {SEED: state[SEED]} if SEED in state else {}
        if inputs.get("replacement_trigger") is None:
            return seed
        # Imported here: it brings YAML along.
        from verge_pulumi.cloudinit.rendering import Draft

        found = Draft.read(inputs["replacement_trigger"])
        if found is None:
            return seed
        draft, _ = found
        scope = scope_of(state, inputs, draft.name, "-vm", since="replacement_trigger") or f"//{draft.name}"
        return {SEED: scope, "replacement_trigger": draft.digest(scope)}

    def make(self, inputs: Inputs, values: Mapping[str, Any]) -> str:
        """Create it empty, or as a copy."""
        if cloning.is_copy(inputs):
            return cloning.clone(self.connection, inputs, values)
        return super().make(inputs, values)

    def later(self, inputs: Inputs) -> Collection[str]:
        """A copy is made with a name and a description; the rest is written afterwards.

        See docs/vergeos/virtual-machines.md §5.
        """
        return self.declaration.inputs.keys() - {"name", "description"} if cloning.is_copy(inputs) else ()

    def until_ready(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Wait until the disks of a copy are there."""
        if cloning.is_copy(inputs):
            cloning.settle(self.connection, str(row["machine"]), inputs)
        return row

    def replaced_by(self, name: str, state: Inputs, inputs: Inputs) -> bool:
        """A trigger that is set for the first time is remembered, and replaces nothing yet."""
        first = name == "replacement_trigger" and state.get(name) is None
        return not first and super().replaced_by(name, state, inputs)

    def before_update(self, id: str, row: Row, inputs: Inputs, changed: Collection[str]) -> None:
        """Take a snapshot before the hardware changes, if the program wants one."""
        hardware = [name for name in changed if self.declaration.inputs[name].restarts]
        keep = inputs.get("snapshot_before_restart")
        if keep is not None and hardware:
            seconds = self.declaration.inputs["snapshot_before_restart"].value.to_api(keep)
            snapshotting.take(self.connection, row["machine"], f"before a change of {', '.join(hardware)}", seconds)

    def after_write(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Power cycle a running VM whose changes wait for it, if the program says so."""
        if not power_actions.wants_restart(row, inputs):
            return row
        begins, timeout = partial(self.goes_down, inputs), inputs.get("stop_timeout")
        power_actions.stop(self.connection, "vms", id, row, timeout=timeout, force=False, begins=begins)
        power_actions.start(self.connection, "vms", id)
        self.is_up(inputs)
        return self.read_back(id)

    def resume(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Power it on again after a power cycle or a delete that did not come to its end."""
        was_off = power_actions.resume(self.connection, "vms", id, row, timeout=inputs.get("stop_timeout"))
        return self.read_back(id) if was_off else row

    def after_take_over(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Leave it running: what waits for a power cycle was changed by others."""
        return row

    def before_delete(self, id: str, row: Row, state: Inputs) -> None:
        """See that no data is lost against the program's will, and stop it: VergeOS deletes no running VM."""
        end(self.connection, id, row, state, begins=partial(self.goes_down, state))


def end(
    connection: Connection,
    key: str,
    row: Row,
    policies: Mapping[str, Any],
    *,
    begins: Callable[[], None] = lambda: None,
) -> None:
    """Stop a VM that is about to be deleted, a guest that ignores the power button after `stop_timeout` too.

    Args:
        connection: Where to.
        key: The VM's key.
        row: The VM as last read, with `HARDWARE`.
        policies: `stop_timeout` and `allow_data_loss` as the program gives them.
        begins: Called before a running VM is asked to stop.

    Raises:
        EngineError: Data would be lost against the program's will; the VM goes on running.
        WaitTimeout: It still runs.
    """
    if not policies.get("allow_data_loss"):
        data_loss.forbid(_drives(connection, row))
    timeout = policies.get("stop_timeout")
    power_actions.stop(connection, "vms", key, row, timeout=timeout, force=True, begins=begins)


def _drives(connection: Connection, row: Row) -> Iterable[Row]:
    """Return the drives as the row tells them; one that does not is no proof that there are none."""
    told = (row.get("hardware") or {}).get("drives")
    if told is not None:
        return list(told)
    return connection.reader.find("machine_drives", where("machine", "eq", row["machine"]), data_loss.FIELDS)
