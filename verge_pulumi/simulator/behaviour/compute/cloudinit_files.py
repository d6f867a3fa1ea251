"""Cloud-init files: what configures a VM's guest at its first boot (docs/vergeos/virtual-machines.md §10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from verge_pulumi.simulator.behaviour.base import Behaviour
from verge_pulumi.simulator.errors import invalid
from verge_pulumi.simulator.relations import Row

LONGEST = 64 * 1024
"""Maximum size of one file in bytes."""

STANDARD = ("/user-data", "/meta-data")
"""The files that VergeOS creates when a VM gets a datasource."""


class CloudInitFiles(Behaviour):
    """The table `cloudinit_files`."""

    owners: ClassVar[frozenset[str]] = frozenset({"owner"})

    def before_create(self, row: Row) -> None:
        """Validate the contents and record their size."""
        row |= _measured(row["contents"])

    def before_update(self, row: Row, changes: Row) -> None:
        """Validate new contents and record their size."""
        if "contents" in changes:
            changes |= _measured(changes["contents"])

    def download(self, row: Row) -> bytes:
        """Return the contents, which no GET of the row shows."""
        return str(row["contents"]).encode()

    def provide(self, vm: Row) -> None:
        """Store the files of a new VM, and create the missing standard ones if it has a datasource.

        Existing files are kept. No source says what VergeOS writes into the files it creates: here they are empty.
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
    """Yield the rows described by the ``cloudinit_files`` of a new VM.

    Raises:
        ApiError: It is not a list of names with contents, or one of them is too long (422).
    """
    names: set[str] = set()
    for entry in [] if listing is None else listing:
        name, contents = (entry.get("name"), entry.get("contents", "")) if isinstance(entry, dict) else (None, "")
        if not isinstance(name, str) or not isinstance(contents, str):
            raise invalid("cloudinit_files")
        # Names are given with the leading slash or without it (docs/vergeos/virtual-machines.md §10).
        name = f"/{name.removeprefix('/')}"
        if name == "/" or name in names:
            raise invalid("cloudinit_files")
        names.add(name)
        yield {"name": name, "contents": contents, **_measured(contents)}


def _measured(contents: str) -> Row:
    """Return the columns derived from contents.

    No source says how much space is allocated; here it is their size.

    Raises:
        ApiError: They are too long, or not text that can be stored (422).
    """
    try:
        size = len(contents.encode())
    except UnicodeEncodeError:
        raise invalid("contents") from None
    if size > LONGEST:
        raise invalid("contents")
    return {"filesize": size, "allocated_bytes": size, "used_bytes": size}
