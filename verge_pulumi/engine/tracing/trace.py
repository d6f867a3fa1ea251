"""The file of a trace: a HAR document that is complete after each exchange, whichever process writes it.

Each entry is a line, written together with the end of the document over the end that was there. Where the file has
grown to `LARGEST`, the older half of its entries goes. A trace is a help and no condition: what cannot be written is
told once, and the run goes on.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import json
import operator
import os
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

from verge_pulumi.client import Exchange
from verge_pulumi.engine.runtime import provider_process
from verge_pulumi.engine.tracing.har import entry
from verge_pulumi.engine.tracing.masks import Masks, own_key

if sys.platform != "win32":
    import fcntl

LARGEST = 16 * 1024 * 1024
"""Bytes that a file has at most, but for its last entry."""

_BEGINNING = b'{"log":{"version":"1.2","creator":{"name":"verge-pulumi","version":"'
_COMMENT = b'"},"comment":"What is secret, personal, or tells who and where is masked: docs/bug-reports.md",'
_BEFORE = b'"entries":[\n'
_BETWEEN = b",\n"
_END = b"\n]}}\n"

LOCK_PATIENCE = 1.0
"""Seconds after which a process gives its trace up because another one has the file; it has it for a millisecond."""


class NoTrace(Exception):
    """The file is none that a trace may be written to."""


class Trace:
    """Writes exchanges to a file: an observer of clients.

    Args:
        path: The file.
        largest: Bytes after which older entries go.
        sleep: Waits so many seconds for another process.
        tell: Receives the line that says why there is no trace.
    """

    def __init__(
        self,
        path: Path,
        *,
        largest: int = LARGEST,
        sleep: Callable[[float], None] = time.sleep,
        tell: Callable[[str], None] | None = None,
    ) -> None:
        self._path = path
        self._largest = largest
        self._sleep = sleep
        self._tell = tell or _tell
        self._masks = Masks(own_key())
        self._file: int | None = None
        self._lock = threading.Lock()
        self._over = False

    def __call__(self, exchange: Exchange) -> None:
        """Write an exchange."""
        with self._lock:
            if self._over:
                return
            try:
                # Masked before it is known whether it can be written: later sentences may repeat what it says.
                line = json.dumps(entry(exchange, self._masks), separators=(",", ":")).encode()
                with self._open() as file:
                    self._append(file, line)
            except Exception as error:  # whatever it is, it must not fail the run
                self._over = True
                reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
                self._tell(f"no more is written to the trace (VERGEOS_TRACE): {reason or type(error).__name__}")

    @contextlib.contextmanager
    def _open(self) -> Iterator[int]:
        """Have the file alone."""
        if self._file is None:
            self._file = _opened(self._path)
        file, waited = self._file, 0.0
        while not _locked(file):
            if waited >= LOCK_PATIENCE:
                raise NoTrace("another process does not let go of it")
            self._sleep(0.01)
            waited += 0.01
        try:
            yield file
        finally:
            _unlock(file)

    def _append(self, file: int, line: bytes) -> None:
        """Put an entry at the end of the document; begin one where there is none."""
        size = os.fstat(file).st_size
        if not size:
            if sys.platform != "win32":
                os.fchmod(file, 0o600)  # somebody else may have made it
            head = _BEGINNING + version("verge-pulumi").encode() + _COMMENT + _BEFORE
            _write(file, head + line + _END, at=0, restored=b"")
            return
        last = max(size - len(_END), 0)
        if _read(file, 0, len(_BEGINNING)) != _BEGINNING or _read(file, last, len(_END)) != _END:
            raise NoTrace("the file holds something else. Name one that does not exist yet")
        if size > self._largest:
            last = self._halve(file, size) - len(_END)
        _write(file, _BETWEEN + line + _END, at=last, restored=_END)

    @staticmethod
    def _halve(file: int, size: int) -> int:
        """Drop the older entries; return the size that is left."""
        head, before, entries = _read(file, 0, size).removesuffix(_END).partition(_BEFORE)
        lines = entries.split(_BETWEEN)
        left = head + before + _BETWEEN.join(lines[len(lines) // 2 :]) + _END
        _write(file, left, at=0, restored=b"")
        os.ftruncate(file, len(left))
        return len(left)


@functools.cache
def trace_to(path: str) -> Trace:
    """Return this process's trace in a file."""
    return Trace(Path(os.path.expanduser(path)))  # noqa: PTH111  never raises


def _opened(path: Path) -> int:
    """Open a file; a device or a pipe is shut again as it was, since it is other programs' too."""
    # As far as the system has them; without O_NONBLOCK a pipe may keep whoever opens it.
    more = (getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_BINARY", "O_NONBLOCK"))
    file = os.open(path, functools.reduce(operator.or_, more, os.O_RDWR | os.O_CREAT), 0o600)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise NoTrace("it is no file. Name one that does not exist yet")
    return file


def _read(file: int, at: int, size: int) -> bytes:
    os.lseek(file, at, os.SEEK_SET)
    return os.read(file, size)


def _write(file: int, content: bytes, *, at: int, restored: bytes) -> None:
    """Write to a place in a file; where not all of it fits, the file ends there with what it ended with before.

    Raises:
        OSError: It does not fit.
    """
    os.lseek(file, at, os.SEEK_SET)
    try:
        if os.write(file, content) == len(content):
            return
    except OSError:
        pass  # told below, once the file is as it was
    os.ftruncate(file, at)
    os.lseek(file, at, os.SEEK_SET)
    os.write(file, restored)
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _locked(file: int) -> bool:
    """Take the lock, unless another process has it; Windows has none of this kind."""
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _unlock(file: int) -> None:
    if sys.platform != "win32":
        fcntl.flock(file, fcntl.LOCK_UN)


def _tell(line: str) -> None:
    """Say it where a person sees it."""
    if provider_process.serving():
        provider_process.log(line, warning=True)
    else:
        print(line, file=sys.stderr)
