"""One table of VergeOS: its rows, its schema, its actions, its files.

It is one file, since it is one class with a method for each request that VergeOS knows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, BinaryIO, Literal

from verge_pulumi.client.answer import Answer, Method, Request
from verge_pulumi.client.errors import BadAnswer, InvalidKey, InvalidQuery, NotFound, Outcome
from verge_pulumi.client.keys import Key, is_given_key, is_key
from verge_pulumi.client.limits import KiB
from verge_pulumi.client.query import Fields, Filter, Sort, fields_text, query_string, sort_text
from verge_pulumi.client.session import Session
from verge_pulumi.client.text import printable
from verge_pulumi.client.upload import Progress, send_chunks

Row = dict[str, Any]
"""A row as VergeOS sends it: column or alias to JSON value."""

EVERYTHING = "all,$key"
"""The fields read unless others are named: every column of the table itself, and the key, which ``all`` leaves out on
some tables. Without ``fields`` VergeOS answers with a short set that often lacks the parent
(docs/vergeos/README.md §5.1)."""

UPLOAD_CHUNK = 256 * KiB
"""Bytes that the vendor's clients send at once (docs/vergeos/README.md §11)."""

_API = "/api/v4"
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")

_Rows = list[Row]
_Response = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What VergeOS answers to a create (docs/vergeos/README.md §6.2). It never holds the row itself.

    Attributes:
        key: The ``$key`` of the new row, always as text.
        row: The ``$row``, or None.
        dbpath: Such as ``vms/42``.
        location: The row's path below ``/api``, such as ``/v4/vms/42``.
        response: What the table adds, such as the ``machine`` of a VM; it can hold a secret, so it is not in ``repr``.
    """

    key: str
    row: int | None = None
    dbpath: str = ""
    location: str = ""
    response: _Response = field(default_factory=dict, repr=False)


class Table:
    """A table, by its name in the API: ``client.table("vms")``. Keys and names are checked before anything is sent.

    Every method raises a `VergeError` whose ``outcome`` says whether the request was applied.
    """

    __slots__ = ("_session", "name")

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        self.name = _checked_name(name)

    def __repr__(self) -> str:
        return f"Table({self.name!r})"

    # Rows

    def list(
        self,
        *,
        fields: Fields = EVERYTHING,
        filter: Filter | None = None,
        sort: Sort | None = None,
        limit: int | None = None,
        offset: int | None = None,
    ) -> _Rows:
        """Return rows in one request.

        Names that do not exist are dropped from ``fields`` in silence. ``limit=0`` and no limit mean all rows.
        """
        for number in (limit, offset):
            if number is not None and number < 0:
                raise InvalidQuery("limit and offset cannot be negative")
        query = query_string(
            fields=fields_text(fields),
            filter=None if filter is None else str(filter),
            sort=None if sort is None else sort_text(sort),
            limit=limit,
            offset=offset,
        )
        return self._session.send(Request("GET", self._path, query), Answer.rows)

    def iterate(
        self,
        *,
        fields: Fields = EVERYTHING,
        filter: Filter | None = None,
        sort: Sort = "$key",
        page_size: int = 500,
    ) -> Iterator[Row]:
        """Yield rows page by page, each row once, holding one page at a time.

        There is no cursor (docs/vergeos/README.md §5): a row deleted meanwhile can hide another one from the following
        page.

        Raises:
            BadAnswer: A row without ``$key``, or a full page of rows that were all seen before: the offset is ignored.
        """
        if page_size < 1:
            raise InvalidQuery("a page needs at least one row")
        fields = f"{fields_text(fields)},$key"
        return self._pages(fields, filter, sort, page_size)

    def _pages(self, fields: str, filter: Filter | None, sort: Sort, page_size: int) -> Iterator[Row]:
        seen: set[str] = set()
        offset = 0
        while True:
            page = self.list(fields=fields, filter=filter, sort=sort, limit=page_size, offset=offset)
            known = len(seen)
            for row in page:
                if "$key" not in row:
                    raise self._bad_page("a row came without the $key that was asked for")
                key = str(row["$key"])
                if key not in seen:
                    seen.add(key)
                    yield row
            # A page longer than asked for comes from a server that ignores the limit: it holds everything.
            if len(page) != page_size:
                return
            if len(seen) == known:
                raise self._bad_page("a page repeated rows of earlier pages only")
            offset += page_size

    def _bad_page(self, reason: str) -> BadAnswer:
        return BadAnswer(reason, method="GET", path=self._path)

    def count(self, filter: Filter | None = None) -> int:
        """Return the number of rows. ``fields`` without a name answers ``{"$count": N}``.

        See docs/vergeos/README.md §5.
        """

        def number(answer: Answer) -> int:
            count = answer.object().get("$count")
            if not isinstance(count, int) or isinstance(count, bool) or count < 0:
                raise BadAnswer("the count is missing from the answer", **answer.request.not_applied())
            return count

        query = query_string(fields=",", filter=None if filter is None else str(filter))
        return self._session.send(Request("GET", self._path, query), number)

    def get(self, key: Key, *, fields: Fields = EVERYTHING) -> Row:
        """Return one row.

        Raises:
            NotFound: There is no such row, or no such table.
        """
        query = query_string(fields=fields_text(fields))
        return self._session.send(Request("GET", self._row(key), query), Answer.object)

    def create(self, values: Mapping[str, object]) -> Receipt:
        """Create a row. It is never sent again once its outcome is unknown: look for the row first.

        Raises:
            AlreadyExists: Another row has the values that must be unique.
            NotFound: A row that a value refers to does not exist.
            BadAnswer: With the outcome applied: the row exists, but the answer did not say under which key.
        """
        return self._session.send(self._write("POST", self._path, values), _receipt)

    def update(self, key: Key, values: Mapping[str, object]) -> None:
        """Change columns of a row. Columns that do not exist are dropped in silence: read the row back.

        Raises:
            InvalidQuery: There is nothing to change: an empty update can have side effects
                (docs/vergeos/quirks.md §W2).
        """
        if not values:
            raise InvalidQuery("an update without values", advice="Leave it out.", method="PUT", path=self._row(key))
        self._session.send(self._write("PUT", self._row(key), values, repeatable=True), Answer.value)

    def delete(self, key: Key) -> None:
        """Delete a row.

        Raises:
            NotFound: There was no such row. Not raised if an earlier attempt of this call may have deleted it.
        """
        try:
            self._session.send(Request("DELETE", self._row(key), repeatable=True), Answer.value)
        except NotFound as error:
            if error.outcome is not Outcome.UNKNOWN:
                raise

    def schema(self) -> Row:
        """Return the table's schema, ``<table>/$table``. Needs an administrator. See docs/vergeos/README.md §1.1."""
        return self._session.send(Request("GET", f"{self._path}/$table"), Answer.object)

    # Actions (docs/vergeos/README.md §6.5). They are never sent again once their outcome is unknown.

    def action(
        self,
        key: Key | None,
        name: str,
        params: Mapping[str, object] | None = None,
        *,
        table: str | None = None,
        column: str | None = None,
    ) -> _Response:
        """Do something to a row through the action table: ``vms.action(42, "poweron")``.

        Args:
            key: The row, or None for an action on no particular one.
            name: The action.
            params: Its parameters.
            table: The action table, if it is not ``<singular>_actions``.
            column: The column that names the row, if it is not ``<singular>``.

        Returns:
            The ``response`` of the answer; empty if there is none. Keys of rows in it are text.
        """
        singular = _singular(self.name)
        path = f"{_API}/{_checked_name(table or f'{singular}_actions')}"
        values: dict[str, object] = {} if key is None else {_checked_name(column or singular): _checked_key(key)}
        values["action"] = _checked_name(name)
        if params is not None:
            values["params"] = params
        return self._session.send(self._write("POST", path, values), _response)

    def action_in_path(
        self,
        key: Key | None,
        name: str,
        body: Mapping[str, object] | None = None,
        *,
        method: Literal["POST", "PUT"] = "POST",
    ) -> _Response:
        """Do what few tables offer as ``<table>/<key>/<action>``, or as ``<table>/<action>`` when the key is None."""
        path = f"{self._path if key is None else self._row(key)}/{_checked_name(name)}"
        return self._session.send(self._write(method, path, body), _response)

    def action_in_query(self, key: Key, name: str, body: Mapping[str, object] | None = None) -> _Response:
        """Do what few tables offer as ``PUT <table>/<key>?action=<action>``.

        Where a table does not know this form, it answers 200 and does nothing (docs/vergeos/quirks.md §W5).
        """
        query = query_string(action=_checked_name(name))
        return self._session.send(self._write("PUT", self._row(key), body, query=query), _response)

    # Files (docs/vergeos/README.md §11)

    def upload(
        self,
        key: Key,
        data: BinaryIO | bytes,
        *,
        chunk: int = UPLOAD_CHUNK,
        progress: Progress = lambda sent, total: None,
    ) -> int:
        """Fill the file of a row, several chunks at once; create the row first, with the size as ``allocated_bytes``.

        A chunk that failed on the way is sent again. After a failure the whole upload is to be repeated, over what is
        there: no source says how to see which chunks arrived.

        Args:
            key: The row in ``files``.
            data: The content, read from where the stream stands.
            chunk: Bytes in one request. No more than four of them are held in memory.
            progress: Called each time a chunk arrived, with the bytes sent so far and the bytes there are, or None if
                the stream cannot tell.

        Returns:
            The number of bytes sent.
        """
        if chunk < 1:
            raise InvalidQuery("a chunk needs at least one byte")
        path = self._row(key)
        source = BytesIO(data) if isinstance(data, bytes) else data

        def send(offset: int, block: bytes) -> None:
            headers = {"Content-Type": "application/octet-stream"}
            query = query_string(filepos=offset)
            self._session.send(Request("PUT", path, query, body=block, headers=headers, repeatable=True), Answer.value)

        return send_chunks(source, chunk, send, progress)

    def download(self, key: Key, *, name: str | None = None) -> Iterator[bytes]:
        """Return the content of a row's file, piece by piece, however long and however slow.

        Nothing is sent before the first piece is asked for.

        Args:
            key: The row in ``files`` or ``cloudinit_files``.
            name: The file name that VergeOS is to give the content.

        Raises:
            NoAnswer: It ended too early; what has been handed out by then is not the whole file.
        """
        if name is not None and not name.isprintable():
            raise InvalidQuery("the file name holds a control character")
        query = query_string(download=1, asname=name)
        return self._session.stream(Request("GET", self._row(key), query))

    @property
    def _path(self) -> str:
        return f"{_API}/{self.name}"

    def _row(self, key: Key) -> str:
        return f"{self._path}/{_checked_key(key)}"

    def _write(
        self,
        method: Method,
        path: str,
        values: Mapping[str, object] | None,
        *,
        query: str = "",
        repeatable: bool = False,
    ) -> Request:
        if values is None:
            return Request(method, path, query)
        try:
            body = json.dumps(values, allow_nan=False).encode()
        except (TypeError, ValueError, RecursionError) as error:
            reason = f"the values cannot be written as JSON: {printable(str(error))}"
            raise InvalidQuery(reason, method=method, path=path) from None
        headers = {"Content-Type": "application/json"}
        return Request(method, path, query, body=body, headers=headers, repeatable=repeatable)


def _receipt(answer: Answer) -> Receipt:
    value = answer.value()
    if not isinstance(value, dict):
        raise answer.unexpected(value, "a receipt")
    key, row, response = value.get("$key"), value.get("$row"), value.get("response")
    text = str(key) if isinstance(key, int | str) and not isinstance(key, bool) else ""
    if not is_given_key(text):
        # A 2xx with an object means that there is a row now (docs/vergeos/README.md §6.2), under a key that we do not
        # get to know.
        reason = f"the receipt has no usable $key ({printable(repr(key), 60)})"
        raise BadAnswer(reason, advice="Look for the new row.", **answer.request.applied())
    return Receipt(
        key=text,
        row=row if isinstance(row, int) else None,
        dbpath=_text(value.get("dbpath")),
        location=_text(value.get("location")),
        response=response if isinstance(response, dict) else {},
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _response(answer: Answer) -> _Response:
    """Return the ``response`` of an action's answer. Empty objects can arrive as ``[]`` (docs/vergeos/README.md §8)."""
    value = answer.value()
    if value and not isinstance(value, dict):
        raise answer.unexpected(value, "an object")
    response = value.get("response") if value else None
    return response if isinstance(response, dict) else {}


def _checked_key(key: Key) -> Key:
    """Return a key that is safe in a path."""
    if isinstance(key, bool) or not is_key(str(key)):
        raise InvalidKey(f'"{printable(str(key), 60)}" is not the key of a row')
    return key


def _checked_name(name: str) -> str:
    if not _NAME.match(name):
        raise InvalidQuery(f'"{printable(name, 60)}" is not the name of a table, a column or an action')
    return name


def _singular(table: str) -> str:
    """Return the word that names a table's actions: ``vms`` → ``vm``, ``catalog_repositories`` → ``…_repository``."""
    if table.endswith("ies"):
        return f"{table[:-3]}y"
    return table[:-1] if table.endswith("s") and not table.endswith(("ss", "us")) else table
