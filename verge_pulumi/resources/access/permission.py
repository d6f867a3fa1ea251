"""Permissions: who may do what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from verge_pulumi.client import Row, where
from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, path_ref
from verge_pulumi.engine.declaring.importing import Importing
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.rights import RIGHTS, touch
from verge_pulumi.engine.declaring.roles import Review
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.fencing import this_stack
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.resources.access import _lockout as lockout
from verge_pulumi.resources.access._values import RowNumber
from verge_pulumi.resources.access.group import Group
from verge_pulumi.resources.access.user import User


class Permission(Resource, table="permissions", unique=("who", "table", "row")):
    """What a user or a group may do with a table, or with one row of it.

    There is one for each user or group, table and row. VergeOS gives some to a new `User`; a permission for the same is
    that row then, which the program changes, and which goes when the permission is deleted. A user has the rights of
    its own permissions and of those of its groups, together. Rights that are left out are not given.
    """

    review = Review(guards=True)
    importing = Importing(follows_parents=True)

    who: Ref[User | Group] = path_ref(column="identity", through="identity", replaces=True, role="holder")
    """The user or the group."""

    table: Attr[str] = arg(replaces=True, min_length=1, role="rows_of")
    """Name of the table in VergeOS's API, such as ``vms`` or ``vnets``; ``/`` is everything."""

    row: Attr[RowNumber | None] = arg(default=None, replaces=True, role="row")
    """Key of the row, such as ``web.key``; the whole table if unset."""

    list: Attr[bool | None] = arg(default=None, role="right")
    """Whether it sees that rows are there; yes if unset. Who may read may list."""

    read: Attr[bool | None] = arg(default=None, role="right")
    """Whether it sees what is in them; no if unset."""

    create: Attr[bool | None] = arg(default=None, role="right")
    """Whether it may create rows; no if unset."""

    modify: Attr[bool | None] = arg(default=None, role="right")
    """Whether it may change them; no if unset."""

    delete: Attr[bool | None] = arg(default=None, role="right")
    """Whether it may delete them; no if unset."""


class PermissionProvider(RowProvider[Permission]):
    """What is special about a permission's life."""

    touched = (touch("users", at=("create",)),)

    def derived(self, state: Inputs, inputs: Inputs) -> Inputs:
        """Say all rights and the row: what VergeOS makes of rights that are left out, no source says.

        See docs/vergeos/access.md §4.
        """
        unset: Inputs = {"row": 0, **dict.fromkeys(RIGHTS, False), "list": True}
        return {name: value for name, value in unset.items() if inputs.get(name) is None}

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """Who may read may list: VergeOS turns that on."""
        if inputs.get("read") is True and inputs.get("list") is False:
            yield "list: VergeOS lets who may read list too. Leave it out, or set read=False"
        if inputs.get("table") == "/" and inputs.get("row"):
            yield "row: everything has no rows. Name the table of the row"

    def refusals(self, state: Inputs, inputs: Inputs, changed: Collection[str], *, replacing: bool) -> Iterable[str]:
        """This run does not lose its rights."""
        key = str(state.get("$key")).removesuffix(".0")
        if (replacing or _takes(inputs, changed)) and self._gives_all(key, state, state):
            yield f"{WHY}. {lockout.WAY_OUT}"

    def made_by_vergeos(self, row: Mapping[str, Any]) -> bool:
        """Say whether it is one that a new user gets: on everything, or on itself (docs/vergeos/access.md §1)."""
        whole = row.get("table") == "/" and not row.get("row")
        if not whole and row.get("table") != "users":
            return False
        users = self.connection.reader.find("users", where("identity", "eq", row.get("identity")), ("$key",))
        return any(whole or str(user["$key"]) == str(row.get("row")) for user in users)

    def before_update(self, id: str, row: Row, inputs: Inputs, changed: Collection[str]) -> None:
        """See that this run does not lose its rights."""
        if _takes(inputs, changed) and self._gives_all(id, row, inputs):
            raise EngineError(f"{WHY}. {lockout.WAY_OUT}")

    def before_delete(self, id: str, row: Row, state: Inputs) -> None:
        """See that this run does not lose its rights."""
        if self._gives_all(id, row, state):
            raise EngineError(f"{WHY}. {lockout.WAY_OUT}; {lockout.FORGET}")

    def _gives_all(self, key: str, permission: Mapping[str, Any], properties: Inputs) -> bool:
        """Say whether the user of this run has all rights by this permission alone."""
        whole = lockout.is_whole(permission)
        return whole and lockout.loses_all_rights(self.connection, this_stack(properties), ("permissions", key))


WHY = "this would take the last permission by which the user of this run has all rights"


def _takes(inputs: Inputs, changed: Collection[str]) -> bool:
    """Say whether a change takes a right."""
    return any(name in changed and inputs.get(name) is False for name in RIGHTS)
