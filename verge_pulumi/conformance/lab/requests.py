"""Requests to a test system that change nothing but what the lab itself made."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from verge_pulumi.catalogue.model import Column, Table, Type
from verge_pulumi.client import Outcome, Row, VergeClient, VergeError
from verge_pulumi.client.answer import Method, Request
from verge_pulumi.client.query import query_string
from verge_pulumi.conformance.lab.reading import Reads
from verge_pulumi.conformance.lab.reply import Reply, Surprise, without_keys
from verge_pulumi.conformance.lab.subjects import AUTHORITY, AUTHORITY_NAME

NOWHERE = "999999999"
"""A key that no row has."""

Sent = Mapping[str, Any] | bytes | None


@dataclass(frozen=True)
class Made:
    """A row that the lab made, or that VergeOS made with one.

    Attributes:
        table: Its table.
        key: Its key.
        values: What was sent for it.
    """

    table: str
    key: str
    values: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def path(self) -> str:
        """The row as polymorphic references name it, such as ``vms/42``."""
        return f"{self.table}/{self.key}"


class NotOurs(Exception):
    """A check wanted to write to what the lab did not make. Nothing was sent."""


class Requests(Reads):
    """Requests of a lab.

    A write is sent only if it concerns a row that the lab made (or none at all), or makes one that bears the prefix or
    belongs to one that the lab made. What is made is noted, so that it can be removed.

    Args:
        client: The way to the system.
        tables: The tables of its release as the catalogue has them.
        prefix: How the names of all rows begin.
        before_write: Called before each write; it raises if that must not be sent.

    Attributes:
        tables: The tables of the release.
        prefix: How the names of all rows begin.
        made: The rows that were made, in order.
    """

    def __init__(
        self, client: VergeClient, tables: Mapping[str, Table], prefix: str, before_write: Callable[[], None]
    ) -> None:
        super().__init__(client)
        self.tables = tables
        self.prefix = prefix
        self.made: list[Made] = []
        self._before_write = before_write
        self._ours: set[tuple[str, str]] = set()
        self._unanswered: list[tuple[str, Mapping[str, Any]]] = []
        self._machines: dict[Made, int] = {}

    def read(self, made: Made, fields: str = "") -> Row:
        """Return a row, by default with all columns that the catalogue has and VergeOS answers.

        Raises:
            Surprise: It cannot be read.
        """
        everything = ",".join(("$key", *readable(self.tables[made.table])))
        row = self.get(made.path, fields=fields or everything).answered(200).value
        if not isinstance(row, dict):
            raise Surprise(f"GET {made.table}/<key> answered no object")
        return row

    # Writes

    def post(self, table: str, values: Mapping[str, Any]) -> Reply:
        """Create a row; note it if that was accepted."""
        if not self._concerns_ours(table, values):
            raise NotOurs(f"POST {table} without the prefix")
        with self._making(table, values):
            reply = self._send("POST", table, values)
        value = reply.value
        if reply.status < 300:
            if isinstance(value, dict) and value.get("$key"):
                self.note(Made(table, str(value["$key"]), values))
            else:
                self._unanswered.append((table, values))
        return reply

    def make(self, table: str, values: Mapping[str, Any]) -> Made:
        """Create a row and return it.

        Raises:
            Surprise: It was refused, or the answer is no receipt.
        """
        before = len(self.made)
        self.post(table, values).answered(201)
        if len(self.made) == before:
            raise Surprise(f"POST {table} answered no receipt with a $key")
        return self.made[-1]

    def put(self, made: Made, values: Mapping[str, Any], **query: str) -> Reply:
        """Change a row of the lab."""
        return self._write("PUT", made, made.path, values, query)

    def delete(self, made: Made) -> Reply:
        """Delete a row of the lab; it needs not be removed any more when it is gone."""
        reply = self._write("DELETE", made, made.path)
        if reply.status in (200, 404):
            self.gone(made)
        return reply

    def gone(self, made: Made) -> None:
        """Note that a row is gone, with what belongs to it: their keys may be given to rows of others from now on."""
        went = {made}
        for each in self.made:  # what belongs to a row was made after it
            if self.owner(each) in went:
                went.add(each)
        self.made = [each for each in self.made if each not in went]
        self._ours -= {(each.table, each.key) for each in went}

    def owner(self, made: Made) -> Made | None:
        """Return the row of the lab that a row belongs to, with which VergeOS deletes it; None if there is none."""
        column = self.tables[made.table].column(self.tables[made.table].parent or "owner")
        if column is None or column.name not in made.values:
            return None
        table, key = self._target(column, made.values[column.name])
        if table == "machines":
            return next((vm for vm, machine in self._machines.items() if str(machine) == key), None)
        return Made(table, key)

    def act(self, made: Made, action: str, **params: Any) -> Reply:
        """Do something to a row of the lab through the action table."""
        table = self.tables[made.table]
        values = {table.acted_on or str(table.singular): key_of(made), "action": action, "params": params}
        self._unanswered.append((made.table, params))  # no action says for sure which row it made
        return self._write("POST", made, f"{table.singular}_actions", values)

    def act_in_path(self, method: Method, made: Made, action: str) -> Reply:
        """Do something to a row of the lab through its path."""
        return self._write(method, made, f"{made.path}/{action}", {})

    def upload(self, made: Made, position: int, data: bytes) -> Reply:
        """Send a part of the content of a file of the lab."""
        return self._write("PUT", made, made.path, data, {"filepos": str(position)})

    def named(self, table: str, key: str, name: str) -> Made:
        """Return a row that an action of the lab made, and note it.

        Raises:
            Surprise: The row has another name than it was to get: it is not the lab's.
        """
        made = Made(table, key, {"name": name})
        if self.read(made, "name").get("name") != name:
            raise Surprise(f"the key that was answered leads to another row of {table}")
        return self.note(made)

    @contextmanager
    def _making(self, table: str, values: Mapping[str, Any]) -> Iterator[None]:
        """Remember what may have been made where nobody says so: the answer is lost, or the lab is interrupted."""
        try:
            yield
        except BaseException as error:
            if not isinstance(error, VergeError) or error.outcome is not Outcome.NOT_APPLIED:
                self._unanswered.append((table, values))
            raise

    def may_have_made(self, table: str, row: Row) -> bool:
        """Say whether a row is one that the lab asked for and got no answer: each name that it was to bear is there.

        Others may write of the lab's objects, so it is not enough that a row bears the prefix.
        """
        for asked, values in self._unanswered:
            names = {name: text for name, text in values.items() if isinstance(text, str) and bears(text, self.prefix)}
            if asked == table and names and all(str(row.get(name)) == text for name, text in names.items()):
                return True
        return False

    def note(self, made: Made) -> Made:
        """Note a row that the lab made, to be removed at the end."""
        self.made.append(made)
        self._ours.add((made.table, made.key))
        return made

    def machine(self, made: Made) -> int:
        """Return the key of the machine of a VM or a network of the lab.

        Raises:
            Surprise: It has none.
        """
        if made not in self._machines:
            key = self.read(made, "machine").get("machine")
            if not isinstance(key, int):
                raise Surprise(f"{made.table}.machine is no key")
            self._machines[made] = key
            self._ours.add(("machines", str(key)))
        return self._machines[made]

    def identity(self, made: Made) -> int:
        """Return the identity of a user or a group of the lab, by which permissions name it.

        Raises:
            Surprise: It has none.
        """
        key = self.read(made, "identity").get("identity")
        if not str(key).isdecimal():
            raise Surprise(f"{made.table}.identity is no key")
        self._ours.add(("sys/identities", str(key)))
        return int(str(key))

    def all_gone(self, rows: Iterable[Made]) -> None:
        """See that rows of the lab went with another one.

        Raises:
            Surprise: Some are still there.
        """
        left = []
        for made in rows:
            if self.get(made.path, fields="$key").status == 404:
                self.gone(made)
            else:
                left.append(made.table)
        if left:
            raise Surprise(f"still there: {', '.join(left)}")

    # What is sent

    def _write(
        self, method: Method, made: Made, path: str, sent: Sent = None, query: Mapping[str, str] | None = None
    ) -> Reply:
        if made.key != NOWHERE and (made.table, made.key) not in self._ours:
            raise NotOurs(f"{method} {made.path}, which the lab did not make")
        return self._send(method, path, sent, query_string(**query or {}))

    def _send(self, method: Method, path: str, sent: Sent = None, query: str = "") -> Reply:
        self._before_write()
        body = sent if isinstance(sent, bytes) else None if sent is None else json.dumps(sent).encode()
        kind = "application/octet-stream" if isinstance(sent, bytes) else "application/json"
        headers = {} if sent is None else {"Content-Type": kind}
        again = method in ("PUT", "DELETE")
        request = Request(method, f"/api/v4/{path}", query, body=body, headers=headers, repeatable=again)
        action = f" {sent['action']}" if isinstance(sent, Mapping) and path.endswith("_actions") else ""
        return Reply.of(f"{method} {without_keys(path)}{action}", self._client.exchange(request))

    def _concerns_ours(self, table: str, values: Mapping[str, Any]) -> bool:
        """Say whether a row bears the prefix, or belongs to what the lab made."""
        for name, value in values.items():
            column = self.tables[table].column(name)
            if isinstance(value, str) and bears(value, self.prefix):
                return True
            if column is not None and self._target(column, value) in self._ours:
                return True
        return False

    @staticmethod
    def _target(column: Column, value: object) -> tuple[str, str]:
        if column.type is Type.ANY_REF:
            table, _, key = str(value).removeprefix("/v4/").rpartition("/")
            return table, key
        return column.target or "", str(value)


def bears(text: str, prefix: str) -> bool:
    """Say whether a text is, or holds, a name of a lab or the authority that all labs add."""
    named = re.search(rf"(?<![a-z0-9]){re.escape(prefix)}(?:[-.]|\Z)", text.lower())
    return named is not None or AUTHORITY in text or AUTHORITY_NAME in text


def readable(table: Table) -> list[str]:
    """Return the columns that VergeOS answers by itself; what it answers only when named may be a secret."""
    return [column.name for column in table.columns if not column.secret and not column.hidden]


def key_of(made: Made) -> int | str:
    """Return the key of a row as a reference names it."""
    return int(made.key) if made.key.isdecimal() and len(made.key) < 19 else made.key
