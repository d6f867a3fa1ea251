"""Media files (docs/vergeos/README.md §11, docs/vergeos/other-tables.md §3)."""

from __future__ import annotations

from typing import Any

from verge_pulumi.catalogue.storage.files import FILE_TYPES
from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.contents import Content
from verge_pulumi.simulator.errors import invalid, not_modelled, refused
from verge_pulumi.simulator.relations import Row

IMPORTED_BYTES = 16 * 1024**2
"""The size of a file imported from a URL: nothing is fetched, it contains zeros."""


class Files(Behaviour):
    """The table `files`."""

    owners = frozenset({"owner"})  # the file of a drive's disk is deleted with the drive

    def before_create(self, row: Row) -> None:
        """Derive the type from the name."""
        row["type"] = _type_of(row["name"])

    def after_create(self, row: Row) -> Response | None:
        """Start the import of a URL."""
        if row["url"]:
            self.backend.transitions.begin(self.table, row["$key"], "importing")
        return None

    def finish(self, row: Row, state: str) -> None:
        """End an import."""
        content = self._content(row)
        content.grow(IMPORTED_BYTES)
        self._measure(row, content)

    def before_update(self, row: Row, changes: Row) -> None:
        """Derive the type from a new name; no source says whether VergeOS does so too."""
        if "name" in changes:
            changes["type"] = _type_of(changes["name"])

    def before_delete(self, row: Row) -> None:
        """Refuse to delete a file that drives refer to, in our own words."""
        referrers = self.backend.store.referrers(self.table, row["$key"])
        if any((table, column) == ("machine_drives", "media_source") for table, column, _ in referrers):
            raise refused("Drives are still referencing this file")

    def after_delete(self, row: Row) -> None:
        """Delete the content."""
        self.backend.contents.pop(row["$key"], None)

    def upload(self, row: Row, position: int, data: bytes) -> None:
        """Store a part of an upload; parts may come in any order and repeatedly.

        No source says what happens beyond the allocated size; here it is refused, in our own words.
        """
        if position + len(data) > row["allocated_bytes"]:
            raise invalid("filepos")
        content = self._content(row)
        content.write(position, data)
        self._measure(row, content)

    def download(self, row: Row) -> Content:
        """Return what was uploaded or imported."""
        if row["filesize"] and row["$key"] not in self.backend.contents:
            raise not_modelled("the content of a file that was not uploaded to this process")
        return self._content(row)

    def _content(self, row: Row) -> Content:
        if row["$key"] not in self.backend.contents:
            self.backend.contents[row["$key"]] = Content()
        return self.backend.contents[row["$key"]]

    def _measure(self, row: Row, content: Content) -> None:
        columns: dict[str, Any] = {"filesize": len(content), "used_bytes": len(content)}
        self.backend.store.change(self.table, row["$key"], columns | {"modified": self.backend.clock.stamp()})


def _type_of(name: str) -> str:
    _, dot, extension = name.lower().rpartition(".")
    return extension if dot and extension in FILE_TYPES else "unknown"
