"""Start and stop what has a machine: virtual machines and networks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

from verge_pulumi.client import ApiError, Outcome, Row, Table, VergeError, printable
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.errors import gone
from verge_pulumi.engine.reading.waiting import WaitTimeout, is_out_of_time, patience, wait_until
from verge_pulumi.engine.runtime import provider_process

Restart = Literal["never", "on-change"]

FIELDS = (
    "$key",
    "machine#status#running as running",
    "machine#status#status as status",
    "machine#status#node#name as node",
    "machine#status#agent_guest_info as guest_addresses",
    "need_restart",
    "description",
)
"""A plain ``running`` is not the power state; it must be followed to (docs/vergeos/quirks.md §R4)."""

FAILED = ("error", "unlicensed")
"""States that no machine leaves by itself (docs/vergeos/virtual-machines.md §4); any other word may pass."""

BETWEEN = ("starting", "stopping", "initializing")
"""States that pass by themselves, into running or stopped (docs/vergeos/virtual-machines.md §4)."""

START_TIMEOUT = 120.0
"""Seconds within which a machine runs that was told to."""

STOP_TIMEOUT = {"vms": 120.0, "vnets": 60.0}
"""Seconds that a guest, or the router of a network, gets to shut down unless the program says otherwise."""

KILL_TIMEOUT = 30.0
"""Seconds within which a killed machine is off; sources see about two."""


def look(connection: Connection, table: str, key: str) -> Row:
    """Read the power state of a row.

    Raises:
        EngineError: There is no such row.
    """
    row = connection.reader.fresh(table, key, FIELDS)
    if row is None:
        raise gone(table, key)
    return row


def state(row: Mapping[str, Any]) -> str:
    """Return ``running``, ``stopped``, or the state in between.

    The last is neither of the two, so that whoever wants one of them waits until it is reached.
    """
    if row.get("status") in BETWEEN:
        return str(row["status"])
    return "running" if row.get("running") else "stopped"


def start(
    connection: Connection, table: str, key: str, *, timeout: float | None = None, usual: float = START_TIMEOUT
) -> Row:
    """Power on and wait until it runs.

    Args:
        connection: Where to.
        table: ``vms`` or ``vnets``.
        key: The row's key.
        timeout: Seconds that the program allows.
        usual: Seconds that it gets if the program does not say.

    Raises:
        WaitFailed: It is in a state that does not pass.
        WaitTimeout: It does not run by then.
    """
    # A network loads its rules only if the start says so (docs/vergeos/networks.md §3).
    params = {"apply": True} if table == "vnets" else None
    _act(connection, table, key, "poweron", params, begun=_is_on)
    return _wait(connection, table, key, runs, what="power on", timeout=patience(timeout, usual), failed=_has_failed)


def stop(
    connection: Connection,
    table: str,
    key: str,
    row: Mapping[str, Any],
    *,
    timeout: float | None,
    force: bool,
    usual: float | None = None,
    begins: Callable[[], None] = lambda: None,
) -> Row:
    """Power off and wait until it is off.

    Args:
        connection: Where to.
        table: ``vms`` or ``vnets``.
        key: The row's key.
        row: The row as last read; one that is off already costs nothing.
        timeout: Seconds that a guest gets to shut down; it may ignore the request
            (docs/vergeos/virtual-machines.md §5).
        force: Whether it is killed after that. It is not killed earlier because `custom_timeouts` is over earlier.
        usual: Seconds that it gets if the program does not say; `STOP_TIMEOUT` if None.
        begins: Called before it is asked to power off.

    Raises:
        WaitTimeout: It still runs.
    """
    if _is_off(row):
        return dict(row)
    begins()
    usual = STOP_TIMEOUT[table] if usual is None else usual
    timeout = usual if timeout is None and force else timeout
    _act(connection, table, key, "poweroff", None, begun=_is_down)
    try:
        return _wait(connection, table, key, _is_off, what="power off", timeout=patience(timeout, usual))
    except WaitTimeout:
        if timeout is None or not force or is_out_of_time():
            raise
    provider_process.log(f"did not shut down within {timeout:.0f} s and is powered off", warning=True)
    _act(connection, table, key, "kill", None, begun=_is_off)
    return _wait(connection, table, key, _is_off, what="power off", timeout=KILL_TIMEOUT)


def resume(connection: Connection, table: str, key: str, row: Row, *, timeout: float | None) -> bool:
    """Power on again what we have powered off, also if it is only on its way down; return whether it was off.

    Args:
        connection: Where to.
        table: ``vms`` or ``vnets``.
        key: The row's key.
        row: The row as last read. One that may not be powered on stays off.
        timeout: Seconds that a guest gets to shut down.

    Raises:
        WaitFailed: It is in a state that does not pass.
        WaitTimeout: It is neither off nor on by then.
    """
    if row.get("enabled") is False:
        return False
    if row.get("status") == "stopping":
        patient = patience(timeout, STOP_TIMEOUT[table])
        row = _wait(connection, table, key, lambda row: _is_off(row) or runs(row), what="power off", timeout=patient)
    if runs(row):
        return False
    provider_process.log("powering it on again, since what it was powered off for did not come to its end")
    start(connection, table, key)
    return True


def restart(connection: Connection, table: str, key: str) -> Row:
    """Restart a network in one action, and wait until it runs again."""
    reset(connection.client.table(table), key)
    connection.reader.forget(table)
    return _wait(
        connection,
        table,
        key,
        lambda row: runs(row) and not row.get("need_restart"),
        what="restart",
        timeout=patience(None, START_TIMEOUT),
        failed=_has_failed,
    )


def reset(networks: Table, key: str) -> None:
    """Ask a network to restart, which takes on everything that waits (docs/vergeos/networks.md §13)."""
    provider_process.log("restarting, because a change needs it")
    networks.action(key, "reset", {"apply": True})


def wants_restart(row: Mapping[str, Any], inputs: Mapping[str, Any]) -> bool:
    """Say whether a restart is due and allowed; if it is due and not allowed, tell."""
    if not row.get("need_restart"):
        return False
    if inputs.get("restart") != "on-change":
        tell_restart()
        return False
    return runs(row)


def tell_restart() -> None:
    """Tell that a change waits for a restart which the program does not allow."""
    provider_process.log("the change takes effect after a restart; restart='on-change' makes one", warning=True)


def _act(
    connection: Connection,
    table: str,
    key: str,
    action: str,
    params: Mapping[str, Any] | None,
    *,
    begun: Callable[[Row], bool],
) -> None:
    """Ask for a change of power; that it is there or under way already is success.

    An action whose answer was lost is sent again only if nothing shows that it was applied.
    """
    for last in (False, True):
        try:
            connection.client.table(table).action(key, action, params)
        except VergeError as error:
            lost = error.outcome is Outcome.UNKNOWN
            if not lost and not isinstance(error, ApiError):
                raise
            if begun(look(connection, table, key)):
                return
            if last or not lost:
                raise
        else:
            return
        finally:
            connection.reader.forget(table)


def _wait(
    connection: Connection,
    table: str,
    key: str,
    done: Callable[[Row], bool],
    *,
    what: str,
    timeout: float,
    failed: Callable[[Row], bool] = lambda _: False,
) -> Row:
    def place(row: Row) -> str:
        return f" ({table}/{key} on {printable(str(row['node']))})" if row.get("node") else f" ({table}/{key})"

    return wait_until(
        lambda: look(connection, table, key),
        done,
        what=what,
        timeout=timeout,
        clock=connection.clock,
        failed=failed,
        describe=_status,
        detail=place,
    )


def runs(row: Mapping[str, Any]) -> bool:
    """Say whether a row as last read is up, and not on its way down."""
    return bool(row.get("running")) and row.get("status") == "running"


def _is_on(row: Mapping[str, Any]) -> bool:
    return bool(row.get("running")) or row.get("status") in ("starting", "initializing")


def _is_down(row: Mapping[str, Any]) -> bool:
    return not row.get("running") or row.get("status") == "stopping"


def _has_failed(row: Mapping[str, Any]) -> bool:
    return row.get("status") in FAILED


def _is_off(row: Mapping[str, Any]) -> bool:
    # A network that is stopping no longer runs, and still refuses to be deleted (docs/vergeos/networks.md §3).
    return not row.get("running") and row.get("status") not in BETWEEN


def _status(row: Mapping[str, Any]) -> str:
    return printable(str(row.get("status")), 60)
