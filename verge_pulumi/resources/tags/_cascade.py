"""What would be deleted along with a tag or a category, and the leave to delete it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from verge_pulumi.client import Row, any_of, as_key, printable, where
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.fencing import this_stack

SHOWN = 5
"""Rows that an error names; it counts the others."""

KEYS = 100
"""Tags whose assignments are asked for by one list; a filter that names them travels in the URL."""

WAY_OUT = (
    "Take them off there, or to allow it set allow_cascade=True and run 'pulumi up' before this change; to rule it out "
    "use Pulumi's option protect"
)


def of_tag(connection: Connection, key: str, state: Mapping[str, Any]) -> str:
    """Return what of others would be deleted along with a tag; "" if nothing, or if the state allows it.

    Args:
        connection: Where to.
        key: The tag.
        state: The outputs of the tag in the state.
    """
    if state.get("allow_cascade"):
        return ""
    members = connection.reader.find("tag_members", where("tag", "eq", as_key(key)), ("$key", "member"))
    return _loss(connection, state, [], members)


def of_category(connection: Connection, key: str, state: Mapping[str, Any]) -> str:
    """Return what of others would be deleted along with a category; "" if nothing, or if the state allows it.

    Args:
        connection: Where to.
        key: The category.
        state: The outputs of the category in the state.
    """
    if state.get("allow_cascade"):
        return ""
    tags = connection.reader.find("tags", where("category", "eq", as_key(key)), ("$key", "name"))
    keys = [as_key(str(tag["$key"])) for tag in tags]
    members = [
        row
        for start in range(0, len(keys), KEYS)
        for row in connection.reader.find("tag_members", any_of("tag", keys[start : start + KEYS]), ("$key", "member"))
    ]
    return _loss(connection, state, tags, members)


def forbid(loss: str) -> None:
    """Refuse a deletion that takes along what others manage.

    Raises:
        EngineError: It would.
    """
    if loss:
        raise EngineError(loss)


def _loss(connection: Connection, state: Mapping[str, Any], tags: Iterable[Row], members: Iterable[Row]) -> str:
    evidence, stack = connection.evidence, this_stack(state)

    def theirs(table: str, rows: Iterable[Row]) -> list[Row]:
        places = [((table, str(row["$key"])), row) for row in rows]
        return [row for place, row in places if place not in evidence.claims and not evidence.held_at(place, stack)]

    left, put = theirs("tags", tags), theirs("tag_members", members)
    if left or put:
        evidence.states.of(stack, now=True)  # another provider of this run may have made some since
        left, put = theirs("tags", left), theirs("tag_members", put)
    parts = []
    if left:
        names = [f"tag '{printable(str(row['name']))}' (tags/{row['$key']})" for row in left]
        parts.append(f"delete {_listed(names)}")
    if put:
        parts.append(f"untag {_listed([printable(str(row['member']).removeprefix('/v4/')) for row in put])}")
    if not parts:
        return ""
    return f"this would {' and '.join(parts)}, which this stack does not manage. {WAY_OUT}"


def _listed(names: list[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
