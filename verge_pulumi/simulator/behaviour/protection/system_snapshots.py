"""Snapshots of the whole system (docs/vergeos/protection.md §3).

As of snapshots of VMs, no source says what VergeOS does with an expired one, and when: here it remains.
"""

from __future__ import annotations

from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.errors import invalid, refused
from verge_pulumi.simulator.relations import Row

DEFAULT_RETENTION = 72 * 3600
"""Seconds that a snapshot without an expiry is kept (docs/vergeos/quirks.md §W11)."""

UNLOCKING = 7 * 86400
"""Seconds from the wish to unlock an immutable snapshot until it is unlocked."""


class SystemSnapshots(Behaviour):
    """The table `cloud_snapshots`."""

    def before_create(self, row: Row) -> None:
        """Fill in the expiry and the lock."""
        if row.get("quiesce_tags") and row.get("type") == "full":
            raise invalid("quiesce_tags")
        if row["expires"] is None:
            row["expires"] = self.backend.clock.stamp() + DEFAULT_RETENTION
        if row["expires_type"] == "never":
            row["expires"] = 0
        row["immutable_status"] = "locked" if row["immutable"] else "unlocked"

    def after_create(self, row: Row) -> Response | None:
        """Begin: its status is empty at first, then ``building``."""
        self.backend.transitions.begin(self.table, row["$key"], "")
        return None

    def finish(self, row: Row, state: str) -> None:
        """Go on from the empty status to ``building``, and from there to ``normal``."""
        following = "building" if state == "" else "normal"
        self.backend.store.change(self.table, row["$key"], {"status": following})
        if following == "building":
            self.backend.transitions.begin(self.table, row["$key"], following)

    def before_update(self, row: Row, changes: Row) -> None:
        """Never expires what is said to; what shall be mutable again is unlocked after a week."""
        if changes.get("expires_type") == "never":
            changes["expires"] = 0
        if changes.get("immutable") is True:
            changes |= {"immutable_status": "locked", "immutable_lock_expires": 0}
        if changes.get("immutable") is False and row["immutable"]:
            expires = self.backend.clock.stamp() + UNLOCKING
            changes |= {"immutable_status": "unlocking", "immutable_lock_expires": expires}

    def before_delete(self, row: Row) -> None:
        """Refuse to delete a snapshot that is locked, in our own words."""
        until = row["immutable_lock_expires"]
        unlocked = row["immutable_status"] == "unlocked" or (until and until <= self.backend.clock.stamp())
        if not unlocked:
            raise refused("Snapshot is immutable")
