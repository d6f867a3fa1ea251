"""Snapshot profiles (docs/vergeos/protection.md §1, §2).

Nothing is snapshotted by itself here: no source says when exactly VergeOS does it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.errors import not_permitted, refused
from verge_pulumi.simulator.relations import Key, Row

PROFILES = ("SOX", "HIPAA", "NAS Volume Syncs", "System Snapshots", "Volume Antivirus Scan")
"""Those that every system has."""


class SnapshotProfiles(Behaviour):
    """The table `snapshot_profiles`."""

    def before_delete(self, row: Row) -> None:
        """Refuse: a profile is deleted by its action."""
        raise not_permitted("Deleting a snapshot profile without its action")

    def act(self, row: Row, action: str, params: Mapping[str, Any]) -> Response | None:
        """Delete the profile and its periods, unless something uses it; in our own words."""
        if self._is_used(row["$key"]):
            raise refused("The snapshot profile is in use")
        self.backend.remove(self.table, row["$key"])
        return None

    def _is_used(self, profile: Key) -> bool:
        store = self.backend.store
        if any(column == "snapshot_profile" for _, column, _ in store.referrers(self.table, profile)):
            return True
        periods = store.children("snapshot_profile_periods", "profile", (self.table, profile))
        return any(
            column == "snapshot_period"
            for period in periods
            for _, column, _ in store.referrers("snapshot_profile_periods", period["$key"])
        )
