"""Which rows the references of a plan mean, before the changes and after them.

A row has one name on both sides: the URN of the resource that manages it, or ``table/key`` where this plan has none. A
preview names a row that is yet to be made by its URN, and one that is there by its key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from verge_pulumi.engine.declaring.attributes import Reference
from verge_pulumi.review.kinds import declaration_of
from verge_pulumi.review.report.plan import Change
from verge_pulumi.review.values import UNKNOWN

UNNAMED = ""
"""What a reference means whose row the preview does not tell."""


class Places:
    """The rows that the resources of a plan are.

    Args:
        changes: All changes of one stack.
    """

    def __init__(self, changes: Sequence[Change]) -> None:
        self._urns = {_plain(change.old["location"]): change.urn for change in changes if change.old.get("location")}

    def before(self, change: Change, name: str, table: str = "") -> str:
        """Return what an attribute refers to in the state.

        Args:
            change: What happens to the resource.
            name: The attribute.
            table: The table of the row, where the attribute is a plain key.
        """
        path = _path_of(change, name, change.old.get(name), table)
        # Links are those of the side after, if there is one.
        lasts = not change.new or path == _path_of(change, name, change.new.get(name), table)
        return self._named(path) or (_linked(change, name, table) if lasts else "") or path

    def after(self, change: Change, name: str, table: str = "") -> str:
        """Return what it will refer to, likewise."""
        path = _path_of(change, name, change.new.get(name), table)
        return self._named(path) or _linked(change, name, table) or path

    def _named(self, path: str) -> str:
        return self._urns.get(path, "")


def _linked(change: Change, name: str, table: str) -> str:
    """Return the URN of what an attribute refers to; an output may depend on other resources too."""
    tables = _tables(change, name, table)
    return next((urn for urn in change.links.get(name, ()) if declaration_of(urn).table in tables), "")


def _path_of(change: Change, name: str, value: Any, table: str) -> str:
    """Return ``table/key`` for a value, `UNNAMED` where that is not known."""
    if value == UNKNOWN or isinstance(value, bool) or not isinstance(value, str | int | float):
        return UNNAMED
    # Pulumi makes floats of numbers.
    key = _plain(int(value) if isinstance(value, float) and value.is_integer() else value)
    attribute = change.declaration.inputs[name]
    if isinstance(attribute, Reference) and not attribute.as_path:
        table = next(iter(_tables(change, name, table)), "")
    return f"{table}/{key}" if table else key


def _tables(change: Change, name: str, table: str) -> Mapping[str, None]:
    attribute = change.declaration.inputs[name]
    if not isinstance(attribute, Reference):
        return {table: None}
    return dict.fromkeys(target.declaration.table for target in attribute.resolved())


def _plain(location: Any) -> str:
    return str(location).removeprefix("/v4/")
