"""Tenants (docs/vergeos/other-tables.md §5)."""

from __future__ import annotations

from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.drawing import draw_uuid
from verge_pulumi.simulator.relations import Row


class Tenants(Behaviour):
    """The table `tenants`: no more than that there are some, which are off."""

    def before_create(self, row: Row) -> None:
        """Generate a UUID."""
        row["uuid"] = row["uuid"] or draw_uuid()

    def after_create(self, row: Row) -> Response | None:
        """Add the status row."""
        status = self.backend.add("tenant_status", {"tenant": row["$key"]})
        self.backend.store.change(self.table, row["$key"], {"status": status["$key"]})
        return None
