"""The pause between the deletion of a group and the creation of another one."""

from __future__ import annotations

from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.lifecycle.releases import is_older
from verge_pulumi.engine.runtime import provider_process

PAUSE = 6.0
"""Seconds. A group that is created sooner gets no members, for good (docs/vergeos/access.md §2)."""

MENDED = "26.2"
"""The release of VergeOS that has no such fault."""


class _Deletions:
    """When this process last deleted a group."""

    last: float | None = None


def note_deletion(connection: Connection) -> None:
    """Note that a group is deleted now."""
    connection.shared(_Deletions).last = connection.clock.now()


def wait(connection: Connection) -> None:
    """Wait until a group can be created that gets members."""
    if not is_older(connection.release, MENDED):
        return
    deletions = connection.shared(_Deletions)
    # Another thread may delete one meanwhile.
    while deletions.last is not None and (left := deletions.last + PAUSE - connection.clock.now()) > 0:
        provider_process.log(
            f"waiting {left:.0f} s: VergeOS before {MENDED} gives no members to a group that is created right after "
            "another one was deleted",
            ephemeral=True,
        )
        connection.clock.sleep(left)
