"""Drives of virtual machines."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Literal

from verge_pulumi.client import ApiError, NoSpace, Row, printable
from verge_pulumi.engine.declaring.attributes import Attr, OptionalRef, Ref, arg, computed, policy, ref
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.roles import BYTE
from verge_pulumi.engine.declaring.values import Media, Size, Text, in_units
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.reading.waiting import patience, wait_until
from verge_pulumi.engine.runtime import provider_process
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.compute import _data_loss as data_loss
from verge_pulumi.resources.compute import _hotplug as hotplug
from verge_pulumi.resources.compute._hotplug import HotplugProvider
from verge_pulumi.resources.compute.virtual_machine import VirtualMachine
from verge_pulumi.resources.storage.media_file import MediaFile

FILLED = ("import", "clone")
"""Media that VergeOS fills from a file, after which they are disks of their own."""

FILL_TIMEOUT = 3600.0
"""Seconds that an import or a clone may take if the program does not say."""


class DriveSettings(Describable):
    """The arguments of a drive, apart from its name and its VM."""

    media: Attr[Media | None] = arg(default=None, replaces=True, empty=data_loss.EMPTY_MEDIA)
    """Kind of medium; ``disk`` if unset. An ``import`` or a ``clone`` is filled from `media_source`, and is a disk of
    its own from then on."""

    media_source: OptionalRef[MediaFile] = ref(default=None)
    """The file behind it: the ISO in a ``cdrom`` (a change swaps it), the image of an ``import`` (another one replaces
    the drive), the file of the drive that a ``clone`` or a ``nonpersistent`` one is based on."""

    disksize: Attr[Size | None] = arg(default=None, role="disk")
    """Size, such as ``"20GiB"``, or a number of bytes. It can grow, also while the VM runs, never shrink. A ``disk``
    needs one; an ``import`` or a ``clone`` has that of its image, and grows to a larger one when it is filled."""

    preferred_tier: Attr[Literal["1", "2", "3", "4", "5"] | None] = arg(default=None, role="tier")
    """Storage tier; the system's default if unset."""

    interface: Attr[str | None] = arg(default=None, empty=data_loss.FIRMWARE)
    """How the drive is attached, such as ``virtio-scsi`` (the default), ``ahci`` or ``nvme``."""

    orderid: Attr[int | None] = arg(default=None, ge=0)
    """Place in the boot order."""

    enabled: Attr[bool | None] = arg(default=None)
    """Whether the VM sees it."""

    readonly: Attr[bool | None] = arg(default=None)
    """Whether the guest may only read it."""

    serial: Attr[Text | None] = arg(default=None)
    """Serial number that the guest sees; VergeOS draws one if unset."""

    asset: Attr[Text | None] = arg(default=None, max_length=40)
    """Label that recipes go by."""

    discard: Attr[bool | None] = arg(default=None)
    """Whether the guest's discards reach the storage."""

    optimize: Attr[Literal["general", "large"] | None] = arg(default=None)
    """What it is laid out for."""

    fsync: Attr[Literal["", "0", "1"] | None] = arg(default=None)
    """Whether writes are synchronous: ``0`` or ``1``; ``""`` (the default) leaves it to the system."""

    preserve_drive_format: Attr[bool | None] = arg(default=None, replaces=True)
    """Whether an image keeps its format, such as qcow2, instead of being made raw."""

    advanced: Attr[Text | None] = arg(default=None)
    """Further options."""

    timeout: Attr[int | None] = policy(default=None, ge=1)
    """Seconds that an import or a clone may take; 3600 if unset."""

    allow_data_loss: Attr[bool | None] = policy(default=None)
    """Whether it may be deleted or replaced though it holds data. It counts once it is in the state, so run
    ``pulumi up`` with it before the change that deletes."""

    machine: Attr[int | None] = computed()
    """Key of the machine it belongs to."""

    used_bytes: Attr[int | None] = computed(role="used", unit=BYTE)
    """Bytes in use."""

    status: Attr[str | None] = computed(follow="status#status")
    """Its state in VergeOS's words, such as ``online``."""

    running: Attr[bool | None] = computed(follow="machine#status#running")
    """Whether its VM runs."""


class Drive(
    DriveSettings,
    Resource,
    table="machine_drives",
    unique=("vm", "name"),
    listed_in=("machines", "drives"),
    fixed=("serial",),
):
    """A drive of a virtual machine: a disk, a CD-ROM, or a disk made from an image.

    One that is added to a running VM is plugged in at once where VergeOS can do that (disks on ``virtio-scsi`` and
    ``virtio``); any other is there from the VM's next start on. A drive that holds data is neither deleted nor replaced
    unless `allow_data_loss` says so.
    """

    vm: Ref[VirtualMachine] = ref(column="machine", through="machine", replaces=True)
    """The virtual machine it belongs to."""

    name: Attr[str | None] = arg(default=None, min_length=1, max_length=128)
    """Name, unique in the VM; ``drive_<n>`` if unset."""


class DriveProvider(HotplugProvider[Drive]):
    """What is special about a drive's life."""

    kind = hotplug.DRIVE

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """A size and a source go with some media only."""
        media = inputs.get("media") or "disk"
        sized, sourced = (inputs.get(name) is not None for name in ("disksize", "media_source"))
        if media == "disk" and not sized:
            yield "disksize: a disk needs one"
        if media == "disk" and sourced:
            yield "media_source: a plain disk has none; to make it from an image set media='import'"
        if media in ("cdrom", "efidisk") and sized:
            # VergeOS makes an EFI disk with a size and cannot use it (docs/vergeos/quirks.md §W12).
            yield f"disksize: leave it out, the size of media='{media}' is not for you to choose"
        if media in FILLED and not sourced:
            yield f"media_source: media='{media}' needs one"

    def replaced_by(self, name: str, state: Inputs, inputs: Inputs) -> bool:
        """Another image is for another disk; a CD is swapped."""
        return super().replaced_by(name, state, inputs) or (name == "media_source" and inputs.get("media") in FILLED)

    def refusals(self, state: Inputs, inputs: Inputs, changed: Collection[str], *, replacing: bool) -> Iterable[str]:
        """A disk does not shrink, and a drive that holds data is not replaced."""
        size = self.declaration.inputs["disksize"].value
        old, new = state.get("disksize"), inputs.get("disksize")
        if replacing:
            if not state.get("allow_data_loss") and (lost := data_loss.used(state)):
                yield f"this would delete {in_units(lost)} of data on it. {data_loss.WAY_OUT}"
        elif "disksize" in changed and old is not None and isinstance(new, str) and size.to_api(new) < size.to_api(old):
            yield f"disksize: a drive never shrinks; it has {old}, the program says {new}"

    def later(self, inputs: Inputs) -> Collection[str]:
        """An import has the size of its image, and grows afterwards (docs/vergeos/virtual-machines.md §6)."""
        return ("disksize",) if inputs.get("media") in FILLED else ()

    def until_ready(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Wait until it is filled; see that the image is not larger than the program wants it."""
        if inputs.get("media") not in FILLED:
            return row
        if not _is_filled(row):
            row = wait_until(
                lambda: self.read_back(id),
                _is_filled,
                what=str(inputs["media"]),
                timeout=patience(inputs.get("timeout"), FILL_TIMEOUT),
                clock=self.connection.clock,
                failed=lambda row: row.get("status") == "outofspace",
                describe=lambda row: printable(str(row.get("status")), 60),
                detail=lambda row: f" (machine_drives/{id})",
            )
        size = self.declaration.inputs["disksize"].value
        wanted = inputs.get("disksize")
        if wanted is not None and size.to_api(wanted) < row["disksize"]:
            raise EngineError(
                f"disksize: the image has {size.from_api(row['disksize'])}, the program says {wanted}. "
                "Ask for at least that, or leave it out"
            )
        return row

    def after_write(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Plug it into a running VM if VergeOS can; else tell when the VM sees it."""
        if _can_be_plugged(row):
            return super().after_write(id, row, inputs)
        if row.get("running") and row.get("enabled") and not self.kind.is_live(row):
            provider_process.log(
                "is there from the next start of the VM on; only disks on virtio-scsi and virtio are hot-plugged"
            )
        return row

    def before_delete(self, id: str, row: Row, state: Inputs) -> None:
        """See that no data is lost against the program's will, and unplug it from a running VM."""
        if not state.get("allow_data_loss"):
            data_loss.forbid([row])
        if row.get("running") and self.kind.is_live(row) and not _can_be_plugged(row):
            raise EngineError(
                f"the VM runs, and only disks on virtio-scsi and virtio are unplugged from it, not "
                f"media='{row['media']}' on {row['interface']}. {hotplug.WAY_OUT}"
            )
        super().before_delete(id, row, state)

    def hint(self, error: ApiError, inputs: Mapping[str, Any]) -> str:
        """Say how much was asked of which storage tier when there is no space."""
        if not isinstance(error, NoSpace):
            return super().hint(error, inputs)
        tier = inputs.get("preferred_tier")
        return f"The drive asks for {inputs.get('disksize')} on {f'tier {tier}' if tier else 'the default tier'}."

    def outs(self, row: Row, kept: Mapping[str, Any]) -> dict[str, Any]:
        """Return the outputs; what a drive was filled from is kept, since no source says what is told of it later."""
        if kept.get("media") in FILLED and kept.get("media_source"):
            row = {**row, "media_source": kept["media_source"]}
        return super().outs(row, kept)


def _is_filled(row: Mapping[str, Any]) -> bool:
    """Say whether an import or a clone is done; until then the size may be 0 or null.

    See docs/vergeos/virtual-machines.md §6.
    """
    return row.get("status") != "importing" and bool(row.get("disksize"))


def _can_be_plugged(row: Mapping[str, Any]) -> bool:
    """Say whether a drive can come and go while the VM runs (docs/vergeos/virtual-machines.md §6)."""
    return row.get("media") == "disk" and row.get("interface") in ("virtio", "virtio-scsi")
