"""Machines: what VMs, networks and nodes run as."""

from __future__ import annotations

from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.relations import Row


class MachineOwner(Behaviour):
    """A row that runs as a machine, which is created and deleted with it."""

    def after_create(self, row: Row) -> Response | None:
        """Create the machine."""
        machine = self.backend.power.add_machine(row)
        self.backend.store.change(self.table, row["$key"], {"machine": machine["$key"]})
        return None

    def after_update(self, row: Row, changes: Row) -> None:
        """Copy the columns that the machine mirrors."""
        self.backend.power.mirror(row, changes)

    def after_delete(self, row: Row) -> None:
        """Delete the machine and its child rows."""
        if self.backend.store.get("machines", row["machine"]) is not None:
            self.backend.remove("machines", row["machine"])


class MachineStatus(Behaviour):
    """The status rows, whose transitions end by the clock."""

    def finish(self, row: Row, state: str) -> None:
        """Reach *running* or *stopped*, or receive the report of a guest that has booted."""
        if state == "booting":
            self.backend.power.hear(row)
        else:
            self.backend.power.arrive(row)
