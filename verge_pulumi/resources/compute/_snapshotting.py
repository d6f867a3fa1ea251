"""Taking a snapshot of a machine, for whoever needs one."""

from __future__ import annotations

import time
from collections.abc import Callable

from verge_pulumi.client import Row
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.reading.waiting import patience, wait_until
from verge_pulumi.engine.runtime import provider_process

COMPLETE_WITHIN = 300.0
"""Seconds within which a snapshot can be restored; sources see about two (docs/vergeos/virtual-machines.md §9)."""

LONGEST_NAME = 128


def take(connection: Connection, machine: int, name: str, keep: int) -> None:
    """Take a snapshot that expires by itself, and wait until it is complete.

    Args:
        connection: Where to.
        machine: The machine.
        name: The snapshot's name.
        keep: Seconds after which VergeOS deletes it.

    Raises:
        VergeError: It was not taken, or that is not known. One more than was needed goes by itself.
        WaitTimeout: It does not get complete.
    """
    table = connection.client.table("machine_snapshots")
    values = {"machine": machine, "name": name[:LONGEST_NAME], "expires_type": "date", "created_manually": True}
    key = table.create({**values, "expires": int(time.time()) + keep, "quiesce": False}).key
    provider_process.log(f"took a snapshot of it, '{name}'")
    complete(connection, key, lambda: connection.reader.fresh("machine_snapshots", key, ("$key", "snap_machine")) or {})


def complete(connection: Connection, key: str, read: Callable[[], Row]) -> Row:
    """Wait until a snapshot can be restored; return the row as it is then."""
    return wait_until(
        read,
        lambda row: bool(row.get("snap_machine")),
        what="the snapshot",
        timeout=patience(None, COMPLETE_WITHIN),
        clock=connection.clock,
        describe=lambda _: "incomplete",
        detail=lambda _: f" (machine_snapshots/{key})",
    )
