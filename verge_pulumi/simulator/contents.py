"""The contents of media files: bytes kept on disk, not in memory, for as long as they are referenced."""

from __future__ import annotations

import tempfile
import weakref
from collections.abc import Iterator
from dataclasses import dataclass

_PIECE = 64 * 1024


class Content:
    """The bytes of one file; unwritten parts are zeros and take no space.

    ``len()`` and slices work as on bytes; a slice is read when it is sent.
    """

    def __init__(self) -> None:
        self._size = 0
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  it lives as long as this object
        weakref.finalize(self, self._file.close)

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice) -> Download:
        start, stop, _ = part.indices(self._size)
        return Download(self, start, stop)

    def write(self, position: int, data: bytes) -> None:
        """Write bytes at a position, replacing existing ones."""
        self._file.seek(position)
        self._file.write(data)
        self._size = max(self._size, position + len(data))

    def grow(self, size: int) -> None:
        """Extend the file to at least a size."""
        self._size = max(self._size, size)
        self._file.truncate(self._size)

    def pieces(self, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from a position up to another, which is not beyond the end."""
        while start < stop:
            self._file.seek(start)
            piece = self._file.read(min(_PIECE, stop - start))
            start += len(piece)
            yield piece


@dataclass(frozen=True)
class Download:
    """A part of a file that is sent to a client.

    Attributes:
        content: The file's bytes, which outlive its row until they are sent.
        start: The part's first position.
        stop: The position after its end.
    """

    content: Content
    start: int
    stop: int

    def __len__(self) -> int:
        return self.stop - self.start

    def __bytes__(self) -> bytes:
        return b"".join(self.pieces())

    def pieces(self) -> Iterator[bytes]:
        """Yield the bytes."""
        return self.content.pieces(self.start, self.stop)
