"""Assignments of tags to objects (docs/vergeos/tags.md §3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from verge_pulumi.simulator.behaviour.base import Behaviour
from verge_pulumi.simulator.errors import ApiError, refused
from verge_pulumi.simulator.relations import Row, reference


class TagMembers(Behaviour):
    """The table `tag_members`. That a row is deleted with the object that it is on is our assumption."""

    owners: ClassVar[frozenset[str]] = frozenset({"member"})

    def before_create(self, row: Row) -> None:
        """Refuse what the category of the tag does not allow, and what is there already.

        No source says what becomes of a second tag of a category of which an object has one: here it is refused, in
        our own words.
        """
        store = self.backend.store
        tag = store.get("tags", row["tag"])
        category = store.get("tag_categories", tag["category"]) if tag else None
        target = reference(self.backend.relations[self.table].columns["member"], row["member"])
        if tag is None or category is None or target is None:
            return  # added by hand, without a check of references
        if not category.get(f"taggable_{target[0]}"):
            raise refused("Operation not permitted")
        there = list(self._on(target))
        if tag in there:
            raise ApiError(409 if self.backend.release.since("26.1.4") else 422, "Tag member is already assigned")
        if category["single_tag_selection"] and any(each["category"] == category["$key"] for each in there):
            raise refused("Only one tag of this category can be assigned")

    def _on(self, target: tuple[str, int | str]) -> Iterator[Row]:
        """Yield the tags that an object has."""
        for row in self.backend.store.children(self.table, "member", target):
            tag = self.backend.store.get("tags", row["tag"])
            if tag is not None:
                yield tag
