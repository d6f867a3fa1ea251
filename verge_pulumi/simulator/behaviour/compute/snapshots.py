"""Snapshots of VMs (docs/vergeos/virtual-machines.md §9).

No source says what VergeOS does with an expired snapshot, and when: here it remains.
"""

from __future__ import annotations

from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.behaviour.compute.virtual_machines import VirtualMachines
from verge_pulumi.simulator.errors import invalid
from verge_pulumi.simulator.relations import Key, Row

DEFAULT_RETENTION = 72 * 3600
"""Seconds that a snapshot without an expiry is kept (docs/vergeos/quirks.md §W11)."""


class Snapshots(Behaviour):
    """The table `machine_snapshots`."""

    def before_create(self, row: Row) -> None:
        """Refuse a machine that is not a VM's; fill in the expiry."""
        vm = self.vm_of(row["machine"])
        if vm is None or vm["is_snapshot"]:
            raise invalid("machine")
        if row["expires"] is None:
            row["expires"] = self.backend.clock.stamp() + DEFAULT_RETENTION
        row["expires_type"] = _kind(row["expires"])
        # That only a guest whose agent runs can hold still is all that is known; what is refused, or when, is not.
        row["quiesced"] = bool(row["quiesce"] and vm["guest_agent"] and self.backend.power.is_running(row["machine"]))

    def after_create(self, row: Row) -> Response | None:
        """Start copying the VM; the copy appears a moment later."""
        self.backend.transitions.begin(self.table, row["$key"], "building")
        return None

    def finish(self, row: Row, state: str) -> None:
        """Show the hidden VM that contains the snapshot."""
        vm, vms = self.vm_of(row["machine"]), self.backend.behaviours["vms"]
        if vm is not None and isinstance(vms, VirtualMachines):
            # Its name is as good as the VM's own: look-ups by name find both (docs/vergeos/quirks.md §R9).
            hidden = vms.copy(vm, {"name": vm["name"], "is_snapshot": True}, keep_macs=True)
            self.backend.store.change(self.table, row["$key"], {"snap_machine": hidden["machine"]})

    def is_shown(self, row: Row) -> bool:
        """Say whether it is made, where one that is not is hidden."""
        return row["snap_machine"] is not None or self.backend.disputed["new_snapshots"] == "listed"

    def before_update(self, row: Row, changes: Row) -> None:
        """Keep the type of the expiry consistent with its value."""
        if changes.get("expires") is not None:
            changes["expires_type"] = _kind(changes["expires"])

    def after_delete(self, row: Row) -> None:
        """Delete the hidden VM."""
        hidden = self.vm_of(row["snap_machine"])
        if hidden is not None:
            self.backend.remove("vms", hidden["$key"])

    def vm_of(self, machine: Key | None) -> Row | None:
        """Return the VM that a machine belongs to, or None."""
        if machine is None:
            return None
        return next(iter(self.backend.store.children("vms", "machine", ("machines", machine))), None)


def _kind(expires: int) -> str:
    return "date" if expires else "never"
