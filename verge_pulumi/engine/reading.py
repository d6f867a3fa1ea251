"""Reads that are shared: a refresh of many resources costs one list per table, not one request per resource."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from verge_pulumi.client import Filter, NotFound, Row, VergeClient, where
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership import marked_by
from verge_pulumi.engine.waiting import Clock

MAX_AGE = 30.0
"""Seconds for which a snapshot of rows is as good as a fresh read."""


@dataclass
class _Snapshot:
    """The rows of one stack in one table, at one moment."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    taken: float | None = None
    rows: dict[str, Row] = field(default_factory=dict)


class Reader:
    """Reads rows for all resources of a process."""

    def __init__(self, client: VergeClient, clock: Clock) -> None:
        self._client = client
        self._clock = clock
        self._snapshots: dict[tuple[str, tuple[str, ...], str], _Snapshot] = {}
        self._seen: dict[tuple[str, str], Row] = {}
        self._lock = threading.Lock()

    def fresh(self, table: str, key: str, fields: Sequence[str]) -> Row | None:
        """Read one row now, in one request.

        Returns:
            The row, or None where there is none.
        """
        try:
            row = self._client.table(table).get(key, fields=list(fields))
        except NotFound:
            return None
        self._seen[table, key] = row
        return row

    def shared(self, table: str, key: str, fields: tuple[str, ...], owner: str) -> Row | None:
        """Read one row out of a list of all rows of its stack, which is made once and serves them all.

        The rows of a stack carry its mark in their description, so the list holds what the stack has and nothing else.
        A row that is not in it (its mark was edited away, or it is gone) is read by itself.

        Args:
            table: The table.
            key: The row's key.
            fields: The projection, the same for all resources of a kind.
            owner: ``project/stack``, or "" for a row that carries no mark.

        Returns:
            The row, or None where there is none.
        """
        if not owner:
            return self.fresh(table, key, fields)
        with self._lock:
            snapshot = self._snapshots.setdefault((table, fields, owner), _Snapshot())
        with snapshot.lock:
            now = self._clock.now()
            if snapshot.taken is None or now - snapshot.taken > MAX_AGE:
                rows = self._client.table(table).iterate(
                    fields=list(fields), filter=where("description", "cs", marked_by(owner))
                )
                snapshot.rows = {str(row["$key"]): row for row in rows}
                snapshot.taken = now
            row = snapshot.rows.get(key)
        return row or self.fresh(table, key, fields)

    def find(self, table: str, condition: Filter, fields: Sequence[str]) -> list[Row]:
        """List the rows that meet a condition."""
        return self._client.table(table).list(fields=list(fields), filter=condition)

    def constant(self, table: str, key: str, column: str) -> Any:
        """Return a column that never changes in the life of a row, from whatever read of it there was.

        Raises:
            EngineError: There is no such row.
        """
        row = self._seen.get((table, key))
        if row is None or column not in row:
            row = self.fresh(table, key, ("$key", column))
        if row is None:
            raise EngineError(f"there is no row {key} in {table}")
        return row.get(column)

    def forget(self, table: str) -> None:
        """Drop what is known of a table's rows, after a write to it."""
        with self._lock:
            for known in [known for known in self._snapshots if known[0] == table]:
                del self._snapshots[known]
