"""Content in chunks, several of which are under way at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from io import SEEK_END
from typing import BinaryIO

CHUNKS_AT_ONCE = 4
"""As many as the vendor's clients send at once, in any order (docs/vergeos/README.md §11)."""

Progress = Callable[[int, int | None], object]
"""Called with the bytes sent so far and the bytes there are, or None if a stream cannot tell."""


def send_chunks(
    source: BinaryIO, chunk: int, send: Callable[[int, bytes], object], progress: Progress = lambda sent, total: None
) -> int:
    """Send a stream from where it stands, holding no more than `CHUNKS_AT_ONCE` chunks in memory.

    Args:
        source: The content.
        chunk: Bytes of a chunk.
        send: Sends the bytes that stand at an offset; called in several threads.
        progress: Called in this thread each time a chunk arrived.

    Returns:
        The number of bytes sent.
    """
    total = _left(source) if source.seekable() else None
    under_way: dict[Future[object], int] = {}
    offset = sent = 0
    with ThreadPoolExecutor(CHUNKS_AT_ONCE) as pool:
        while True:
            if len(under_way) < CHUNKS_AT_ONCE and (block := source.read(chunk)):
                under_way[pool.submit(send, offset, block)] = len(block)
                offset += len(block)
                del block  # it is held by the thread that sends it, and no longer
            elif under_way:
                for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                    future.result()
                    sent += under_way.pop(future)
                    progress(sent, total)
            else:
                return sent


def _left(source: BinaryIO) -> int:
    """Return the bytes from where a stream stands to its end."""
    here = source.tell()
    left = source.seek(0, SEEK_END) - here
    source.seek(here)
    return left
