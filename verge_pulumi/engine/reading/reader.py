"""Reads that are shared: a refresh of many resources costs one list per table, not one request per resource."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from verge_pulumi.client import Filter, NotFound, Row, Table, VergeClient, VergeError, any_of, as_key, select
from verge_pulumi.engine.errors import gone
from verge_pulumi.engine.reading.batching import Gathering
from verge_pulumi.engine.reading.lists import SharedLists, by_key
from verge_pulumi.engine.reading.scarcity import Scarcity
from verge_pulumi.engine.reading.waiting import Clock

MAX_AGE = 30.0
"""Seconds for which a snapshot of rows is as good as a fresh read."""

MAX_AGE_OF_RUN = 300.0
"""Seconds for which a list tells which rows bear a mark of whatever stack. Each deletion asks, and few stacks put rows
within those of another one in the minutes in which it deletes them."""


MOST_KEYS = 100
"""Rows asked for by one list; a filter that names them travels in the URL."""


class Place(NamedTuple):
    """Where a row is listed in addition to its own table: a drive under ``drives`` of its machine.

    Attributes:
        table: The table of the row that lists it.
        key: That row's key.
        name: Under which name.
    """

    table: str
    key: str
    name: str


class _Want(NamedTuple):
    """One row that a call wants to read."""

    table: str
    key: str
    fields: tuple[str, ...]
    reserved: bool = False
    """Whether the read may come out of the reserve of the hour's requests; it waits for none that may not."""
    writes: int = 0
    """How many writes to the table the answer has to be later than."""


class Reader:
    """Reads rows for all resources of a process.

    Attributes:
        scarcity: Whether requests are scarce.
        gathering: Gathers the reads of parallel calls.
        of_run: Lists that serve a whole run. What this process writes meanwhile makes no other ones, so a row in one
            may be gone or have changed: whoever acts on it reads it first.
    """

    def __init__(self, client: VergeClient, clock: Clock, *, pause: float = 0.0, expected: int = 1) -> None:
        self._client = client
        self._clock = clock
        self.scarcity = Scarcity(client.budget)
        self.gathering = Gathering(self._answer, pause=pause, expected=expected, scarcity=self.scarcity)
        self._lists = SharedLists(client, clock, MAX_AGE)
        self.of_run = SharedLists(client, clock, MAX_AGE_OF_RUN)
        self._seen: dict[tuple[str, str], Row] = {}
        self._places: dict[tuple[str, str], Place] = {}
        self._writes: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._confirmed: float | None = None

    def fresh(self, table: str, key: str, fields: Sequence[str], *, can_wait: bool = False) -> Row | None:
        """Read one row now, in one request with what other calls want to read at this moment.

        Args:
            table: The table.
            key: The row's key.
            fields: The projection.
            can_wait: Whether to save requests rather than time, and to be content with what is being read already.

        Returns:
            The row, or None where there is none.
        """
        want = _Want(table, key, tuple(fields), self._client.budget.is_reserved, self._writes[table])
        return self.gathering.ask(want, can_wait=can_wait)

    def place(self, table: str, key: str, place: Place) -> None:
        """Note where a row is listed, so that it can be read together with rows of other tables."""
        self._places[table, key] = place

    def shared(self, table: str, key: str, fields: tuple[str, ...], marks: str) -> Row | None:
        """Read one row out of a list of all rows of its stack, which is made once and serves them all.

        The rows of a stack carry its mark in their description, so the list holds what the stack has and nothing else.
        A row that is not in it (its mark was edited away, or it is gone) is read by itself.

        Args:
            table: The table.
            key: The row's key.
            fields: The projection, the same for all resources of a kind.
            marks: How the marks of the stack's rows begin, or "" for a row that bears none.

        Returns:
            The row, or None where there is none.
        """
        row = self.listed(table, fields, marks).get(key) if marks else None
        return row or self.fresh(table, key, fields, can_wait=True)

    def listed(self, table: str, fields: tuple[str, ...], marks: str) -> Mapping[str, Row]:
        """Return all rows with marks that begin in one way, by key, out of the list that serves `shared`.

        Of a table whose rows bear no marks, ``marks`` is "" and the list is the whole table.
        """
        return self._lists.rows(table, fields, marks)

    def find(self, table: str, condition: Filter | None, fields: Sequence[str]) -> list[Row]:
        """List the rows that meet a condition, all of them if it is None."""
        return self._client.table(table).list(fields=list(fields), filter=condition)

    def known(self, table: str, key: str, column: str) -> Any:
        """Return a column as this process last read it, and read it only if it has not.

        It is meant for what never changes in the life of a row, and for what nobody changes while one run lasts.

        Raises:
            EngineError: There is no such row.
        """
        return self.seen(table, key, (column,)).get(column)

    def seen(self, table: str, key: str, columns: Sequence[str]) -> Row:
        """Return a row with these columns as this process last read them, and read it only if it has not.

        Raises:
            EngineError: There is no such row.
        """
        row = self._seen.get((table, key))
        if row is None or not row.keys() >= set(columns):
            row = self.fresh(table, key, ("$key", *columns), can_wait=True)
        if row is None:
            raise gone(table, key)
        return row

    def system(self) -> Row:
        """Read what identifies the system, now."""
        row = self._client.system()
        self._confirmed = self._clock.now()
        return row

    def _answer(self, wants: Sequence[_Want]) -> dict[_Want, Row | Exception | None]:
        """Read the rows that calls want; out of the reserve if any of them may, so that none of these waits."""
        budget = self._client.budget
        with budget.reserved(reads=True) if any(want.reserved for want in wants) else contextlib.nullcontext():
            return self._read(wants)

    def _read(self, wants: Sequence[_Want]) -> dict[_Want, Row | Exception | None]:
        """Read the rows that calls want: those of one table by one list, and those of one parent's by one too.

        What one list fails for is the answer to those who wanted it, and not to the others.
        """
        answers: dict[_Want, Row | Exception | None] = dict(self._listed(wants))
        groups: dict[tuple[str, tuple[str, ...]], list[_Want]] = {}
        for want in wants:
            if want not in answers:
                groups.setdefault((want.table, want.fields), []).append(want)
        for (table, fields), group in groups.items():
            for start in range(0, len(group), MOST_KEYS):
                some = group[start : start + MOST_KEYS]
                try:
                    rows = _rows(self._client.table(table), fields, list(dict.fromkeys(want.key for want in some)))
                except VergeError as error:
                    answers |= dict.fromkeys(some, error)
                    continue
                for want in some:
                    answers[want] = rows.get(want.key) or self._missing(want, alone=len(some) == 1)
        for want, row in answers.items():
            if isinstance(row, dict):
                place = (want.table, want.key)
                self._seen[place] = self._seen.get(place, {}) | row
        return answers

    def _missing(self, want: _Want, *, alone: bool) -> Row | Exception | None:
        """Return a row that a request did not answer with, or why it is neither there nor gone.

        A list leaves out what its reader may not see, as if it were not there; asked for it by itself, VergeOS says so
        (docs/vergeos/access.md §6).
        """
        try:
            row = None if alone else _rows(self._client.table(want.table), want.fields, [want.key]).get(want.key)
            if row is None:
                self._confirm()
        except VergeError as error:
            return error
        return row

    def _listed(self, wants: Sequence[_Want]) -> dict[_Want, Row]:
        """Read rows of different tables that one table lists (docs/vergeos/README.md §5.1, sub-selections).

        What it does not list is not taken for gone; it is then read by itself.
        """
        listing: dict[str, dict[_Want, Place]] = {}
        for want in wants:
            place = self._places.get((want.table, want.key))
            if place:
                listing.setdefault(place.table, {})[want] = place
        found: dict[_Want, Row] = {}
        for table, places in listing.items():
            names: dict[str, dict[str, None]] = {}
            for want, place in places.items():
                names.setdefault(place.name, {}).update(dict.fromkeys(want.fields))
            if len(names) < 2:
                continue  # a list of their own table does as well
            fields = ["$key", *(select(name, tuple(own)) for name, own in names.items())]
            keys = list(dict.fromkeys(place.key for place in places.values()))
            for start in range(0, len(keys), MOST_KEYS):
                try:
                    parents = _rows(self._client.table(table), tuple(fields), keys[start : start + MOST_KEYS])
                except VergeError:
                    continue  # what is wrong shows when they are read by themselves
                for want, place in places.items():
                    for row in parents.get(place.key, {}).get(place.name) or []:
                        if str(row.get("$key")) == want.key:
                            found[want] = row
        return found

    def _confirm(self) -> None:
        """See that the API still answers, before a 404 is taken for a row that is gone.

        Another product behind the address, or VergeOS before 4.12.4 to an expired token (docs/vergeos/README.md §2),
        answers 404 to everything, and all objects would seem to be deleted.

        Raises:
            VergeError: It does not answer; the row is neither there nor gone.
        """
        answered = [when for when in (self._confirmed, self._lists.taken, self.of_run.taken) if when is not None]
        if not answered or self._clock.now() - max(answered) > MAX_AGE:
            self.system()

    def forget(self, table: str) -> None:
        """Drop what is known of a table's rows, after a write to it."""
        with self._lock:
            self._writes[table] += 1
        self._lists.forget(table)


def _rows(table: Table, fields: tuple[str, ...], keys: list[str]) -> dict[str, Row]:
    if len(keys) > 1:
        return by_key(table.list(fields=list(fields), filter=any_of("$key", map(as_key, keys))), fields)
    try:
        return {keys[0]: table.get(keys[0], fields=list(fields))}
    except NotFound:
        return {}
