"""Apply what is staged on a network: rules and addresses take effect only then (fact sheet vnets §4.1, §6)."""

from __future__ import annotations

import threading
from weakref import WeakKeyDictionary

from verge_pulumi.client import Row, VergeError
from verge_pulumi.engine.connection import Connection
from verge_pulumi.engine.waiting import wait_until

APPLIED_WITHIN = 30.0
"""Seconds within which a network has applied its rules (fact sheet quirks §3)."""

FIELDS = ("$key", "need_fw_apply", "machine#status#running as running")


def apply_rules(connection: Connection, network: str) -> None:
    """Let a running network apply its staged rules and addresses; one apply serves all that were staged before it.

    A stopped network refuses, and loads everything when it starts (fact sheet vnets §3).

    Args:
        connection: Where to.
        network: Key of the network.

    Raises:
        VergeError: It does not do it.
        WaitTimeout: It does not come to an end.
    """
    turns = _turns.setdefault(connection, {}).setdefault(network, _Turns())
    asked = turns.begun
    with connection.reader.gathering.idle():
        turns.lock.acquire()
    try:
        if turns.ended > asked:
            return  # it began after what is to be applied was written
        turns.begun += 1
        _apply(connection, network)
        turns.ended = turns.begun
    finally:
        turns.lock.release()


def _apply(connection: Connection, network: str) -> None:
    def look() -> Row:
        return connection.reader.fresh("vnets", network, FIELDS) or {}

    # Whether it still needs to is not asked: an apply under way may clear that of a write that came too late for it.
    if not look().get("running"):
        return
    try:
        connection.client.table("vnets").action(network, "refresh")
    except VergeError:
        if _waits(look()):
            raise
    finally:
        connection.reader.forget("vnets")
    wait_until(
        look,
        lambda row: not _waits(row),
        what="the network to apply its rules",
        timeout=APPLIED_WITHIN,
        clock=connection.clock,
        describe=lambda _: "not applied",
        detail=lambda _: f" (vnets/{network})",
    )


def _waits(row: Row) -> bool:
    return bool(row.get("running") and row.get("need_fw_apply"))


class _Turns:
    """The applies of one network, numbered; one runs at a time."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.begun = 0
        self.ended = 0


_turns: WeakKeyDictionary[Connection, dict[str, _Turns]] = WeakKeyDictionary()
