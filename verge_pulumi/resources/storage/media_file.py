"""Media files: ISO images and disk images, uploaded from here or fetched by VergeOS itself."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pulumi

from verge_pulumi.client import ApiError, Row, printable, where
from verge_pulumi.client.limits import MiB
from verge_pulumi.client.table import UPLOAD_CHUNK
from verge_pulumi.client.upload import Progress
from verge_pulumi.engine.declaring.attributes import Attr, arg, computed, policy
from verge_pulumi.engine.declaring.importing import Importing
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.rights import touch
from verge_pulumi.engine.declaring.roles import BYTE
from verge_pulumi.engine.declaring.values import Value
from verge_pulumi.engine.errors import EngineError, Unfit, gone
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.engine.reading.waiting import patience, wait_until
from verge_pulumi.engine.runtime import provider_process
from verge_pulumi.resources._describable import Describable


class _LocalPath(Value):
    def same(self, left: Any, right: Any) -> bool:
        # What is in a file counts, not where it lies: that differs between machines.
        return (left is None) == (right is None)


class _Sha256(Value):
    def normalise(self, value: Any) -> Any:
        if not re.fullmatch(r"[0-9a-fA-F]{64}", str(value)):
            raise ValueError("is not a SHA-256 checksum. Give its 64 hexadecimal digits")
        return str(value).lower()


class MediaFile(Describable, Resource, table="files", named_by="name", delete_before_replace=False):
    """An ISO image or a disk image, which drives are made from.

    Its content is uploaded from `source`, a file on the machine that runs Pulumi, or fetched from `url` by VergeOS.
    Other content makes another file: the new one is made before the old one is deleted, so that drives can move over.
    VergeOS deletes no file that drives refer to, and names need not be unique.
    """

    importing = Importing(left="VergeOS does not tell where its content came from")

    name: Attr[str] = arg(min_length=1)
    """Name in VergeOS. The extension says what it is, such as ``.iso``, ``.qcow2`` or ``.raw``."""

    preferred_tier: Attr[Literal["1", "2", "3", "4", "5"] | None] = arg(default=None)
    """Storage tier; the system's default if unset."""

    source: Attr[Annotated[str, _LocalPath()] | None] = policy(default=None)
    """Path of a local file to upload, relative to the program's folder. Either this or `url`."""

    # Whether VergeOS returns it no source says; one client is prepared for "".
    url: Attr[str | None] = arg(default=None, replaces=True, write_only=True)
    """Address from which VergeOS fetches the content. Either this or `source`."""

    sha256: Attr[Annotated[str, _Sha256()] | None] = policy(default=None, replaces=True)
    """SHA-256 checksum of `source`, which tells whether the content changed; computed if unset. If it is set, the file
    is needed only when it is uploaded."""

    timeout: Attr[int | None] = policy(default=None, ge=1)
    """Seconds to wait, once it was sent or asked for, until VergeOS has the content; 3600 if unset."""

    type: Attr[str | None] = computed()
    """Kind of file in VergeOS's words, such as ``iso``."""

    filesize: Attr[int | None] = computed(unit=BYTE)
    """Bytes of the content."""

    @classmethod
    def derive_arguments(cls, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """Compute the checksum, unless the program gives it."""
        source = arguments.get("source")
        if source is None or arguments.get("sha256") is not None:
            return arguments
        if isinstance(source, pulumi.Output):
            return {**arguments, "sha256": source.apply(_checksum_in_program)}
        return {**arguments, "sha256": _checksum_in_program(source)}


LARGEST_CHUNK = 8 * MiB
"""Bytes sent at once of a large file. With the chunks of the vendor's clients a file of 250 MB would use up the
1,000 requests of an hour (docs/vergeos/README.md §4). How large a chunk may be no source says."""

USUAL_CHUNKS = 64
"""How many chunks a file is cut into, as long as they are neither smaller than usual nor larger than that."""

TELLS_EVERY = 5.0
"""Seconds between two lines that tell how far an upload is."""


class MediaFileProvider(RowProvider[MediaFile]):
    """What is special about a file's life."""

    touched = (touch("machine_drives", at=("delete",)), touch("machines", at=("delete",)))

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """There is exactly one place that the content comes from."""
        if (inputs.get("source") is None) == (inputs.get("url") is None):
            yield "source, url: exactly one of them is needed"
        if inputs.get("source") is None and inputs.get("sha256") is not None:
            yield "sha256: is the checksum of a source; of what VergeOS fetches there is none"

    def make(self, inputs: Inputs, values: Mapping[str, Any]) -> str:
        """Say how large an upload will be; VergeOS takes the number as text (docs/vergeos/README.md §11)."""
        if inputs.get("source") is not None:
            values = {**values, "allocated_bytes": str(_local(inputs).stat().st_size)}
        return super().make(inputs, values)

    def until_ready(self, id: str, row: Row, inputs: Inputs) -> Row:
        """Upload the content, all of it: what an interrupted upload left cannot be told. Or wait for the import."""
        size = 1
        if inputs.get("source") is not None:
            size = self._upload(id, inputs)
        elif row.get("filesize"):
            return row
        return wait_until(
            lambda: self._look(id),
            lambda row: int(row.get("filesize") or 0) >= size,
            what=f"the content of file '{printable(str(row.get('name')))}'",
            timeout=patience(inputs.get("timeout"), 3600),
            clock=self.connection.clock,
            describe=lambda row: f"{row.get('filesize') or 0} bytes",
        )

    def used_by(self, id: str) -> str:
        """Name the drives that refer to it."""
        fields = ("$key", "name", "machine#name as owner")
        drives = self.connection.reader.find("machine_drives", where("media_source", "eq", int(id)), fields)
        return ", ".join(f"drive '{printable(str(drive.get('name')))}' of {drive.get('owner')}" for drive in drives)

    def _look(self, id: str) -> Row:
        row = self.connection.reader.fresh("files", id, self.declaration.fields)
        if row is None:
            raise gone("files", id)
        return row

    def _upload(self, id: str, inputs: Inputs) -> int:
        """Send the file; return its size."""
        path = _local(inputs)
        size = path.stat().st_size
        table = self.connection.client.table("files")
        chunk = min(max(size // USUAL_CHUNKS, UPLOAD_CHUNK), LARGEST_CHUNK)
        progress = self._teller(inputs["name"])
        # An upload may take minutes, in which nobody needs to wait for what this call reads.
        with path.open("rb") as content, self.connection.reader.gathering.idle():
            try:
                table.upload(id, content, chunk=chunk, progress=progress)
            except ApiError as error:
                if error.status != 413 or chunk == UPLOAD_CHUNK:
                    raise
                content.seek(0)
                table.upload(id, content, chunk=UPLOAD_CHUNK, progress=progress)
        self.connection.reader.forget("files")
        return size

    def _teller(self, name: str) -> Progress:
        """Return what tells people how far an upload is, now and then."""
        clock = self.connection.clock
        told = clock.now()

        def tell(sent: int, total: int | None) -> None:
            nonlocal told
            if total and clock.now() - told >= TELLS_EVERY:
                told = clock.now()
                provider_process.log(
                    f"uploading '{printable(name)}': {sent / total:.0%} of {total:,} bytes", ephemeral=True
                )

        return tell


def _local(inputs: Inputs) -> Path:
    """Return the file to upload, once it is certain that it is the one that the program means.

    Raises:
        EngineError: It cannot be read, or holds something else.
    """
    path = Path(inputs["source"])
    found, wanted = checksum(path), inputs.get("sha256")
    if wanted is not None and found != wanted:
        raise EngineError(f"the source '{path}' has the checksum {found} and not {wanted}. Was it changed meanwhile?")
    return path


def checksum(path: Path) -> str:
    """Return the SHA-256 checksum of a file that is not empty; read once in a process unless it changes.

    Raises:
        EngineError: It cannot be read.
    """
    try:
        status = path.stat()
        if not status.st_size:
            raise EngineError(f"the source '{path}' is empty")
        return _read_checksum(path.absolute(), status.st_mtime_ns, status.st_size)
    except OSError as error:
        raise EngineError(f"the source '{path}' cannot be read in {Path.cwd()}: {error.strerror}") from None


@functools.cache
def _read_checksum(path: Path, modified: int, size: int) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _checksum_in_program(source: str) -> str:
    try:
        return checksum(Path(source))
    except EngineError as error:
        raise Unfit(str(error)) from None
