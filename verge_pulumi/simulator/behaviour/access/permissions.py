"""Permissions (docs/vergeos/access.md §4). What they let a user do is decided in `verge_pulumi.simulator.rights`."""

from __future__ import annotations

from verge_pulumi.simulator.behaviour.base import Behaviour
from verge_pulumi.simulator.relations import HOLDERS, IDENTITIES, Key, Row


class Permissions(Behaviour):
    """The table `permissions`."""

    def before_create(self, row: Row) -> None:
        """Name whose it is, and turn `list` on where `read` is."""
        for table in HOLDERS:
            for holder in self.backend.store.children(table, "identity", (IDENTITIES, row["identity"])):
                row |= {"identity_display": holder["name"], "identity_owner": f"{table}/{holder['$key']}"}
        row["list"] = row["list"] or row["read"]

    def before_update(self, row: Row, changes: Row) -> None:
        """Turn `list` on where `read` is."""
        after = row | changes
        if after["read"] and not after["list"]:
            changes["list"] = True

    def withdraw(self, table: str, key: Key) -> None:
        """Delete the permissions on a row that was deleted."""
        for row in list(self.backend.store.rows(self.table)):
            if (row["table"], row["row"]) == (table, key):
                self.backend.remove(self.table, row["$key"])
