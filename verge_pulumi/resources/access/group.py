"""Groups of users, and of groups."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from verge_pulumi.client import Row
from verge_pulumi.engine.declaring.attributes import Attr, arg, computed
from verge_pulumi.engine.declaring.importing import Importing
from verge_pulumi.engine.declaring.lives import Cost, Life
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.roles import Review
from verge_pulumi.engine.declaring.values import Text
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.fencing import this_stack
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.access import _lockout as lockout
from verge_pulumi.resources.access import _pause as pause
from verge_pulumi.resources.access._values import LowerCase
from verge_pulumi.resources.tags._taggable import Taggable


class Group(
    Describable,
    Taggable,
    table="groups",
    unique=("name",),
    fixed=("created",),
    # Has the user of this run all rights without it?
    life=Life(delete=Cost(writes=2, reads=1)),
):
    """A group. Who is in it is said by `GroupMember`, what it may do by `Permission`.

    The groups that VergeOS makes, such as "Administrators (default)", are not managed here: refer to one by
    ``by_name("Administrators (default)")``. Before VergeOS 26.2 a run waits six seconds between the deletion of a group
    and the creation of another one, which would get no members.
    """

    review = Review(guards=True)
    importing = Importing(given={"system_group": (True,)})  # docs/vergeos/access.md §2

    name: Attr[str] = arg(min_length=1, max_length=128)
    """Name in VergeOS; unique on the system."""

    external_id: Attr[Text | None] = arg(default=None, column="id")
    """Name that another system gives to it (`id` in VergeOS); unique on the system."""

    enabled: Attr[bool | None] = arg(default=None, role="works")
    """Whether its members have its rights."""

    email: Attr[LowerCase | None] = arg(default=None)
    """E-mail address, in lower case."""

    system_group: Attr[bool | None] = computed()
    """Whether VergeOS made it."""

    identity: Attr[int | None] = computed()
    """The key by which permissions name it."""


class GroupProvider(RowProvider[Group]):
    """What is special about a group's life."""

    def make(self, inputs: Inputs, values: Mapping[str, Any]) -> str:
        """Create it, not too soon after one was deleted."""
        pause.wait(self.connection)
        return super().make(inputs, values)

    def unmake(self, id: str, state: Inputs) -> None:
        """Delete it, and note when: it may be gone from the moment of the request to that of the answer."""
        pause.note_deletion(self.connection)
        try:
            super().unmake(id, state)
        finally:
            pause.note_deletion(self.connection)

    def refusals(self, state: Inputs, inputs: Inputs, changed: Collection[str], *, replacing: bool) -> Iterable[str]:
        """This run does not lose its rights."""
        disabled = "enabled" in changed and inputs.get("enabled") is False
        if (replacing or disabled) and self._gives_all(str(state.get("$key")), state):
            yield f"{_why('delete' if replacing else 'disable')}. {lockout.WAY_OUT}"

    def before_update(self, id: str, row: Row, inputs: Inputs, changed: Collection[str]) -> None:
        """See that VergeOS has not made it, and that this run does not lose its rights."""
        _refuse_systems(row)
        if "enabled" in changed and inputs.get("enabled") is False and self._gives_all(id, inputs):
            raise EngineError(f"{_why('disable')}. {lockout.WAY_OUT}")

    def before_delete(self, id: str, row: Row, state: Inputs) -> None:
        """See that VergeOS has not made it, and that this run does not lose its rights."""
        _refuse_systems(row)
        if self._gives_all(id, state):
            raise EngineError(f"{_why('delete')}. {lockout.WAY_OUT}; {lockout.FORGET}")

    def _gives_all(self, key: str, properties: Inputs) -> bool:
        return lockout.loses_all_rights(self.connection, this_stack(properties), ("groups", key.removesuffix(".0")))


def _why(verb: str) -> str:
    return f"this would {verb} the group from which the user of this run has all rights"


def _refuse_systems(row: Row) -> None:
    if row.get("system_group"):
        raise EngineError("it is a group of VergeOS's own. Refer to it by by_name() instead")
