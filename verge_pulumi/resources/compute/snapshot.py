"""Snapshots of virtual machines."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from verge_pulumi.client import Row
from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, computed, policy, ref
from verge_pulumi.engine.declaring.importing import Importing
from verge_pulumi.engine.declaring.lives import Cost, Life
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.rights import touch
from verge_pulumi.engine.declaring.values import Duration, Moment
from verge_pulumi.engine.errors import Withdrawn
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.compute import _snapshotting as snapshotting
from verge_pulumi.resources.compute.virtual_machine import VirtualMachine


class Snapshot(
    Describable,
    Resource,
    table="machine_snapshots",
    named_by="name",
    fixed=("created",),
    # An earlier attempt is looked for, and the VM is read.
    life=Life(create=Cost(writes=2, reads=2)),
):
    """A snapshot of a virtual machine with its disks, taken once, when this resource is created.

    A `VirtualMachine` with ``restored_from`` makes a new VM of it. VergeOS deletes it when it expires; the next ``up``
    that has seen that takes a new one. It goes when its VM is deleted.
    """

    importing = Importing(left="a snapshot is data, and expires")

    vm: Ref[VirtualMachine] = ref(column="machine", through="machine", replaces=True)
    """The virtual machine that it is taken of."""

    name: Attr[str] = arg(min_length=1, max_length=128)
    """Name in VergeOS; several snapshots may have the same."""

    expires: Attr[Moment | None] = arg(default=None)
    """When VergeOS deletes it: a time such as ``2030-01-31T12:00:00Z``, seconds since 1970, or ``never``, which holds
    if neither this nor `keep` is set."""

    keep: Attr[Duration | None] = policy(default=None)
    """Instead of `expires`, how long it is kept from its creation on, such as ``72h`` or ``30d``. A later change of it
    changes nothing."""

    quiesce: Attr[bool | None] = arg(default=None, replaces=True, write_only=True)
    """Whether the guest's file systems hold still for it, which needs a running guest agent. Where they did not, it is
    removed again, and that is an error."""

    quiesced: Attr[bool | None] = computed()
    """Whether the guest's file systems held still."""

    created: Attr[int | None] = computed()
    """When it was taken, in seconds since 1970."""

    machine: Attr[int | None] = computed()
    """Key of the machine that it was taken of."""

    snap_machine: Attr[int | None] = computed()
    """Key of the machine of the hidden VM that holds its content."""


class SnapshotProvider(RowProvider[Snapshot]):
    """What is special about a snapshot's life."""

    touched = (touch("", "delete", at=("create",)),)

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """It expires at a time or after one."""
        if inputs.get("expires") is not None and inputs.get("keep") is not None:
            yield "expires, keep: only one of them says when it goes"

    def make(self, inputs: Inputs, values: Mapping[str, Any]) -> str:
        """Take it; the expiry is always sent, since VergeOS would delete it after 72 hours.

        See docs/vergeos/quirks.md §W11.
        """
        keep = inputs.get("keep")
        duration = self.declaration.inputs["keep"].value
        expires = values.get("expires", 0) if keep is None else int(time.time()) + duration.to_api(keep)
        kind = "date" if expires else "never"
        return super().make(inputs, {**values, "expires": expires, "expires_type": kind, "created_manually": True})

    def until_ready(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Wait until it is complete; one that is not what was asked for is of no use."""
        if not row.get("snap_machine"):
            row = snapshotting.complete(self.connection, id, lambda: self.read_back(id))
        if inputs.get("quiesce") and not row.get("quiesced"):
            self.connection.client.table(self.declaration.table).delete(id)
            raise Withdrawn(
                "the guest's file systems did not hold still, so the snapshot was removed again. "
                "See that the guest runs its agent, and that the VM has guest_agent=True"
            )
        return row
