"""Tags, which people sort objects by."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from verge_pulumi.client import Row
from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, policy, ref
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.rights import touch
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.tags import _cascade as cascade
from verge_pulumi.resources.tags.tag_category import TagCategory


class Tag(Describable, Resource, table="tags", unique=("category", "name"), since="26.0"):
    """A tag of a category. Deleting it takes it off every object that has it. VergeOS 26.0 and later.

    It is put on objects by their argument `tags`, such as ``VirtualMachine(..., tags=[prod])``, or by a
    `TagAssignment`.
    """

    category: Ref[TagCategory] = ref(replaces=True)
    """The category it belongs to."""

    name: Attr[str] = arg(min_length=1)
    """Name, unique in the category; upper and lower case differ."""

    allow_cascade: Attr[bool | None] = policy(default=None, role="along", loss="its assignments to other objects")
    """Whether it may be deleted or replaced though objects have it by assignments that this stack does not manage. It
    counts once it is in the state, so run ``pulumi up`` with it before the change that deletes."""


class TagProvider(RowProvider[Tag]):
    """What is special about a tag's life."""

    touched = (touch("tag_members", at=("delete",)),)

    def refusals(self, state: Inputs, inputs: Inputs, changed: Collection[str], *, replacing: bool) -> Iterable[str]:
        """A replacement takes the tag off what others have put it on."""
        yield from super().refusals(state, inputs, changed, replacing=replacing)
        key = str(state.get("location") or "").rpartition("/")[2]
        if replacing and key and (loss := cascade.of_tag(self.connection, key, state)):
            yield loss

    def before_delete(self, id: str, row: Row, state: Inputs) -> None:
        """See that it is on nothing of others."""
        cascade.forbid(cascade.of_tag(self.connection, id, state))
