"""Tables of the system itself."""

from __future__ import annotations

from verge_pulumi.catalogue.model import Effect
from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.errors import refused
from verge_pulumi.simulator.relations import Row


class Clusters(Behaviour):
    """The table `clusters`."""

    def after_create(self, row: Row) -> Response | None:
        """Add the status row."""
        status = self.backend.add("cluster_status", {"cluster": row["$key"]})
        self.backend.store.change(self.table, row["$key"], {"status": status["$key"]})
        return None

    def after_update(self, row: Row, changes: Row) -> None:
        """Ask for a reboot of the cluster's nodes where a change waits for one (docs/vergeos/system.md §6)."""
        columns = self.backend.relations[self.table].columns
        waiting = [name for name in changes if columns[name].effect is Effect.RESTART]
        if waiting and "nodes" in self.backend.relations:
            reason = {"need_restart": True, "restart_reason": f"Cluster settings changed: {', '.join(waiting)}"}
            for node in self.backend.store.children("nodes", "cluster", (self.table, row["$key"])):
                self.backend.store.change("nodes", node["$key"], reason)

    def before_delete(self, row: Row) -> None:
        """Refuse to delete a cluster in use."""
        referrers = {(table, column) for table, column, _ in self.backend.store.referrers(self.table, row["$key"])}
        if referrers & {("machines", "cluster"), ("nodes", "cluster")}:
            raise refused("nodes/machines still referencing")
