"""Drives of virtual machines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from verge_pulumi.client import ApiError, NoSpace
from verge_pulumi.engine.attributes import Attr, Ref, arg, computed, ref
from verge_pulumi.engine.declare import Resource
from verge_pulumi.engine.ownership import DESCRIPTION_LENGTH
from verge_pulumi.engine.rows import RowProvider
from verge_pulumi.engine.values import Size, Text
from verge_pulumi.resources.vm import VirtualMachine


class Drive(Resource, table="machine_drives", unique=("vm", "name"), listed_in=("machines", "drives")):
    """A disk of a virtual machine. One that is added to a running VM is there from its next start on."""

    vm: Ref[VirtualMachine] = ref(column="machine", through="machine", replaces=True)
    """The virtual machine it belongs to."""

    name: Attr[str | None] = arg(default=None, min_length=1, max_length=128)
    """Name, unique in the VM; ``drive_<n>`` if unset."""

    description: Attr[Text | None] = arg(default=None, max_length=DESCRIPTION_LENGTH)
    """Free text. The mark of this package follows it in VergeOS and is not part of it here."""

    disksize: Attr[Size] = arg()
    """Size, such as ``"20GiB"``, or a number of bytes. It can grow, never shrink."""

    preferred_tier: Attr[Literal["1", "2", "3", "4", "5"] | None] = arg(default=None)
    """Storage tier; the system's default if unset."""

    interface: Attr[str | None] = arg(default=None)
    """How the disk is attached, such as ``virtio-scsi`` (the default), ``ahci`` or ``nvme``."""

    orderid: Attr[int | None] = arg(default=None, ge=0)
    """Place in the boot order."""

    enabled: Attr[bool | None] = arg(default=None)
    """Whether the VM sees it."""

    readonly: Attr[bool | None] = arg(default=None)
    """Whether the guest may only read it."""

    serial: Attr[Text | None] = arg(default=None)
    """Serial number that the guest sees; VergeOS draws one if unset."""

    machine: Attr[int | None] = computed()
    """Key of the machine it hangs on."""

    media: Attr[str | None] = computed()
    """Kind of medium; ``disk``."""

    used_bytes: Attr[int | None] = computed()
    """Bytes in use."""

    status: Attr[str | None] = computed(follow="status#status")
    """Its state in VergeOS's words, such as ``online``."""


class DriveProvider(RowProvider[Drive]):
    """What is special about a drive's life."""

    def hint(self, error: ApiError, inputs: Mapping[str, Any]) -> str:
        """Say how much was asked of which storage tier when there is no space."""
        if not isinstance(error, NoSpace):
            return super().hint(error, inputs)
        tier = inputs.get("preferred_tier")
        return f"The drive asks for {inputs.get('disksize')} on {f'tier {tier}' if tier else 'the default tier'}."
