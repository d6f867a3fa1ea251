"""Start and stop what has a machine: virtual machines and networks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from verge_pulumi.client import ApiError, Outcome, Row, VergeError
from verge_pulumi.engine import host
from verge_pulumi.engine.connection import Connection
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.waiting import WaitTimeout, wait_until

Restart = Literal["never", "on-change"]

FIELDS = (
    "$key",
    "machine#status#running as running",
    "machine#status#status as status",
    "machine#status#node#name as node",
    "need_restart",
)
"""A plain ``running`` is not the power state; it must be followed to (fact sheet quirks R4)."""

KILL_TIMEOUT = 30.0
"""Seconds within which a killed machine is off; sources see about two."""


def look(connection: Connection, table: str, key: str) -> Row:
    """Read the power state of a row.

    Raises:
        EngineError: There is no such row.
    """
    row = connection.reader.fresh(table, key, FIELDS)
    if row is None:
        raise EngineError(f"there is no row {key} in {table}; was it deleted by someone else? Run 'pulumi refresh'")
    return row


def start(connection: Connection, table: str, key: str, *, timeout: float) -> Row:
    """Power on and wait until it runs.

    Raises:
        WaitTimeout: It does not run after `timeout` seconds.
    """
    # A network loads its rules only if the start says so (fact sheet vnets §3).
    params = {"apply": True} if table == "vnets" else None
    _act(connection, table, key, "poweron", params, done=_runs)
    return wait_until(
        lambda: look(connection, table, key),
        _runs,
        what="power on",
        timeout=timeout,
        clock=connection.clock,
        describe=_status,
    )


def stop(connection: Connection, table: str, key: str, row: Mapping[str, Any], *, timeout: float, force: bool) -> Row:
    """Power off and wait until it is off.

    Args:
        connection: Where to.
        table: ``vms`` or ``vnets``.
        key: The row's key.
        row: The row as last read; one that is off already costs nothing.
        timeout: Seconds that a guest gets to shut down; it may ignore the request (fact sheet vms §5).
        force: Whether it is killed after that.

    Raises:
        WaitTimeout: It still runs.
    """
    if _is_off(row):
        return dict(row)
    _act(connection, table, key, "poweroff", None, done=_is_off)
    try:
        return _wait_off(connection, table, key, timeout)
    except WaitTimeout:
        if not force:
            raise
    host.log(f"did not shut down within {timeout:.0f} s and is powered off", warning=True)
    _act(connection, table, key, "kill", None, done=_is_off)
    return _wait_off(connection, table, key, KILL_TIMEOUT)


def restart(connection: Connection, table: str, key: str, *, timeout: float = 120) -> Row:
    """Restart a network in one action, and wait until it runs again."""
    host.log("restarting, because a change needs it")
    connection.client.table(table).action(key, "reset", {"apply": True})
    connection.reader.forget(table)
    return wait_until(
        lambda: look(connection, table, key),
        lambda row: _runs(row) and not row.get("need_restart"),
        what="restart",
        timeout=timeout,
        clock=connection.clock,
        describe=_status,
    )


def wants_restart(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool:
    """Say whether a restart is due and allowed; if it is due and not allowed, tell."""
    if not row.get("need_restart"):
        return False
    if inputs.get("restart") != "on-change":
        host.log("the change takes effect after a restart; restart='on-change' makes one", warning=True)
        return False
    return _runs(row)


def _act(
    connection: Connection, table: str, key: str, action: str, params: Mapping[str, Any] | None, *, done: Any
) -> None:
    """Ask for a change of power; that it is there already, or has come despite a lost answer, is success."""
    try:
        connection.client.table(table).action(key, action, params)
    except ApiError as error:
        if error.outcome is not Outcome.UNKNOWN and not done(look(connection, table, key)):
            raise
    except VergeError as error:
        if error.outcome is not Outcome.UNKNOWN:
            raise
        # Whether it was applied shows in the state that is waited for.
    finally:
        connection.reader.forget(table)


def _wait_off(connection: Connection, table: str, key: str, timeout: float) -> Row:
    return wait_until(
        lambda: look(connection, table, key),
        _is_off,
        what="power off",
        timeout=timeout,
        clock=connection.clock,
        describe=_status,
    )


def _runs(row: Mapping[str, Any]) -> bool:
    return bool(row.get("running")) and row.get("status") == "running"


def _is_off(row: Mapping[str, Any]) -> bool:
    # A network that is stopping no longer runs, and still refuses to be deleted (fact sheet vnets §3).
    return not row.get("running") and row.get("status") not in ("starting", "stopping", "initializing")


def _status(row: Mapping[str, Any]) -> str:
    return str(row.get("status"))
