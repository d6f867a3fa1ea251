"""Take the marks off rows, each only if the row still is the one that the state means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from verge_pulumi.client import NotFound, VergeError
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.home import Home
from verge_pulumi.engine.ownership.mark import Mark, token_in, without_mark
from verge_pulumi.review.escaping import text
from verge_pulumi.review.output import error_text
from verge_pulumi.review.stacks import Entry
from verge_pulumi.review.systems import connect, settings_of


def unmark(entries: Iterable[Entry]) -> Iterator[str]:
    """Take the mark off each row that bears that of its entry; another one's, or none, is left as it is.

    Yields:
        One line for each row that is not as expected. It begins with "Unable" where the mark may still be there.

    Raises:
        EngineError: The settings of a provider are incomplete.
    """
    placed = [(entry, settings_of(entry.provider)) for entry in entries if _may_be_marked(entry)]
    connections = {settings: connect(settings) for settings in {its for _, its in placed}}
    try:
        for entry, settings in placed:
            for table, key in entry.rows:
                try:
                    if line := _unmark_row(connections[settings], entry, table, key):
                        yield line
                except (EngineError, VergeError) as error:
                    yield f"Unable to take the mark off {entry.title} ({table}/{text(key)}): {error_text(error)}"
    finally:
        for connection in connections.values():
            connection.client.close()


def _may_be_marked(entry: Entry) -> bool:
    """Say whether rows of an entry can bear marks: its own, or those of which it consists."""
    try:
        declaration = entry.declaration
    except EngineError:
        return True  # which is told where its row is looked for
    return declaration.markable or bool(declaration.roles.said("keys", entry.outputs))


def _unmark_row(connection: Connection, entry: Entry, table: str, key: str) -> str:
    """Take the mark off one row; return what there is to tell."""
    Home(connection).guard(dict(entry.outputs))
    rows = connection.client.table(table)
    what = f"{entry.title} ({table}/{text(key)})"
    try:
        row = rows.get(key, fields=["$key", "description"])
    except NotFound:
        return f"{what} is not there any more"
    mark = Mark.of(row.get("description"))
    if mark is None:
        return ""
    if mark.token != token_in(entry.outputs):
        return f"{what} bears the mark of {text(mark.holder)} by now, and keeps it"
    rows.update(key, {"description": without_mark(row["description"])})
    return ""
