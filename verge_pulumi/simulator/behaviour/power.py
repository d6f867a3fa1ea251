"""Power: starts and stops the machines of VMs and networks (docs/vergeos/virtual-machines.md §4, §13).

``stopped → starting → running → stopping → stopped``. `running` is true from *running* until *stopped*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from verge_pulumi.simulator.behaviour.compute.devices import Device
from verge_pulumi.simulator.errors import ApiError, refused
from verge_pulumi.simulator.relations import Key, Row

if TYPE_CHECKING:
    from verge_pulumi.simulator.backend import Backend

OFF = ("stopped", "hibernated")
"""States in which a machine can be started."""

SILENT: Row = {"agent_version": "", "agent_features": [], "agent_guest_info": []}
"""The status columns of a guest whose agent does not report (docs/vergeos/virtual-machines.md §4)."""

_MIRRORED = (
    *("name", "cluster", "cluster_failover", "ha_group", "preferred_node", "on_power_loss", "snapshot_profile"),
)
"""Columns of a machine that are written through its VM or network."""


class Power:
    """Starts and stops machines.

    Args:
        backend: The system they belong to.

    Attributes:
        guests: The reports of guests with an agent, by machine key.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._store = backend.store
        self.guests: dict[Key, Any] = {}

    def add_machine(self, owner: Row) -> Row:
        """Create the stopped machine of a new row and its status; return the machine."""
        machine = self._backend.add("machines", {name: owner.get(name) for name in _MIRRORED})
        key = machine["$key"]
        # In every documented example the status has the key of its machine (docs/vergeos/README.md §12).
        status = self._backend.add("machine_status", {"machine": key}, key=key)
        own = {"status": status["$key"]}
        if "machine_stats" in self._backend.relations:
            own["stats"] = self._backend.add("machine_stats", {"machine": key})["$key"]
        self._store.change("machines", key, own)
        return machine

    def mirror(self, owner: Row, changes: Row) -> None:
        """Copy changed columns of a row to its machine."""
        mirrored = {name: changes[name] for name in _MIRRORED if name in changes}
        if mirrored and self._store.get("machines", owner["machine"]) is not None:
            self._store.change("machines", owner["machine"], mirrored)

    def status(self, machine: Key | None) -> Row | None:
        """Return a machine's status, or None without a machine."""
        row = self._store.get("machines", machine)
        return None if row is None else self._store.get("machine_status", row["status"])

    def is_running(self, machine: Key | None) -> bool:
        """Return whether a machine's process runs."""
        status = self.status(machine)
        return status is not None and bool(status["running"])

    def is_off(self, machine: Key | None) -> bool:
        """Return whether a machine is off and not starting or stopping."""
        status = self.status(machine)
        return status is None or (not status["running"] and status["status"] in OFF)

    def start(self, owner: Row, node: Any = None) -> None:
        """Power on.

        Args:
            owner: The VM or network.
            node: The preferred node's key, as a client wrote it.

        Raises:
            ApiError: The machine is not off, or its owner is disabled (422).
        """
        status = self._required(owner)
        if not self.is_off(owner["machine"]):
            raise refused(f"Error starting machine: Machine is already running with status '{status['status']}'")
        if not owner.get("enabled", True):
            raise refused("Error starting machine: Machine is disabled")
        self._show(status, status="starting", powerstate=True, node=self.choose_node(owner, node))
        self._backend.transitions.begin("machine_status", status["$key"], "starting")

    def stop(self, owner: Row) -> None:
        """Ask the guest to shut down; a dial makes guests ignore it."""
        status = self._required(owner)
        dials = self._backend.transitions.dials
        if self.is_off(owner["machine"]) or dials.ignores_poweroff(owner["machine"]):
            return
        self._show(status, status="stopping", powerstate=False)
        self._backend.transitions.begin("machine_status", status["$key"], "stopping")

    def kill(self, owner: Row) -> None:
        """Power off immediately, unless a dial keeps machines stuck while stopping."""
        status = self._required(owner)
        if self.is_off(owner["machine"]):
            return
        self._show(status, status="stopping", powerstate=False)
        if "stopping" in self._backend.transitions.dials.stuck:
            self._backend.transitions.begin("machine_status", status["$key"], "stopping")
        else:
            self._backend.transitions.cancel("machine_status", status["$key"])
            self.arrive(status)

    def reset(self, owner: Row) -> None:
        """Restart a running machine, which puts changes into effect.

        Raises:
            ApiError: The machine is not running (422; the words are ours).
        """
        status = self._required(owner)
        if not status["running"]:
            raise refused("Machine is not running")
        self._up(status)

    def move(self, owner: Row, node: Any) -> None:
        """Migrate a running machine to a given node, or to another one.

        Raises:
            ApiError: The machine is not running (422; the words are ours).
        """
        status = self._required(owner)
        if not status["running"]:
            raise refused("Machine is not running")
        self._show(status, migrated_node=status["node"], node=self.choose_node(owner, node, status["node"]))

    def arrive(self, status: Row) -> None:
        """End a transition: *starting* becomes *running*, *stopping* becomes *stopped*."""
        if status["status"] == "starting":
            self._up(status)
        elif status["status"] == "stopping":
            self._down(status)

    def boot(self, machine: Key) -> None:
        """Let the guest of a running machine boot, if it has a report and its VM allows the agent."""
        status = self.status(machine)
        found = None if status is None else self._owner(status)
        if status is None or found is None or not (status["running"] and found[1].get("guest_agent")):
            return
        if machine in self.guests:
            self._backend.transitions.begin("machine_status", status["$key"], "booting")

    def hear(self, status: Row) -> None:
        """Show the report of a guest that has booted."""
        self._show(
            status, agent_version="1.0", agent_features={}, agent_guest_info=self.guests.get(status["machine"], [])
        )

    def choose_node(self, owner: Row, wanted: Any = None, avoid: Key | None = None) -> Key | None:
        """Return the given or preferred node, or else the cluster's node with the fewest machines."""
        preferred = wanted or owner.get("preferred_node")
        if preferred is not None and str(preferred).isdecimal() and self._store.get("nodes", int(preferred)):
            return int(preferred)
        nodes = [
            node
            for node in self._store.rows("nodes")
            if node["cluster"] == owner.get("cluster") and node["$key"] != avoid
        ]
        return min(nodes, key=self._load)["$key"] if nodes else avoid

    def _load(self, node: Row) -> tuple[int, Key]:
        referrers = self._store.referrers("nodes", node["$key"])
        return sum(1 for table, _, _ in referrers if table == "machine_status"), node["$key"]

    def _required(self, owner: Row) -> Row:
        status = self.status(owner["machine"])
        if status is None:
            raise ApiError(500, f"Machine of '{owner['name']}' does not exist")
        return status

    def _owner(self, status: Row) -> tuple[str, Row] | None:
        for table, column, key in self._store.referrers("machines", status["machine"]):
            owner = self._store.get(table, key)
            if column == "machine" and table in ("vms", "vnets") and owner is not None:
                return table, owner
        return None

    def _up(self, status: Row) -> None:
        columns: Row = {"status": "running", "running": True, "state": "online", "powerstate": True, **SILENT}
        columns["started"] = self._backend.clock.stamp()
        found = self._owner(status)
        if found is not None:
            table, owner = found
            columns["running_cores"] = owner.get("cpu_cores") or 0
            columns["running_ram"] = owner.get("ram") or 0
            # A start loads everything that was staged (docs/vergeos/networks.md §13).
            staged = {name: False for name in self._store.relations[table].columns if name.startswith("need_")}
            self._store.change(table, owner["$key"], staged)
        self._show(status, **columns)
        self._switch(status["machine"], on=True)
        self._account(status["machine"])
        self.boot(status["machine"])

    def _down(self, status: Row) -> None:
        # running_cores and running_ram keep the last value (docs/vergeos/virtual-machines.md §4).
        self._show(status, status="stopped", running=False, state="offline", powerstate=False, node=None, **SILENT)
        found = self._owner(status)
        if found is not None:
            table, owner = found
            self._store.change(table, owner["$key"], {"need_restart": False})
        self._switch(status["machine"], on=False)
        self._account(status["machine"])

    def _account(self, machine: Key) -> None:
        """Update the status of a machine's cluster."""
        row = self._store.get("machines", machine)
        cluster = None if row is None else self._store.get("clusters", row["cluster"])
        if cluster is None:
            return
        referrers = self._store.referrers("clusters", cluster["$key"])
        machines = {key for table, column, key in referrers if (table, column) == ("machines", "cluster")}
        running = [status for key in machines if (status := self.status(key)) is not None and status["running"]]
        used = {
            "running_machines": len(running),
            "used_cores": sum(status["running_cores"] for status in running),
            "used_ram": sum(status["running_ram"] for status in running),
        }
        self._store.change("cluster_status", cluster["status"], used)

    def _show(self, row: Row, /, **columns: Any) -> None:
        stamp = {"last_update": self._backend.clock.stamp()}
        self._store.change("machine_status", row["$key"], columns | stamp)

    def _switch(self, machine: Key, *, on: bool) -> None:
        for table, devices in self._backend.behaviours.items():
            if isinstance(devices, Device):
                for device in self._store.children(table, "machine", ("machines", machine)):
                    devices.plug(device, on=on and device["enabled"])
