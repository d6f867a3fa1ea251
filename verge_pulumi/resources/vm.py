"""Virtual machines, without what belongs to them: drives, NICs and power are resources of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from verge_pulumi.client import Row
from verge_pulumi.engine.attributes import Attr, arg, computed, policy
from verge_pulumi.engine.declare import Resource
from verge_pulumi.engine.model import Inputs
from verge_pulumi.engine.ownership import DESCRIPTION_LENGTH
from verge_pulumi.engine.rows import RowProvider
from verge_pulumi.engine.values import Json, Key, MachineType, Secret, Text
from verge_pulumi.resources import machine_power
from verge_pulumi.resources.machine_power import Restart

BootOrder = Literal["cd", "cdn", "dc", "nc", "n", "c", "d", "strict"]


class VirtualMachine(Resource, table="vms", unique=("name",), only={"is_snapshot": False}):
    """A virtual machine.

    A new one is stopped and has no drives and no NICs: declare `Drive`, `Nic` and, to start it when they are there, a
    `Power`. Changes of the hardware of a running one take effect after a power cycle: `need_restart` tells, and
    `restart` decides.
    """

    name: Attr[str] = arg(min_length=1, max_length=128, pattern=r'^[^\s"]([^"]*[^\s"])?$')
    """Name in VergeOS; unique on the system. No double quotes, no space at either end."""

    description: Attr[Text | None] = arg(default=None, max_length=DESCRIPTION_LENGTH)
    """Free text. The mark of this package follows it in VergeOS and is not part of it here."""

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

    owner_user: Attr[Key | None] = arg(default=None)
    """Key of the user who may see it. **Deleting that user deletes the VM** (fact sheet vms §2.1)."""

    created_from: Attr[str | None] = arg(default=None, replaces=True)
    """How it came to be, in VergeOS's words; ``custom`` if unset."""

    cpu_cores: Attr[int | None] = arg(default=None, ge=1, le=1024)
    """Virtual cores; 1 if unset."""

    cpu_type: Attr[str | None] = arg(default=None)
    """Model of the virtual CPU; the cluster's default if unset. The list grows with releases."""

    ram: Attr[int | None] = arg(default=None, ge=256, le=1048576)
    """Memory in MB; 1024 if unset."""

    machine_type: Attr[MachineType | None] = arg(default=None)
    """Virtual chipset, such as ``q35`` (the newest of its family) or ``pc-q35-10.0``."""

    uefi: Attr[bool | None] = arg(default=None)
    """Whether it boots by UEFI instead of BIOS."""

    secure_boot: Attr[bool | None] = arg(default=None)
    """Whether only signed boot loaders run; needs `uefi`."""

    nested_virtualization: Attr[bool | None] = arg(default=None)
    """Whether the guest may run VMs itself."""

    disable_hypervisor: Attr[bool | None] = arg(default=None)
    """Whether the guest is kept from seeing that it is a VM."""

    iommu: Attr[bool | None] = arg(default=None)
    """Whether there is a virtual IOMMU (26.0 and later)."""

    rtc_base: Attr[Literal["utc", "localtime"] | None] = arg(default=None)
    """What the hardware clock shows."""

    boot_order: Attr[BootOrder | None] = arg(default=None)
    """What is booted from: c disk, d CD, n network, in order; ``strict`` follows the drives' order."""

    boot_delay: Attr[int | None] = arg(default=None, ge=0, le=60)
    """Seconds that the boot menu stays."""

    advanced: Attr[Text | None] = arg(default=None)
    """Options for QEMU, one ``key=value`` on a line."""

    usb_legacy: Attr[bool | None] = arg(default=None)
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

    sound: Attr[str | None] = arg(default=None)
    """Sound card; ``none`` if unset."""

    usb_tablet: Attr[bool | None] = arg(default=None)
    """Whether the pointer is a tablet, which keeps mouse and screen in step."""

    serial_port: Attr[bool | None] = arg(default=None)
    """Whether there is a serial port."""

    paste_key_config: Attr[Key | None] = arg(default=None)
    """Key of the keyboard layout for pasting."""

    cluster: Attr[Key | None] = arg(default=None)
    """Key of the cluster that runs it."""

    cluster_failover: Attr[Key | None] = arg(default=None)
    """Key of the cluster that runs it when the first one cannot."""

    preferred_node: Attr[Key | None] = arg(default=None)
    """Key of the node that runs it if possible."""

    ha_group: Attr[Text | None] = arg(default=None)
    """Group whose members run apart, or together if it starts with ``+``."""

    on_power_loss: Attr[Literal["power_on", "last_state", "leave_off"] | None] = arg(default=None)
    """What happens after the host lost power."""

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

    snapshot_profile: Attr[Key | None] = arg(default=None)
    """Key of the profile that snapshots it."""

    cloudinit_datasource: Attr[Literal["none", "config_drive_v2", "nocloud"] | None] = arg(default=None)
    """How cloud-init data is handed to the guest."""

    restart: Attr[Restart | None] = policy(default=None)
    """Whether a change that needs a power cycle of the running VM makes one: ``never`` (the default) or ``on-change``,
    which shuts the guest down and starts it again."""

    stop_timeout: Attr[int | None] = policy(default=None, ge=0)
    """Seconds that the guest gets to shut down before it is powered off, when the VM is deleted or power cycled; 120 if
    unset."""

    machine: Attr[int | None] = computed()
    """Key of the machine, which drives and NICs hang on."""

    need_restart: Attr[bool | None] = computed()
    """Whether changes wait for a power cycle."""

    running: Attr[bool | None] = computed(follow="machine#status#running")
    """Whether it runs."""

    status: Attr[str | None] = computed(follow="machine#status#status")
    """Its power state in VergeOS's words."""

    node: Attr[str | None] = computed(follow="machine#status#node#name")
    """Name of the node that runs it."""


class VirtualMachineProvider(RowProvider[VirtualMachine]):
    """What is special about a VM's life."""

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """Secure boot needs UEFI."""
        if inputs.get("secure_boot") is True and inputs.get("uefi") in (None, False):
            yield "secure_boot: needs uefi=True"

    def after_write(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Power cycle a running VM whose changes wait for it, if the program says so."""
        if not machine_power.wants_restart(row, inputs):
            return row
        timeout = inputs.get("stop_timeout") or 120
        machine_power.stop(self.connection, "vms", id, row, timeout=timeout, force=False)
        machine_power.start(self.connection, "vms", id, timeout=timeout)
        return self._read_back(id)

    def before_delete(self, id: str, row: Row, props: Inputs) -> None:
        """Stop it: VergeOS refuses to delete a running VM."""
        machine_power.stop(self.connection, "vms", id, row, timeout=props.get("stop_timeout") or 120, force=True)
