"""The budget of requests: so many in an hour, so many in a second, so many at once.

VergeOS documents 1,000 requests per hour and API key, 50 at the same moment and 50 in a short window. Whoever has the
key shares them: the threads of a process, the processes that Pulumi starts for a preview and for an update, the stacks
of a team on one machine. So the times of the last hour's requests lie in a small file, the ledger, and every request
waits there for its turn, those that are sent again and those that only look included.

The ledger is a help, not a condition. Where it cannot be kept (a read-only home, a full disk) a process counts for
itself, and one that is damaged starts anew; VergeOS then answers 429 sooner or later, and everybody waits.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import hashlib
import math
import os
import sys
import threading
import time
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from pathlib import Path

from verge_pulumi.client.errors import RateLimited

if sys.platform != "win32":
    import fcntl

REQUESTS_PER_HOUR = 1000
"""What VergeOS allows each API key (fact sheet README §4)."""

HOUR = 3600.0
RESERVE = 0.05
"""Part of the hour's requests that is kept for deletes, so that what costs can always be removed."""

BURST = 45
"""Requests in any one second. VergeOS serves 50 in a "short window" whose length no source tells."""

AT_ONCE = 32
"""Requests under way at the same moment, of all processes together. VergeOS serves 50, and there are other clients."""

_LONGEST_SLEEP = 60.0  # after that, a clock that was set and other processes' requests are looked at again
_WORTH_TELLING = 5.0
_REFUSED_FOR = 2.0
_LONGEST_CONTENT = 1 << 20

# Bytes far behind the content that are never written: to lock one is to have the content, or one of the places.
_CONTENT = 1 << 40
_PLACES = _CONTENT + 1


def ledger_path(host: str, credential: str) -> Path:
    """Return where the requests to a host with a credential are counted, in the user's cache folder.

    Only a digest of the two is in the name. Give an API key, which nobody can guess from a digest, or a user name, but
    never a password.
    """
    digest = hashlib.sha256(f"{host}\n{credential}".encode()).hexdigest()[:24]
    folder = Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))  # noqa: PTH111  never raises
    return folder / "verge-pulumi" / "requests" / digest


class Budget:
    """What the requests of one credential are taken from. Threads and processes share it.

    Args:
        per_hour: Requests in any one hour; 0 for no limit of any kind.
        ledger: The file that processes share, or None for this process alone.
        clock: The time, the same for all processes: seconds since 1970.
        sleep: Called with the seconds to wait.
        announce: Told, once for each long wait, why and until when.

    Attributes:
        made: Requests sent by this process.
    """

    def __init__(
        self,
        per_hour: int,
        *,
        ledger: Path | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
        announce: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.made = 0
        self._per_hour = per_hour
        self._ordinary = per_hour - math.ceil(per_hour * RESERVE) if per_hour > 1 else per_hour
        self._clock = clock
        self._sleep = sleep
        self._announce = announce
        self._quiet_until = 0.0
        self._ledger = _ledger(ledger) if per_hour and ledger else _Ledger(None)
        self._thread = _Thread()

    @property
    def left(self) -> int | None:
        """Requests that may still be sent within the hour, the reserve included; None where there is no limit."""
        if not self._per_hour:
            return None
        with self._ledger as book:
            return max(self._per_hour - len(book.times) + bisect_right(book.times, self._clock() - HOUR), 0)

    @contextlib.contextmanager
    def turn(self, *, urgent: bool = False) -> Iterator[None]:
        """Wait for the turn of one request, which is sent inside; a 429 that leaves it makes everybody wait.

        Args:
            urgent: Whether it may come out of the reserve.
        """
        if not self._per_hour:
            self.made += 1
            yield
            return
        self._take(urgent or self._thread.urgent)
        with self._ledger.place():
            try:
                yield
            except RateLimited as refusal:
                self._refused(refusal.retry_after)
                raise

    @contextlib.contextmanager
    def reserved(self) -> Iterator[None]:
        """Let this thread's requests come out of the reserve: they are what a delete needs."""
        before, self._thread.urgent = self._thread.urgent, True
        try:
            yield
        finally:
            self._thread.urgent = before

    def _take(self, urgent: bool) -> None:
        while True:
            with self._ledger as book:
                now = self._clock()
                book.no_later_than(now)
                wait = self._wait(book, now, self._per_hour if urgent else self._ordinary)
                if wait <= 0:
                    del book.times[: bisect_right(book.times, now - HOUR)]
                    book.times.append(now)
                    self.made += 1
                    return
                refused = book.closed_until > now
                told = now < self._quiet_until or wait < _WORTH_TELLING
                if not told:
                    self._quiet_until = now + max(wait, _LONGEST_SLEEP)
            if not told:
                self._announce(self._notice(refused, now + wait))
            self._sleep(min(wait, _LONGEST_SLEEP))

    def _wait(self, book: _Book, now: float, per_hour: int) -> float:
        """Return the seconds until each limit has room for one more request."""
        wait = book.closed_until - now
        for most, seconds in ((per_hour, HOUR), (BURST, 1.0)):
            if len(book.times) >= most:
                wait = max(wait, book.times[-most] + seconds - now)
        return wait

    def _refused(self, retry_after: float | None) -> None:
        """Close the budget for everybody: as long as VergeOS says, or twice as long as the last time."""
        with self._ledger as book:
            now = self._clock()
            if now < book.closed_until:
                return  # it was under way when another one was refused
            again = now - book.closed_until < _LONGEST_SLEEP
            seconds = retry_after or (2 * book.closed_for if again else _REFUSED_FOR)
            book.closed_for = min(seconds, _LONGEST_SLEEP)
            book.closed_until = now + book.closed_for

    def _notice(self, refused: bool, until: float) -> str:
        if refused:
            reason = "VergeOS answers that there are too many requests"
        else:
            reason = f"the {self._per_hour:,} requests of this hour are used up"
        return f"{reason}; going on at {time.strftime('%H:%M:%S', time.localtime(until))}"


class _Thread(threading.local):
    urgent = False


class _Book:
    """What the ledger holds: since when no request may be sent, and the times of the requests, oldest first."""

    def __init__(self, content: bytes = b"") -> None:
        numbers = array("d")
        with contextlib.suppress(ValueError):  # it was cut in the middle of a number
            numbers.frombytes(content)
        times = numbers[2:]
        sound = len(numbers) >= 2 and all(map(math.isfinite, numbers)) and list(times) == sorted(times)
        self.closed_until, self.closed_for = numbers[:2] if sound else (0.0, 0.0)
        self.times = times if sound else array("d")

    def no_later_than(self, now: float) -> None:
        """Mend times in the future: the clock was set back, and nobody shall wait for it to come there again."""
        for index in range(bisect_right(self.times, now), len(self.times)):
            self.times[index] = now
        self.closed_until = min(self.closed_until, now + _LONGEST_SLEEP)

    def content(self) -> bytes:
        return array("d", [self.closed_until, self.closed_for]).tobytes() + self.times.tobytes()


class _Ledger:
    """The book that processes share, open inside ``with``; in memory alone where no file can be kept.

    Record locks belong to a process, and closing any handle of a file drops all that its process has on it. So there is
    one ledger for a file in a process, and it stays open.
    """

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        self._book = _Book()
        self._places = threading.Condition()
        self._free = list(range(AT_ONCE))
        self._file: int | None = None
        # Windows has no record locks of this kind; each process counts for itself there.
        if path is not None and sys.platform != "win32":
            with contextlib.suppress(OSError):
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> _Book:
        self._lock.acquire()
        if self._file is not None:
            try:
                fcntl.lockf(self._file, fcntl.LOCK_EX, 1, _CONTENT)
                self._book = _Book(os.pread(self._file, _LONGEST_CONTENT, 0))
            except OSError:
                self._file = None
        return self._book

    def __exit__(self, *_: object) -> None:
        try:
            if self._file is not None:
                content = self._book.content()
                os.pwrite(self._file, content, 0)
                os.ftruncate(self._file, len(content))
                fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _CONTENT)
        except OSError:
            self._file = None
        finally:
            self._lock.release()

    @contextlib.contextmanager
    def place(self) -> Iterator[None]:
        """Have a place among the requests under way, of this process and of all; a process that dies frees its own."""
        with self._places:
            self._places.wait_for(lambda: self._free)
            place = next((place for place in self._free if self._hold(place, wait=False)), self._free[0])
            self._free.remove(place)
        try:
            self._hold(place, wait=True)  # at once, unless other processes hold them all
            yield
        finally:
            if self._file is not None:
                with contextlib.suppress(OSError):
                    fcntl.lockf(self._file, fcntl.LOCK_UN, 1, _PLACES + place)
            with self._places:
                self._free.append(place)
                self._places.notify()

    def _hold(self, place: int, *, wait: bool) -> bool:
        if self._file is None:
            return True
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _PLACES + place)
        except OSError as error:
            return error.errno not in (errno.EACCES, errno.EAGAIN)  # another process has it; else it has no locks
        return True


@functools.cache
def _ledger(path: Path) -> _Ledger:
    return _Ledger(path)


__all__ = ["Budget", "ledger_path"]
