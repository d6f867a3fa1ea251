"""Catalogs of recipes, and the repositories that they come from (docs/vergeos/catalogs.md).

Nothing is fetched: a refresh ends, and the catalogs are those that there were.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.errors import invalid, refused
from verge_pulumi.simulator.relations import Row

LOCAL_REPOSITORY = 1
"""The key of the catalog repository `Local`, which cannot be deleted (docs/vergeos/catalogs.md §1)."""

SHORTEST_PASSWORD = 8
"""Characters that the password of a repository has at least (docs/vergeos/catalogs.md §1)."""


class CatalogRepositories(Behaviour):
    """The table `catalog_repositories`."""

    def before_create(self, row: Row) -> None:
        """Refuse what the catalogue cannot say."""
        self._check(row)

    def before_update(self, row: Row, changes: Row) -> None:
        """Refuse what the catalogue cannot say."""
        self._check(changes)

    def after_create(self, row: Row) -> Response | None:
        """Add the status row."""
        if "catalog_repository_status" in self.backend.relations:
            status = self.backend.add("catalog_repository_status", {"repository": row["$key"]})
            self.backend.store.change(self.table, row["$key"], {"status": status["$key"]})
        return None

    def before_delete(self, row: Row) -> None:
        """Refuse to delete the local repository."""
        if row["$key"] == LOCAL_REPOSITORY:
            raise refused("The local catalog repository cannot be deleted")

    def act(self, row: Row, action: str, params: Mapping[str, Any]) -> Response | None:
        """Begin a refresh, the only action."""
        self._show(row, "refreshing")
        self.backend.transitions.begin(self.table, row["$key"], "refreshing")
        return None

    def finish(self, row: Row, state: str) -> None:
        """End a refresh."""
        self.backend.store.change(self.table, row["$key"], {"last_refreshed": self.backend.clock.stamp()})
        self._show(row, "online")

    def _show(self, row: Row, status: str) -> None:
        columns = {"status": status, "state": "online", "info": "", "last_update": self.backend.clock.stamp()}
        self.backend.store.change("catalog_repository_status", row["status"], columns)

    @staticmethod
    def _check(columns: Row) -> None:
        password = columns.get("password")
        if password is not None and len(password) < SHORTEST_PASSWORD:
            raise invalid("password")


class HexKeyed(Behaviour):
    """The tables `catalogs`, `vm_recipes` and `tenant_recipes`."""

    def after_create(self, row: Row) -> Response | None:
        """Repeat the key."""
        self.backend.store.change(self.table, row["$key"], {"id": row["$key"]})
        return None
