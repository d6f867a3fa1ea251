"""Lists of the rows of a table that serve many calls: each is asked for once, and again when it is too old."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence

from verge_pulumi.client import Row, VergeClient, where
from verge_pulumi.engine.reading.waiting import Clock

PAGE = 2000
"""Rows of one page of a list; a page of virtual machines is about 3 MB."""


class _Listed:
    """Some rows of one table, at one moment."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.taken: float | None = None
        self.rows: dict[str, Row] = {}


class SharedLists:
    """Lists of rows, which the calls of a process share.

    Args:
        client: The client.
        clock: The time.
        most: Seconds for which a list is as good as a new one.

    Attributes:
        taken: When the last list was taken; None if none was.
    """

    def __init__(self, client: VergeClient, clock: Clock, most: float) -> None:
        self._client = client
        self._clock = clock
        self._most = most
        self._lists: dict[tuple[str, tuple[str, ...], str], _Listed] = {}
        self._lock = threading.Lock()
        self.taken: float | None = None

    def rows(self, table: str, fields: tuple[str, ...], marks: str) -> Mapping[str, Row]:
        """Return the rows of a table, by key.

        Args:
            table: The table.
            fields: The projection.
            marks: How the marks begin that the rows bear; "" for all rows.
        """
        with self._lock:
            listed = self._lists.setdefault((table, fields, marks), _Listed())
        with listed.lock:
            now = self._clock.now()
            if listed.taken is None or now - listed.taken > self._most:
                marked = where("description", "cs", marks) if marks else None
                rows = self._client.table(table).iterate(fields=list(fields), filter=marked, page_size=PAGE)
                listed.rows = by_key(rows, fields)
                listed.taken = self.taken = now
            return listed.rows

    def forget(self, table: str) -> None:
        """Drop the lists of a table, after a write to it."""
        with self._lock:
            for known in [known for known in self._lists if known[0] == table]:
                del self._lists[known]


def by_key(rows: Iterable[Row], fields: Sequence[str]) -> dict[str, Row]:
    """Return the rows of a list by key, without those that may be listed, but not read."""
    return {str(row["$key"]): row for row in rows if is_read(row, fields)}


def is_read(row: Row, fields: Sequence[str]) -> bool:
    """Say whether a row of a list shows these fields; one that may be listed, but not read, shows a name at most."""
    naming = {"$key", "name"}
    return bool(row.keys() - naming) or set(fields) <= naming
