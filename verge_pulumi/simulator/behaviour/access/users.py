"""Users and groups (docs/vergeos/access.md §1, §2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.drawing import draw_id
from verge_pulumi.simulator.errors import invalid, refused
from verge_pulumi.simulator.relations import HOLDERS, IDENTITIES, Key, Row

if TYPE_CHECKING:
    from verge_pulumi.simulator.backend import Backend

FIRST_USER = 1
"""The key of the user that every system has."""

_FIRST_IDENTITY = 2
"""The identity of the first user on a captured system."""

_BARREN_SECONDS = 5.0
"""A group that is created sooner than this after the deletion of one never gets members."""

_RIGHTS = ("list", "read", "create", "modify", "delete")


class Holder(Behaviour):
    """What can hold permissions, by an identity; its permissions go with it."""

    def before_create(self, row: Row) -> None:
        """Give it an identity; one that is free again may be given again."""
        taken = (each["identity"] or 0 for table in HOLDERS for each in self.backend.store.rows(table))
        row["identity"] = 1 + max(taken, default=_FIRST_IDENTITY - 1)

    def endow(self, row: Row) -> None:
        """Give what a new one gets to a row that was saved by a simulator without permissions."""
        complete = dict(row)
        self.before_create(complete)
        self.backend.store.change(self.table, row["$key"], complete)
        self.after_create(row)

    def after_delete(self, row: Row) -> None:
        """Delete its permissions."""
        for permission in self.backend.store.children("permissions", "identity", (IDENTITIES, row["identity"])):
            self.backend.remove("permissions", permission["$key"])

    def grant(self, row: Row, table: str, rights: str, key: Key = 0) -> None:
        """Add a row to `permissions`, where there is that table."""
        if "permissions" in self.backend.relations:
            flags = {right: right in rights.split() for right in _RIGHTS}
            self.backend.add("permissions", {"identity": row["identity"], "table": table, "row": key, **flags})


class Users(Holder):
    """The table `users`."""

    def before_create(self, row: Row) -> None:
        """Validate the name."""
        _check_name(row)
        super().before_create(row)
        row["id"] = row["id"] or draw_id()
        row["remote_name"] = row["remote_name"] or row["name"]

    def after_create(self, row: Row) -> Response | None:
        """Add the permissions that each type of user starts with; the first user has all of them."""
        if row["$key"] == FIRST_USER:
            self.grant(row, "/", " ".join(_RIGHTS))
        else:
            self.grant(row, "/", "list" if row["type"] == "vdi" else "list read")
            self.grant(row, "users", "list read modify", row["$key"])
        return None

    def before_update(self, row: Row, changes: Row) -> None:
        """Validate the name."""
        _check_name(changes)

    def before_delete(self, row: Row) -> None:
        """Refuse to delete the first user, in our own words."""
        if row["$key"] == FIRST_USER:
            raise refused("The system user cannot be deleted")


class Groups(Holder):
    """The table `groups`."""

    def __init__(self, backend: Backend, table: str) -> None:
        super().__init__(backend, table)
        self._deleted: float | None = None
        self._barren: set[Key] = set()

    def forget(self) -> None:
        """Forget when a group was last deleted, and which groups get no members."""
        self._deleted = None
        self._barren.clear()

    def before_create(self, row: Row) -> None:
        """Name it in one more way: its `id` is its name if it is given none."""
        super().before_create(row)
        row["id"] = row["id"] or row["name"]

    def after_create(self, row: Row) -> Response | None:
        """Give all rights to the administrators; note a group that was created too soon after a deletion."""
        if row["system_group"]:
            self.grant(row, "/", " ".join(_RIGHTS))
        now = self.backend.clock.now()
        soon = self._deleted is not None and now - self._deleted < _BARREN_SECONDS
        if soon and not self.backend.release.since("26.2"):
            self._barren.add(row["$key"])
        return None

    def before_delete(self, row: Row) -> None:
        """Refuse to delete a group of the system, in our own words."""
        if row["system_group"]:
            raise refused("The system group cannot be deleted")

    def after_delete(self, row: Row) -> None:
        """Note the time."""
        super().after_delete(row)
        self._deleted = self.backend.clock.now()

    def is_barren(self, key: Key) -> bool:
        """Say whether a group gets no members."""
        return key in self._barren


def _check_name(columns: Row) -> None:
    if "/" in str(columns.get("name", "")):
        raise invalid("name")
