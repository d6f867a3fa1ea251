"""Cloud-init files: what a VM's guest is told at its first boot (fact sheet vms §10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from verge_pulumi.simulator.behaviour.base import Behaviour
from verge_pulumi.simulator.errors import invalid
from verge_pulumi.simulator.relations import Row

LONGEST = 64 * 1024
"""Bytes of one file."""

STANDARD = ("/user-data", "/meta-data")
"""The files that appear by themselves when a VM gets a datasource."""


class CloudInitFiles(Behaviour):
    """The table `cloudinit_files`."""

    owners: ClassVar[frozenset[str]] = frozenset({"owner"})

    def before_create(self, row: Row) -> None:
        """Check and measure the contents."""
        row |= _measured(row["contents"])

    def before_update(self, row: Row, changes: Row) -> None:
        """Check and measure new contents."""
        if "contents" in changes:
            changes |= _measured(changes["contents"])

    def download(self, row: Row) -> bytes:
        """Return the contents, which no GET of the row shows."""
        return str(row["contents"]).encode()

    def provide(self, vm: Row) -> None:
        """Store the files that came with a new VM, and make the standard ones that it lacks if it has a datasource.

        Those that exist are kept. No source says what VergeOS writes into the ones it makes: here they are empty.
        """
        owner = f"vms/{vm['$key']}"
        for row in given(vm["cloudinit_files"]):
            self.backend.add(self.table, {"owner": owner, **row})
        self.backend.store.change("vms", vm["$key"], {"cloudinit_files": None})
        present = {row["name"] for row in self.backend.store.children(self.table, "owner", ("vms", vm["$key"]))}
        for name in STANDARD:
            if vm["cloudinit_datasource"] != "none" and name not in present:
                self.backend.add(self.table, {"owner": owner, "name": name})


def given(listing: Any) -> Iterator[Row]:
    """Yield the rows that the ``cloudinit_files`` of a VM's creation stand for.

    Raises:
        ApiError: It is no list of names with contents, or one of them is too long (422).
    """
    names: set[str] = set()
    for entry in [] if listing is None else listing:
        name, contents = (entry.get("name"), entry.get("contents", "")) if isinstance(entry, dict) else (None, "")
        if not isinstance(name, str) or not isinstance(contents, str):
            raise invalid("cloudinit_files")
        # Names are given with the leading slash or without it (fact sheet vms §10).
        name = f"/{name.removeprefix('/')}"
        if name == "/" or name in names:
            raise invalid("cloudinit_files")
        names.add(name)
        yield {"name": name, "contents": contents, **_measured(contents)}


def _measured(contents: str) -> Row:
    """Return the columns that follow from contents.

    How much space is allocated for them is in no source; it is what they take.

    Raises:
        ApiError: They are too long, or no text that can be stored (422).
    """
    try:
        size = len(contents.encode())
    except UnicodeEncodeError:
        raise invalid("contents") from None
    if size > LONGEST:
        raise invalid("contents")
    return {"filesize": size, "allocated_bytes": size, "used_bytes": size}
