"""A provider as one writes it first: a GET for each row after each write, on refresh and in each poll."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from verge_pulumi.client import NotFound, Row
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.within import Within
from verge_pulumi.engine.reading.reader import Reader


def install() -> None:
    """Make every reader of this process a naive one."""

    def fresh(self: Reader, table: str, key: str, fields: Sequence[str]) -> Row | None:
        try:
            return self._client.table(table).get(key, fields=list(fields))
        except NotFound:
            return None

    def shared(self: Reader, table: str, key: str, fields: tuple[str, ...], owner: str) -> Row | None:
        return fresh(self, table, key, fields)

    def known(self: Reader, table: str, key: str, column: str) -> Any:
        if column == "description":
            return None  # it does not ask whose row it is
        row = fresh(self, table, key, ("$key", column))
        if row is None:
            raise EngineError(f"there is no row {key} in {table}")
        return row[column]

    def seen(self: Reader, table: str, key: str, columns: Sequence[str]) -> Row:
        return {}  # these are for whoever asks whose a row is

    for method in (fresh, shared, known, seen):
        setattr(Reader, method.__name__, method)
    setattr(Within, "refuse", lambda *_: None)  # noqa: B010  as for those above, a method is replaced
