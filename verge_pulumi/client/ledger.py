"""The ledger: the file in which the processes of one user on one machine count their requests.

It holds the times of the last hour's requests, until when VergeOS wants none, and the places of the requests under way.
A place is a lease: it belongs to its process for `LEASE` seconds, which a process that runs extends again and again. So
a process that is stopped (Ctrl-Z, a debugger, a frozen container) loses its places after that time, and so does one
that died. A record lock guards the content while it is read and written.

The ledger is a help, not a condition. Where it cannot be kept (a read-only home, a full disk, a lock that a stopped
process holds) a process counts for itself, and what is damaged starts empty; VergeOS then answers 429 sooner or later,
and everybody waits.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import math
import os
import secrets
import sys
import threading
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from pathlib import Path

if sys.platform != "win32":
    import fcntl

AT_ONCE = 32
"""Requests under way at the same moment, of all processes together. VergeOS serves 50, and there are other clients."""

LEASE = 20.0
"""Seconds after which a place is free unless its process extended the lease: it is stopped, or it died."""

LONGEST_PAUSE = 60.0
"""The most seconds that a refusal of VergeOS keeps everybody from sending."""

LOCK_PATIENCE = 5.0
"""Seconds after which a lock is given up that a running process holds for a tenth of a millisecond."""

_LONGEST_CONTENT = 1 << 20
_LOCK = 1 << 40  # a byte far behind the content that is never written: to lock it is to have the content

_SEPARATOR = array("d", [math.nan]).tobytes()  # between the times, which are numbers, and the places
_PLACE = 16  # bytes: the owner and the end of the lease
_PLACES = AT_ONCE * _PLACE
_FREE = bytes(_PLACE)

Sleep = Callable[[float], None]
Announce = Callable[[str], None]


def ledger_path(host: str, credential: str) -> Path:
    """Return where the requests to a host with a credential are counted, in the user's cache folder.

    Only a digest of the two is in the name. Give an API key, which nobody can guess from a digest, or a user name, but
    never a password.
    """
    digest = hashlib.sha256(f"{host}\n{credential}".encode()).hexdigest()[:24]
    return cache_folder() / "requests" / digest


def cache_folder() -> Path:
    """Return this package's folder in the cache of the user."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or "")
    if not folder.is_absolute():  # the specification ignores such a folder, which each process finds elsewhere
        folder = Path(os.path.expanduser("~/.cache"))  # noqa: PTH111  never raises
    return folder / "verge-pulumi"


class Book:
    """What the ledger holds.

    Attributes:
        closed_until: Until when nobody may send a request.
        closed_for: How many seconds that was when it began.
        times: When requests were sent, oldest first; seconds since 1970 as all times here.
        places: For each place its owner and the end of its lease, one after the other; zeros where it is free.
    """

    def __init__(self, content: bytes = b"") -> None:
        head, _, tail = content.partition(_SEPARATOR)
        numbers = _numbers(head)
        times = numbers[2:]
        ordered = times.tolist()
        # No sum is finite that has a number in it that is not; each request pays for this check.
        sound = len(numbers) >= 2 and math.isfinite(sum(numbers)) and ordered == sorted(ordered)
        self.closed_until, self.closed_for = numbers[:2] if sound else (0.0, 0.0)
        self.times = times if sound else array("d")
        places = _numbers(tail[:_PLACES])
        sound = len(places) == 2 * AT_ONCE and math.isfinite(sum(places))
        self.places = places if sound else _numbers(bytes(_PLACES))

    def no_later_than(self, now: float) -> None:
        """Mend what lies in the future: the clock was set back, and nobody shall wait for it to come there again."""
        for index in range(bisect_right(self.times, now), len(self.times)):
            self.times[index] = now
        self.closed_until = min(self.closed_until, now + LONGEST_PAUSE)
        if max(self.places[1::2]) > now + LEASE:
            for index in range(1, 2 * AT_ONCE, 2):
                self.places[index] = min(self.places[index], now + LEASE)

    def owner(self, place: int) -> float:
        """Return whose a place is, or was last."""
        return self.places[2 * place]

    def is_free(self, place: int, now: float) -> bool:
        """Say whether nobody has a place, or its lease has ended."""
        return self.places[2 * place + 1] <= now

    def lease(self, place: int, owner: float, now: float) -> None:
        """Give a place to a process from now on."""
        self.places[2 * place : 2 * place + 2] = array("d", [owner, now + LEASE])

    def content(self) -> bytes:
        """Return the book as the file holds it."""
        head = array("d", [self.closed_until, self.closed_for])
        return head.tobytes() + self.times.tobytes() + _SEPARATOR + self.places.tobytes()


def _numbers(content: bytes) -> array[float]:
    numbers = array("d")
    numbers.frombytes(content[: len(content) // 8 * 8])  # it may have been cut in the middle of a number
    return numbers


class Ledger:
    """The book that processes share; in memory alone where no file can be kept.

    Record locks belong to a process, and closing any handle of a file drops all that its process has on it. So there is
    one ledger for a file in a process (`ledger_at`), and it stays open.

    Attributes:
        queue: Held by the one thread of this process that looks for a place; the others wait behind it.
        starved: Seconds for which threads have looked for a place since this process last had one; guarded by `queue`.
        releases: How many places this process has given back.
    """

    def __init__(self, path: Path | None) -> None:
        self.queue = threading.Lock()
        self.starved = 0.0
        self.releases = 0
        self._lock = threading.Lock()
        self._released = threading.Condition()
        self._book = Book()
        self._owner = float(1 + secrets.randbits(52))
        self._held: set[int] = set()
        self._file: int | None = None
        # Windows has no record locks of this kind; each process counts for itself there.
        if path is not None and sys.platform != "win32":
            with contextlib.suppress(OSError):
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    @property
    def is_shared(self) -> bool:
        """Whether other processes see it."""
        return self._file is not None

    @property
    def held(self) -> int:
        """How many places this process has."""
        return len(self._held)

    @contextlib.contextmanager
    def open(self, sleep: Sleep, announce: Announce) -> Iterator[Book]:
        """Have the book alone; what is changed in it is kept.

        Args:
            sleep: Waits so many seconds, while another process has the book.
            announce: Receives a line that says so when the book is given up.
        """
        with self._locked(sleep, announce) as file:
            if file is not None:
                try:
                    self._book = Book(os.pread(file, _LONGEST_CONTENT, 0))
                except OSError:
                    file = self._file = None
            yield self._book
            if file is not None:
                content = self._book.content()
                try:
                    if os.pwrite(file, content, 0) < len(content):
                        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                    os.ftruncate(file, len(content))
                except OSError:
                    self._file = None

    def claim(self, book: Book, now: float) -> int | None:
        """Take a free place in an open book, or return None; what this process has is not free, whatever the time."""
        for place in range(AT_ONCE):
            if place not in self._held and book.is_free(place, now):
                book.lease(place, self._owner, now)
                self._held.add(place)
                return place
        return None

    def extend(self, book: Book, now: float) -> None:
        """Begin the leases of this process's places again, except those that another process has taken over."""
        for place in self._held:
            if book.owner(place) == self._owner or book.is_free(place, now):
                book.lease(place, self._owner, now)

    def release(self, place: int, sleep: Sleep, announce: Announce) -> None:
        """Give a place back, unless another process has taken it over; of the file only the place is read."""
        with self._locked(sleep, announce) as file:
            self._held.discard(place)
            if self._book.owner(place) == self._owner:
                self._book.places[2 * place : 2 * place + 2] = array("d", [0.0, 0.0])
            if file is not None:
                with contextlib.suppress(OSError):
                    where = os.fstat(file).st_size - _PLACES + place * _PLACE
                    if os.pread(file, 8, where) == array("d", [self._owner]).tobytes():
                        os.pwrite(file, _FREE, where)
        with self._released:
            self.releases += 1
            self._released.notify_all()

    def wait_for_release(self, releases: int, seconds: float, sleep: Sleep) -> None:
        """Wait so long for a place to become free.

        Args:
            releases: What `releases` was when none was free.
            seconds: After that it is worth a look whether another process gave one back.
            sleep: Waits so many seconds, where no place is this process's own.
        """
        if not self._held:
            sleep(seconds)
            return
        with self._released:
            self._released.wait_for(lambda: self.releases != releases, seconds)

    @contextlib.contextmanager
    def _locked(self, sleep: Sleep, announce: Announce) -> Iterator[int | None]:
        """Keep other threads, and other processes where there is a file, from the content."""
        with self._lock:
            file = self._file
            try:
                if file is not None and not self._lock_file(file, sleep, announce):
                    file = self._file = None
                yield file
            finally:
                # Also when nothing could be written: whoever keeps the lock would stop all other processes.
                if file is not None:
                    with contextlib.suppress(OSError):
                        fcntl.lockf(file, fcntl.LOCK_UN, 1, _LOCK)

    @staticmethod
    def _lock_file(file: int, sleep: Sleep, announce: Announce) -> bool:
        waited, pause = 0.0, 0.001
        while True:
            try:
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _LOCK)
            except OSError as error:
                if error.errno not in (errno.EACCES, errno.EAGAIN):
                    return False  # there are no locks on this file system
            else:
                return True
            if waited >= LOCK_PATIENCE:
                announce("a stopped process holds the count of this hour's requests; this one counts its own alone")
                return False
            sleep(pause)
            waited, pause = waited + pause, min(2 * pause, 0.1)


@functools.cache
def ledger_at(path: Path) -> Ledger:
    """Return this process's ledger in a file."""
    return Ledger(path)
