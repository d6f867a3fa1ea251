"""Hot-plugging: drives and NICs come to a running virtual machine, and leave it, without a restart."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from verge_pulumi.client import Conflict, Outcome, Refused, Row, VergeError, printable
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.declaring.rights import WRITING, touch
from verge_pulumi.engine.errors import EngineError, Withdrawn, gone, sentence
from verge_pulumi.engine.lifecycle.fencing import Fence
from verge_pulumi.engine.lifecycle.resuming import Resuming
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.engine.ownership.mark import PARENT
from verge_pulumi.engine.reading.waiting import Clock, WaitTimeout, patience, wait_until
from verge_pulumi.engine.runtime import provider_process
from verge_pulumi.resources.compute.virtual_machine import VirtualMachine

SETTLES_WITHIN = 30.0
"""Seconds within which the status follows; no source says how long that takes."""

RETRY_PAUSE = 2.0
"""Seconds after which a DELETE is tried again that came too soon."""

WAY_OUT = "Stop the VM first, for example with state='stopped' of its Power"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """What is plugged in and out.

    Attributes:
        table: The table of its rows.
        action: The action of `vms` that plugs it in, and with ``unplug`` out.
        live: The words of its status while the guest has it.
        spacing: Seconds between two of these actions.
    """

    table: str
    action: str
    live: tuple[str, ...]
    spacing: float = 0.0

    def is_live(self, row: Row) -> bool:
        """Say whether the guest has it."""
        return row.get("status") in self.live


DRIVE = Kind(
    table="machine_drives",
    action="hotplugdrive",
    live=("online", "repairing", "verifying", "noredundant", "outofspace"),
)

# A link that Linux calls unknown or down for want of a network is there all the same. VergeOS takes one NIC in three
# seconds (26.0.1 and later; docs/vergeos/virtual-machines.md §5); the half second is for the way to it.
NIC = Kind(table="machine_nics", action="hotplugnic", live=("up", "unknown", "lowerlayerdown"), spacing=3.5)


R = TypeVar("R", bound=BaseResource)


class HotplugProvider(Resuming, RowProvider[R]):
    """Manages rows of a VM's machine that may be plugged in and out while it runs; they say ``running`` themselves."""

    touched = (touch("vms", "modify", at=WRITING), touch("", "delete", at=("create",)))

    kind: ClassVar[Kind]

    def after_write(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Plug it in; a new row that is refused is not left behind (docs/vergeos/quirks.md §W13)."""
        try:
            return self.plug(row, inputs)
        except (Refused, Conflict) as error:
            if not self.connection.evidence.claims.has_made((self.kind.table, id)):
                raise
            self.connection.client.table(self.kind.table).delete(id)
            raise Withdrawn(str(error)) from error

    def before_delete(self, id: str, row: Row, state: Inputs) -> None:
        """Plug it out."""
        self.unplug(row, state)

    def resume(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Plug it in again after a delete that did not come to its end."""
        return self.plug(row, inputs)

    def plug(self, row: Row, inputs: Inputs) -> Row:
        """Plug a row in if its VM runs and the guest has not got it yet.

        A VM that does not allow it, or that another stack manages, sees the row at its next start, and that is told.

        Args:
            row: The row as last read, with ``running``, ``status`` and ``enabled``; what it tells costs no request.
            inputs: What the program says.

        Returns:
            The row as it is then.

        Raises:
            Refused: VergeOS does not take it, though the VM does.
            WaitTimeout: It was accepted, and the guest has not got it.
        """
        connection, kind, vm, fields = self.connection, self.kind, inputs["vm"], self.declaration.fields
        if not row.get("running") or row.get("enabled") is False or kind.is_live(row):
            return row
        machine = connection.reader.seen("vms", vm, VirtualMachine.declaration.proof)
        if other := self._owner_of_vm(vm, machine, inputs):
            provider_process.log(f"is there from the next start of the VM on, which belongs to {other}", warning=True)
            return row
        try:
            _ask(connection, kind, vm, row, fields, plugged=True)
        except (Refused, Conflict):
            machine = _look(connection, "vms", vm, ("$key", "allow_hotplug", "machine#status#running as running"))
            if machine.get("running") and machine.get("allow_hotplug"):
                raise
            provider_process.log(
                "is there from the next start of the VM on, which does not allow hot-plugging now", warning=True
            )
            return row
        return _wait(connection, kind, row, fields, kind.is_live, "hot-plug")

    def unplug(self, row: Row, state: Inputs) -> None:
        """Unplug a row if its VM runs and the guest has it; VergeOS does not delete what is in use.

        Raises:
            EngineError: It is refused, the guest does not let go of it, or the VM is another stack's by now.
        """
        connection, kind, vm, fields = self.connection, self.kind, state["vm"], self.declaration.fields
        if not row.get("running") or not kind.is_live(row):
            return
        machine = _look(connection, "vms", vm, ("$key", *VirtualMachine.declaration.proof))
        if other := self._owner_of_vm(vm, machine, state):
            raise EngineError(f"it is in use in vms/{vm}, which belongs to {other} and is left alone. {WAY_OUT}")
        self.goes_down(state)
        try:
            _ask(connection, kind, vm, row, fields, plugged=False)
            _wait(connection, kind, row, fields, lambda row: not kind.is_live(row), "hot-unplug")
        except (Refused, Conflict, WaitTimeout) as error:
            raise EngineError(f"{sentence(str(error))} {WAY_OUT}") from error

    def _owner_of_vm(self, vm: str, row: Row, state: Inputs) -> str:
        """Return who manages the VM, if that is neither this stack nor nobody, "" otherwise."""
        fence = Fence(self.connection, VirtualMachine.declaration)
        return fence.stranger_at((VirtualMachine, vm), row, state.get(PARENT), state)

    def remove(self, id: str, state: Inputs) -> None:
        """Delete it, and once more if VergeOS takes longer to let go of it than its status shows."""
        try:
            super().remove(id, state)
        except (Refused, Conflict):
            self.connection.clock.sleep(RETRY_PAUSE)
            super().remove(id, state)


def _ask(connection: Connection, kind: Kind, vm: str, row: Row, fields: Sequence[str], *, plugged: bool) -> None:
    """Ask for it; that it is so already is success, and what may have been lost or come too soon is asked once more."""
    params: dict[str, Any] = {"device": row["$key"], **({} if plugged else {"unplug": True})}
    under_way = False
    for last in (False, True):
        if kind.spacing:
            connection.shared(_Turns).take(connection.clock, kind.spacing)
        try:
            connection.client.table("vms").action(vm, kind.action, params)
        except VergeError as error:
            lost = error.outcome is Outcome.UNKNOWN
            if not lost and not isinstance(error, Refused | Conflict):
                raise
            if kind.is_live(_look(connection, kind.table, str(row["$key"]), fields)) is plugged:
                return
            if under_way and not lost:
                return  # refused because the one before was taken; whoever waits for the status sees
            if last or not (lost or kind.spacing):
                raise
            under_way = lost
        else:
            return
        finally:
            connection.reader.forget(kind.table)


def _wait(
    connection: Connection, kind: Kind, row: Row, fields: Sequence[str], done: Callable[[Row], bool], what: str
) -> Row:
    return wait_until(
        lambda: _look(connection, kind.table, str(row["$key"]), fields),
        done,
        what=what,
        timeout=patience(None, SETTLES_WITHIN),
        clock=connection.clock,
        describe=lambda row: printable(str(row.get("status")), 60),
        detail=lambda row: f" ({kind.table}/{row['$key']})",
    )


def _look(connection: Connection, table: str, key: str, fields: Sequence[str]) -> Row:
    row = connection.reader.fresh(table, key, fields)
    if row is None:
        raise gone(table, key)
    return row


class _Turns:
    """Keeps the actions on one VergeOS apart in time, from whatever threads they come."""

    def __init__(self) -> None:
        self._free = 0.0
        self._lock = threading.Lock()

    def take(self, clock: Clock, spacing: float) -> None:
        """Wait for the next turn."""
        with self._lock:
            now = clock.now()
            turn = max(now, self._free)
            self._free = turn + spacing
        if turn > now:
            provider_process.log(f"waiting {turn - now:.0f} s, because VergeOS takes one at a time", ephemeral=True)
            clock.sleep(turn - now)
