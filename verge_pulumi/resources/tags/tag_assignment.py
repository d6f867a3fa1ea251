"""Assignments: which tag is on which object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from verge_pulumi.client import ApiError, printable, where
from verge_pulumi.engine.declaring.attributes import Ref, path_ref, ref
from verge_pulumi.engine.declaring.importing import Importing
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.rights import touch
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.resources.tags.tag import Tag
from verge_pulumi.resources.tags.tag_category import flag_of

if TYPE_CHECKING:
    from verge_pulumi.resources.tags._taggable import Taggable


class TagAssignment(Resource, table="tag_members", unique=("tag", "on"), parent="on", since="26.0"):
    """A tag on an object: what an element of the argument `tags` of a `VirtualMachine` or `Network` makes.

    It is for objects that this program does not declare. An object of another stack can be tagged there only. The
    category of the tag has to allow the kind of object (`taggable_vms` and so on). VergeOS 26.0 and later.
    """

    importing = Importing(module="tag_assignments")  # it refers to objects of all areas, and these to tags

    tag: Ref[Tag] = ref(replaces=True)
    """The tag."""

    on: Ref["Taggable"] = path_ref(  # noqa: UP037 imported when it is used
        column="member", replaces=True, role="tagged", declared_in="verge_pulumi.resources"
    )
    """The object that has it; also a path such as ``"nodes/1"`` to a row of any table that categories name by
    `taggable_…`."""


class TagAssignmentProvider(RowProvider[TagAssignment]):
    """What is special about the life of an assignment."""

    touched = (touch("tag_categories", at=("create",)),)

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """Rows of some tables can have tags."""
        table = _table_of(inputs)
        if table and not flag_of(table):
            yield f"on: rows of {table} cannot have tags"

    def make(self, inputs: Inputs, values: Mapping[str, Any]) -> str:
        """Make it, unless it would be the second one of a category of which an object has one."""
        self._refuse_second(inputs)
        return super().make(inputs, values)

    def hint(self, error: ApiError, inputs: Mapping[str, Any]) -> str:
        """Tell why VergeOS does not permit it (docs/vergeos/tags.md §1)."""
        table = _table_of(inputs)
        if table and "operation not permitted" in error.text.lower():
            return f"The category of the tag has to say {flag_of(table)}=True."
        return super().hint(error, inputs)

    def _refuse_second(self, inputs: Inputs) -> None:
        """See that the object has no other tag of the category if that allows one only.

        No source says whether VergeOS refuses it or takes the first one off, which may be somebody's
        (docs/vergeos/tags.md §1).

        Raises:
            EngineError: It has one.
        """
        reader, tag, on = self.connection.reader, str(inputs["tag"]), str(inputs["on"])
        category = str(reader.known("tags", tag, "category"))
        if not reader.known("tag_categories", category, "single_tag_selection"):
            return
        fields = ("$key", "tag", "tag#category as category", "tag#name as name")
        for row in reader.find("tag_members", where("member", "eq", on), fields):
            if str(row.get("category")) == category and str(row["tag"]) != tag:
                raise EngineError(
                    f"{on} has the tag '{printable(str(row.get('name')))}' (tags/{row['tag']}) already, and may have "
                    "one tag of that category. Take that off in a run of its own, or give the tags names that stay: "
                    "tags={'environment': ...} replaces one by another"
                )


def _table_of(inputs: Mapping[str, Any]) -> str:
    on = inputs.get("on")
    return on.removeprefix("/v4/").rpartition("/")[0] if isinstance(on, str) else ""
