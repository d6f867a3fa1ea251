"""Virtual machines that are copies: of another VM, or of what a snapshot holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from verge_pulumi.client import BadAnswer, Outcome, Row, printable, select, where
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.rights import touch
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.mark import Mark, without_mark
from verge_pulumi.engine.reading.waiting import patience, wait_until

TIMEOUT = 3600.0
"""Seconds that the disks may take to be copied if the program does not say."""

ORIGINALS = {"clone_of": ("vms", "machine"), "restored_from": ("machine_snapshots", "snap_machine")}
"""The arguments that name an original: its table, and the column that names the machine of what is copied."""

COPYING = ("importing", "initializing")
"""States in which a drive is being filled; what one shows that is cloned no source says."""

_COPIED = {"drives": "machine_drives", "nics": "machine_nics", "devices": "machine_devices"}
"""What a copy brings with it: the lists of a machine and their tables (docs/vergeos/README.md §5.1). Whether devices
come along no source says."""

TOUCHED = (
    touch("vms", "modify", at=("create",)),
    touch("machine_snapshots", at=("create",)),
    *(touch(table, "modify", at=("create",)) for table in _COPIED.values()),
    touch("machine_drive_status", at=("create",)),
)
"""What a copy reads and writes beside its own row: its original, and what it brings with it."""

_FIELDS = (
    "$key",
    select("drives", ("$key", "media", "disksize", "description", "status#status as status")),
    select("nics", ("$key", "description")),
    select("devices", ("$key", "description")),
)


def is_copy(inputs: Mapping[str, Any]) -> bool:
    """Say whether a program wants a copy."""
    return any(inputs.get(name) is not None for name in ORIGINALS)


def clone(connection: Connection, inputs: Mapping[str, Any], values: Mapping[str, Any]) -> str:
    """Copy the original under the name and the description in the values; return the copy's key.

    Raises:
        EngineError: There is no such original.
    """
    # Left out, the description would be the original's, mark and all.
    params = {"name": values["name"], "description": values.get("description", "")}
    key = str(connection.client.table("vms").action(_original(connection, inputs), "clone", params).get("vmkey"))
    if not re.fullmatch(r"[1-9][0-9]*", key):
        raise BadAnswer(
            "the answer to the clone has no usable vmkey",
            outcome=Outcome.APPLIED,
            method="POST",
            path="/api/v4/vm_actions",
        )
    return key


def settle(connection: Connection, machine: str, inputs: Mapping[str, Any]) -> None:
    """Wait until the disks of a copy are copied, and take the marks off that were copied with its rows.

    Args:
        connection: Where to.
        machine: The key of the copy's machine.
        inputs: What the program says.

    Raises:
        WaitFailed: There is no space for a disk.
        WaitTimeout: The disks take longer than the program allows.
    """
    row = wait_until(
        lambda: connection.reader.fresh("machines", machine, _FIELDS) or {},
        lambda row: bool(row) and not any(map(_is_unfinished, row.get("drives") or ())),
        what="the disks to be copied",
        timeout=patience(inputs.get("clone_timeout"), TIMEOUT),
        clock=connection.clock,
        failed=lambda row: "outofspace" in _states(row),
        describe=lambda row: printable(", ".join(_states(row)), 60),
        detail=lambda _: f" (machines/{machine})",
    )
    _unmark(connection, row, inputs)


def _unmark(connection: Connection, copy: Row, inputs: Mapping[str, Any]) -> None:
    """Take off the marks that the rows of the original carry too.

    A mark says which resource made a row. On the rows of a copy that is wrong: a drive of the copy would pass for one
    that an interrupted `up` had made there.
    """
    marked = [(table, row) for name, table in _COPIED.items() for row in copy.get(name) or () if _mark(row)]
    if not marked:
        return
    try:
        machine = _machine(connection, inputs)
    except EngineError:
        machine = None
    original = connection.reader.fresh("machines", machine, _FIELDS) if machine else None
    if original is None:
        return  # it is gone, so nobody can say which marks were its rows'
    theirs = {_mark(row) for name in _COPIED for row in original.get(name) or ()}
    for table, row in marked:
        if _mark(row) in theirs:
            connection.client.table(table).update(row["$key"], {"description": without_mark(row["description"])})
            connection.reader.forget(table)


def _original(connection: Connection, inputs: Mapping[str, Any]) -> str:
    """Return the key of the VM to be copied; a snapshot has a hidden one (docs/vergeos/virtual-machines.md §9)."""
    if inputs.get("clone_of") is not None:
        return str(inputs["clone_of"])
    machine = _machine(connection, inputs)
    fields = ("$key", "machine", "is_snapshot")
    rows = connection.reader.find("vms", where("machine", "eq", int(machine)), fields) if machine else []
    hidden = [row for row in rows if row.get("is_snapshot") and str(row.get("machine")) == machine]
    if len(hidden) != 1:
        raise EngineError(f"snapshot {inputs['restored_from']} has nothing that can be restored, or not yet")
    return str(hidden[0]["$key"])


def _machine(connection: Connection, inputs: Mapping[str, Any]) -> str | None:
    """Return the key of the machine that is copied.

    Raises:
        EngineError: There is no such original.
    """
    (name,) = (name for name in ORIGINALS if inputs.get(name) is not None)
    table, column = ORIGINALS[name]
    machine = connection.reader.known(table, str(inputs[name]), column)
    return str(machine) if machine else None


def _mark(row: Row) -> Mark | None:
    return Mark.of(row.get("description"))


def _states(machine: Row) -> list[str]:
    return sorted({str(drive.get("status")) for drive in machine.get("drives") or ()})


def _is_unfinished(drive: Row) -> bool:
    """Say whether a drive is still being copied; until then its size may be 0 or null.

    See docs/vergeos/virtual-machines.md §6.
    """
    return drive.get("status") in COPYING or (drive.get("media") == "disk" and not drive.get("disksize"))
