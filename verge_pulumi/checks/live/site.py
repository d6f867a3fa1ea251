"""One VergeOS as a run of a program meets it: each table is listed once, when a check first wants it."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, TypeVar

import pulumi

from verge_pulumi.checks.live.lists import listed
from verge_pulumi.client import (
    BadAnswer,
    BadRequest,
    InvalidKey,
    NotFound,
    NotPermitted,
    PermissionDenied,
    Refused,
    RetryPolicy,
    Row,
    Table,
    VergeError,
)
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.connecting.provider import settings_of
from verge_pulumi.engine.errors import EngineError, sentence, shown
from verge_pulumi.engine.ownership.evidence import Evidence
from verge_pulumi.engine.ownership.journal import Journal

T = TypeVar("T")

PATIENCE = 10.0
"""Seconds that one request may take; who waits for a preview rather does without a check."""

PATIENCE_IN_ALL = 60.0
"""Seconds that the requests of a run may take together."""

OF_ONE_TABLE = (BadAnswer, BadRequest, NotFound, NotPermitted, PermissionDenied, Refused)
"""What goes wrong with one table alone; of anything else the next table would meet the same."""


class NotAsked(Exception):
    """What a check wanted to know is not known; why has been said."""


def tell(text: str, *, warning: bool = True) -> None:
    """Tell a person what the live checks leave out.

    Args:
        text: What, and why.
        warning: Whether it is a warning; not where it is so by intention, as with an account that has few rights.
    """
    log = pulumi.log.warn if warning else pulumi.log.info
    log(shown(f"live checks: {sentence(text)}"))


def number(value: object) -> int:
    """Return a number of a row, which may come as text; 0 for anything else."""
    try:
        return int(value) if isinstance(value, int | float | str) else 0
    except (ValueError, OverflowError):
        return 0


def connected(owner: object, provider: pulumi.ProviderResource | None) -> Connection:
    """Return a connection that only reads and does not wait for long. Nothing is sent.

    Args:
        owner: The connection is closed when this is gone.
        provider: The explicit provider whose VergeOS is meant; None for the default one.

    Raises:
        EngineError: The settings are incomplete, or are not known yet while the program runs.
        VergeError: No request can be sent with them.
    """
    settings = settings_of(provider)
    connection = Connection(
        replace(settings, timeout=min(settings.timeout, PATIENCE)),
        # What was cut off is for the providers to note.
        evidence=Evidence(Journal(None), provider=settings.provider),
        read_only=True,
        retries=RetryPolicy(attempts=1, patience=0.0),
    )
    weakref.finalize(owner, connection.client.close)
    return connection


class Site:
    """What a VergeOS has.

    Args:
        connection: Where to.
        origins: On which systems the objects of the stack were made, as `StackState.origins` tells.
    """

    def __init__(self, connection: Connection, origins: Collection[Mapping[str, Any]] = ()) -> None:
        self._connection = connection
        self._origins = origins
        self._tables: dict[str, Mapping[str, Row] | VergeError] = {}
        self._columns: dict[str, frozenset[str]] = {}
        self._left_out: set[str] = set()
        self._spent = 0.0
        self._seen = False
        self._away = False

    def ask(self, question: Callable[[Connection], T], about: str, *, matters: bool = True) -> T:
        """Ask something.

        Args:
            question: Asks it.
            about: What cannot be compared with if there is no answer.
            matters: Whether a person is warned if this is not answered; not where few accounts may ask it.

        Raises:
            NotAsked: There is none.
        """
        if self._away or about in self._left_out:
            raise NotAsked
        started = self._connection.clock.now()
        try:
            self._see()
        except (EngineError, VergeError) as error:
            raise self._without_all(error) from None
        try:
            return question(self._connection)
        except OF_ONE_TABLE as error:
            self._left_out.add(about)
            tell(f"{about} is left out: {error}", warning=matters)
            raise NotAsked from None
        except (EngineError, VergeError) as error:
            raise self._without_all(error) from None
        finally:
            self._spent += self._connection.clock.now() - started

    def rows(self, table: str) -> Mapping[str, Row]:
        """Return all rows of a table by key, with what checks want to know of them.

        Raises:
            NotAsked: They cannot be listed.
        """
        known = self._tables.get(table)
        return known if isinstance(known, Mapping) else self.ask(lambda connection: self.listed(table), table)

    def listed(self, table: str) -> Mapping[str, Row]:
        """Return the same within a question, for who has an answer to a refusal; it is not asked for again either.

        Raises:
            VergeError: They cannot be listed.
        """
        if table not in self._tables:
            try:
                rows = listed(self._connection, table)
                self._tables[table] = {str(row["$key"]): row for row in rows if "$key" in row}
            except OF_ONE_TABLE as error:
                self._tables[table] = error
        known = self._tables[table]
        if isinstance(known, VergeError):
            raise known
        return known

    def columns(self, table: str) -> frozenset[str]:
        """Return the names of the columns of a table.

        Raises:
            NotAsked: They are not to be found out; only administrators may see schemas.
        """
        if table not in self._columns:
            about = "what columns tables have"
            self._columns[table] = self.ask(
                lambda connection: _columns(connection.client.table(table)), about, matters=False
            )
        return self._columns[table]

    def has(self, table: str, key: str) -> bool:
        """Say whether there is a row.

        A list leaves out what its reader may not see; asked for the row itself, VergeOS says so
        (docs/vergeos/access.md §6).

        Raises:
            NotAsked: That is not to be found out.
        """
        return key in self.rows(table) or self.ask(lambda connection: _is_there(connection, table, key), table)

    def _see(self) -> None:
        """See that nothing has to be waited for, and once that this is the VergeOS which the state speaks of."""
        if self._connection.client.budget.at_once == 0:
            raise EngineError("the requests of this hour are used up")
        if self._spent > PATIENCE_IN_ALL:
            raise EngineError(f"{self._connection.client.host} took more than {PATIENCE_IN_ALL:.0f} s to answer")
        if self._seen:
            return
        self._connection.see_system()
        provider = self._connection.settings.provider
        mine = [origin for origin in self._origins if origin.get("provider") == provider]
        if not all(self._connection.is_at(origin["system"]) for origin in mine):
            raise EngineError(f"{self._connection.client.host} is another system than that of this stack's objects")
        self._seen = True

    def _without_all(self, error: Exception) -> NotAsked:
        self._away = True
        tell(f"what follows is left out: {error}")
        return NotAsked()


def _columns(table: Table) -> frozenset[str]:
    fields = table.schema().get("fields")
    if not isinstance(fields, Mapping) or not fields:
        raise BadAnswer("the schema names no fields", method="GET", path=f"/api/v4/{table.name}/$table")
    return frozenset(fields)


def _is_there(connection: Connection, table: str, key: str) -> bool:
    try:
        connection.client.table(table).get(key, fields=["$key"])
    except (NotFound, InvalidKey):
        return False
    return True
