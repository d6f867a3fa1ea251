"""Rows of which a network has one, created with their first child (docs/vergeos/networks.md §10, §11)."""

from __future__ import annotations

import threading
from typing import Any

import pulumi

from verge_pulumi.client import AlreadyExists, Outcome, VergeError, where
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.lives import PerNetwork
from verge_pulumi.engine.lifecycle.looking import appeared


def row_of(connection: Connection, table: str, network: str, **settings: Any) -> int:
    """Return the key of a network's row in a table; it is asked for, or made, once in a run.

    Args:
        connection: Where to.
        table: The table.
        network: Key of the network.
        settings: The columns of a row that has to be made, in addition to the network's.

    Raises:
        VergeError: It cannot be asked for, or made.
    """
    row = connection.shared(_Row, table, network)
    with connection.reader.gathering.idle():
        row.lock.acquire()
    try:
        if row.key is None:
            row.key = int(_find_or_make(connection, table, {"vnet": int(network), **settings}))
        return row.key
    finally:
        row.lock.release()


def lacks_row(connection: Connection, shared: PerNetwork | None, network: Any) -> bool:
    """Say whether a network is known, and has not yet the row that others share."""
    if shared is None or network is None or pulumi.contains_unknowns(network):
        return False
    return not connection.reader.find(shared.table, where("vnet", "eq", int(network)), ("$key",))


class _Row:
    """One network's row in one table; only those who want this very row wait for who asks for it."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.key: int | None = None


def _find_or_make(connection: Connection, table: str, columns: dict[str, Any]) -> str:
    def find() -> str | None:
        rows = connection.reader.find(table, where("vnet", "eq", columns["vnet"]), ("$key", "vnet"))
        return str(rows[0]["$key"]) if rows else None

    def make() -> str:
        return connection.client.table(table).create(columns).key

    if key := find():
        return key
    try:
        return make()
    except VergeError as error:
        if error.outcome is Outcome.NOT_APPLIED and not isinstance(error, AlreadyExists):
            raise
        failure = error
    # Another process was faster, or the answer was lost; it may take a moment to show.
    if key := appeared(find, connection.clock):
        return key
    if failure.outcome is not Outcome.UNKNOWN:
        raise failure
    connection.see_system()
    return make()
