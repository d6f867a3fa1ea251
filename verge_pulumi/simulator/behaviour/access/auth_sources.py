"""Auth sources (docs/vergeos/single-sign-on.md §1, §2). No address is fetched, and `debug` stays on."""

from __future__ import annotations

from verge_pulumi.simulator.behaviour.base import Behaviour
from verge_pulumi.simulator.errors import refused
from verge_pulumi.simulator.relations import Row


class AuthSources(Behaviour):
    """The table `auth_sources`."""

    def before_create(self, row: Row) -> None:
        """Add VergeOS's own key to the settings."""
        row["settings"] = {"debug": row["debug"], **(row["settings"] or {})}

    def before_update(self, row: Row, changes: Row) -> None:
        """Add it again where they are replaced."""
        if changes.get("settings") is not None:
            changes["settings"] = {"debug": changes.get("debug", row["debug"]), **changes["settings"]}

    def before_delete(self, row: Row) -> None:
        """Refuse to delete one in use, in our own words."""
        referrers = {table for table, _, _ in self.backend.store.referrers(self.table, row["$key"])}
        if referrers & {"users", "oidc_applications"}:
            raise refused("The auth source is in use")
