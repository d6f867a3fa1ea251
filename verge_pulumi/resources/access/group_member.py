"""Who is in a group."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from verge_pulumi.client import ApiError, NotFound, Row, as_key, where
from verge_pulumi.engine.declaring.attributes import Ref, path_ref, ref
from verge_pulumi.engine.declaring.importing import Importing
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.roles import Review
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.fencing import Owner, this_stack
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.engine.ownership.mark import PARENT
from verge_pulumi.resources.access import _lockout as lockout
from verge_pulumi.resources.access.group import Group
from verge_pulumi.resources.access.user import User


class GroupMember(Resource, table="members", unique=("group", "member"), parent="group"):
    """A user or a group that is in a group. A group of VergeOS's own and one of another stack can get members too."""

    review = Review(guards=True)
    importing = Importing(follows_parents=True)

    group: Ref[Group] = ref(column="parent_group", replaces=True, role="group")
    """The group that it is in."""

    member: Ref[User | Group] = path_ref(column="member", replaces=True, role="member")
    """The user or the group."""


class GroupMemberProvider(RowProvider[GroupMember]):
    """What is special about a member's life."""

    # Those who manage a group and those who fill it may be different.
    within_others = True

    def owner_row(self, state: Mapping[str, Any]) -> Owner | None:
        """Compare the group with the one that it was added to, unless that bore no mark: it may have one by now."""
        return None if state.get(PARENT) == "" else super().owner_row(state)

    def unique(self, inputs: Inputs) -> dict[str, Any]:
        """Return what a filter finds it by: the spelling in which it is stored (docs/vergeos/access.md §3)."""
        values, member = super().unique(inputs), self.declaration.inputs["member"].value
        rows = self.connection.reader.find(
            self.declaration.table, where("parent_group", "eq", as_key(inputs["group"])), ("$key", "member")
        )
        stored = (row.get("member") for row in rows)
        return {
            **values,
            "member": next((each for each in stored if member.same(each, inputs["member"])), values["member"]),
        }

    def refusals(self, state: Inputs, inputs: Inputs, changed: Collection[str], *, replacing: bool) -> Iterable[str]:
        """This run does not lose its rights."""
        if replacing and self._gives_all(str(state.get("$key")).removesuffix(".0"), state):
            yield f"{WHY}. {lockout.WAY_OUT}"

    def before_delete(self, id: str, row: Row, state: Inputs) -> None:
        """See that this run does not lose its rights."""
        if self._gives_all(id, state):
            raise EngineError(f"{WHY}. {lockout.WAY_OUT}; {lockout.FORGET}")

    def hint(self, error: ApiError, inputs: Mapping[str, Any]) -> str:
        """Tell how a group came to get no members, and what helps (docs/vergeos/access.md §2)."""
        if isinstance(error, NotFound) and "members.group" in error.text:
            return (
                "VergeOS before 26.2 gives no members to a group that was created within seconds after another one was "
                "deleted. Create the group again: run 'pulumi up --replace' with its URN."
            )
        return super().hint(error, inputs)

    def _gives_all(self, key: str, properties: Inputs) -> bool:
        stack, member = this_stack(properties), str(properties.get("member")).removeprefix("/v4/")
        if member.startswith("users/") and lockout.is_other_user(self.connection, stack, member):
            return False
        return lockout.loses_all_rights(self.connection, stack, ("members", key))


WHY = "this would take the user of this run out of a group from which it has all rights"
