"""Members of groups (docs/vergeos/access.md §3)."""

from __future__ import annotations

from verge_pulumi.simulator.behaviour.access.users import Groups
from verge_pulumi.simulator.behaviour.base import Behaviour
from verge_pulumi.simulator.errors import ApiError, in_use, invalid
from verge_pulumi.simulator.relations import Row, reference


class Members(Behaviour):
    """The table `members`. No source says that `/v4/users/1` and `users/1` are one member; this is our assumption."""

    def before_create(self, row: Row) -> None:
        """Refuse what is no user and no group, a member that is there already, and a group that gets none."""
        column, store = self.backend.relations[self.table].columns["member"], self.backend.store
        member = reference(column, row["member"])
        if member is None or member[0] not in ("users", "groups"):
            raise invalid("member")
        groups = self.backend.behaviours["groups"]
        if isinstance(groups, Groups) and groups.is_barren(row["parent_group"]):
            text = "error setting field 'members.group': No such file or directory"
            raise ApiError(404, f"Error creating member in system table: {text}")
        siblings = store.children(self.table, "parent_group", ("groups", row["parent_group"]))
        if any(reference(column, each["member"]) == member for each in siblings):
            raise in_use("member", row["member"], status=409 if self.backend.release.since("26.1.4") else 422)
