"""Tags: one that is put on an object twice, that its category does not allow there, or of which there may be one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from verge_pulumi.checks.findings import Finding, Mistake
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.resources.tags.tag_assignment import TagAssignment
from verge_pulumi.resources.tags.tag_category import flag_of


class Tags:
    """The tags of one system and what has them."""

    def __init__(self) -> None:
        self._put: dict[tuple[Any, Any], Planned] = {}
        self._only: dict[tuple[Any, Planned], tuple[Planned, Planned]] = {}

    def __call__(self, planned: Planned) -> Iterator[Finding]:
        """Look at one more resource."""
        if not isinstance(planned.resource, TagAssignment):
            return
        tag, on = planned.known("tag"), planned.known("on")
        if tag is None or on is None:
            return
        other = self._put.setdefault((tag, on), planned)
        if other is not planned:
            yield Mistake(
                f"{_named(tag, 'the tag')} is already put on {_named(on, 'it')} by {other}", "Declare it once."
            )
        category = tag.known("category") if isinstance(tag, Planned) else None
        if isinstance(tag, Planned) and isinstance(category, Planned):
            yield from self._forbidden(category, on)
            yield from self._second(planned, tag, category, on)

    def _forbidden(self, category: Planned, on: Any) -> Iterator[Finding]:
        table = on.resource.declaration.table if isinstance(on, Planned) else str(on).rpartition("/")[0]
        flag = flag_of(table)
        if flag and category.said(flag, _unset(category)) is False:
            cause = f"{category} does not allow its tags on {_named(on, 'rows of that table')}"
            yield Mistake(cause, f"Set {flag}=True there.")

    def _second(self, planned: Planned, tag: Planned, category: Planned, on: Any) -> Iterator[Finding]:
        if category.said("single_tag_selection", _unset(category)) is not True:
            return
        first, by = self._only.setdefault((on, category), (tag, planned))
        if first is not tag:
            cause = f"{_named(on, 'the object')} has {first} by {by}, and {category} allows one of its tags"
            yield Mistake(cause, f"Choose that or {tag}.")


def _unset(category: Planned) -> bool | None:
    """Return what VergeOS makes of what the program does not say of a category; None if it may be there already."""
    return False if category.arguments.get("adopt") in (None, False) else None


def _named(what: Any, otherwise: str) -> str:
    if isinstance(what, Planned):
        return str(what)
    return what if isinstance(what, str) and "/" in what else otherwise
