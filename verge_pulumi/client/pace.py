"""The budget of requests: so many in an hour, so many in a second, so many at once.

VergeOS documents 1,000 requests per hour and API key, 50 at the same moment and 50 in a short window. Whoever has the
key shares them: the threads of a process, the processes that Pulumi starts for a preview and for an update, the stacks
of a user on one machine. They are counted in a small file (`verge_pulumi.client.ledger`), and every request waits there
for its turn, those that are sent again and those that only look included.
"""

from __future__ import annotations

import contextlib
import math
import threading
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from pathlib import Path

from verge_pulumi.client.errors import RateLimited, Throttled
from verge_pulumi.client.ledger import AT_ONCE, LEASE, LONGEST_PAUSE, Book, Ledger, ledger_at, ledger_path

REQUESTS_PER_HOUR = 1000
"""What VergeOS allows each API key (docs/vergeos/README.md §4)."""

HOUR = 3600.0
RESERVE = 0.05
"""Part of the hour's requests that is kept for deletes, so that what costs can always be removed, and half of it for
the reads of a refresh, so that people can always see what there is."""

BURST = 45
"""Requests in any one second. VergeOS serves 50 in a "short window" whose length no source tells."""

LONGEST_WAIT = 2 * HOUR
"""Seconds without a turn after which a wait for the hour or for VergeOS is an error; one hour always frees some."""

LONGEST_WAIT_FOR_A_PLACE = 600.0
"""Seconds without a place after which a wait for one is an error; a request has one for about a minute at most."""

EXTENDED_EVERY = LEASE / 4
"""Seconds after which a process extends the leases of its places."""

_LONGEST_SLEEP = 60.0  # after that, a clock that was set and other processes' requests are looked at again
_LOOK_AGAIN = 0.25  # seconds after which a place that another process gave back is found
_WORTH_TELLING = 5.0
_REFUSED_FOR = 2.0


class Budget:
    """What the requests of one credential are taken from. Threads and processes share it.

    Args:
        per_hour: Requests in any one hour; 0 for no limit of any kind.
        ledger: The file that processes share, or None for this process alone.
        clock: The time, the same for all processes: seconds since 1970.
        sleep: Called with the seconds to wait.
        announce: Receives a line, once for each long wait, that says why and until when.

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
        self._reserve = math.ceil(per_hour * RESERVE) if per_hour > 1 else 0
        self._clock = clock
        self._sleep = sleep
        self._announce = announce
        self._quiet_until = 0.0
        self._ledger = ledger_at(ledger) if per_hour and ledger else Ledger(None)
        self._thread = _Thread()
        self._lock = threading.Lock()
        self._extending = False

    @property
    def left(self) -> int | None:
        """Requests that may still be sent within the hour, the reserve included; None where there is no limit."""
        if not self._per_hour:
            return None
        with self._open() as book:
            return max(self._per_hour - len(book.times) + bisect_right(book.times, self._clock() - HOUR), 0)

    @property
    def at_once(self) -> int | None:
        """Requests that this thread may send without a wait for the hour; None where there is no limit."""
        left = self.left
        return None if left is None else max(left - self._kept(), 0)

    @property
    def hourly(self) -> int | None:
        """Requests that this thread may send within an hour in which nobody else does; None where there is no limit."""
        return self._per_hour - self._kept() if self._per_hour else None

    @property
    def wait(self) -> float:
        """Seconds after which this thread may send a request; 0 if it may now."""
        return self.wait_for(1)

    def wait_for(self, requests: int) -> float:
        """Return the seconds after which this thread may send so many requests, or all of an hour; 0 if it may now."""
        if not self._per_hour:
            return 0.0
        with self._open() as book:
            return max(self._wait(book, self._clock(), self._kept(), requests), 0.0)

    @contextlib.contextmanager
    def turn(self, *, urgent: bool = False) -> Iterator[None]:
        """Wait for the turn of one request, which is sent inside; a 429 that leaves it makes everybody wait.

        Args:
            urgent: Whether it may come out of the whole reserve.

        Raises:
            Throttled: There was none for so long that waiting on makes no sense; nothing was sent.
        """
        if not self._per_hour:
            self.made += 1
            yield
            return
        place = self._take(0 if urgent else self._kept())
        try:
            yield
        except RateLimited as refusal:
            self._refused(refusal.retry_after)
            raise
        finally:
            self._ledger.release(place, self._sleep, self._announce)

    @contextlib.contextmanager
    def reserved(self, *, reads: bool = False) -> Iterator[None]:
        """Let this thread's requests come out of the reserve: they are what a delete or a refresh needs.

        Args:
            reads: They only read, so half of the reserve is left for deletes.
        """
        before, kept = self._thread.kept, self._reserve // 2 if reads else 0
        self._thread.kept = kept if before is None else min(before, kept)
        try:
            yield
        finally:
            self._thread.kept = before

    @property
    def is_reserved(self) -> bool:
        """Whether this thread's requests come out of the reserve."""
        return self._thread.kept is not None

    def extend(self) -> None:
        """Extend the leases of this process's places; a thread does it as long as requests are under way."""
        with self._open() as book:
            now = self._clock()
            book.no_later_than(now)
            self._ledger.extend(book, now)

    def _open(self) -> contextlib.AbstractContextManager[Book]:
        return self._ledger.open(self._sleep, self._announce)

    def _kept(self) -> int:
        """Return how many requests of the hour this thread leaves to others."""
        return self._reserve if self._thread.kept is None else self._thread.kept

    def _take(self, kept: int) -> int:
        """Wait for the hour and for a place, count a request and return its place."""
        waited, made = 0.0, self.made
        while True:
            with self._open() as book:
                now = self._clock()
                book.no_later_than(now)
                wait = self._wait(book, now, kept)
                refused = book.closed_until > now
                # Where a thread of this process looks for a place already, this one waits behind it.
                place = None if wait > 0 or self._ledger.queue.locked() else self._claim(book, now)
            if wait <= 0 and place is None:
                place = self._queue(kept)
            if place is not None:
                break
            if wait <= 0:
                continue  # what it waits for came while it was in the queue
            if self.made != made:
                waited, made = 0.0, self.made
            reason = "VergeOS answers that there are too many requests" if refused else self._used_up()
            if waited >= LONGEST_WAIT:
                raise _throttled(f"{LONGEST_WAIT / HOUR:.0f} hours", reason)
            if wait >= _WORTH_TELLING:
                self._tell(now, wait, f"{reason}; going on at {_clock_face(now + wait)}")
            self._sleep(min(wait, _LONGEST_SLEEP))
            waited += min(wait, _LONGEST_SLEEP)
        with self._lock:
            self.made += 1
            self._keep_extending()
        return place

    def _wait(self, book: Book, now: float, kept: int, requests: int = 1) -> float:
        """Return the seconds until each limit has room for one more request, and the hour for so many."""
        wait = book.closed_until - now
        for most, seconds in ((max(self._per_hour - kept - requests + 1, 1), HOUR), (BURST, 1.0)):
            if len(book.times) >= most:
                wait = max(wait, book.times[-most] + seconds - now)
        return wait

    def _claim(self, book: Book, now: float) -> int | None:
        """Count a request that is sent now and return its place; None if there is no place."""
        place = self._ledger.claim(book, now)
        if place is not None:
            del book.times[: bisect_right(book.times, now - HOUR)]
            book.times.append(now)
            self._ledger.starved = 0.0
        return place

    def _queue(self, kept: int) -> int | None:
        """Wait for a place behind the other threads of this process; None if the request has to wait for the hour."""
        ledger = self._ledger
        with ledger.queue:
            while True:
                releases = ledger.releases
                with self._open() as book:
                    now = self._clock()
                    book.no_later_than(now)
                    # VergeOS may have refused a request meanwhile, and others may have used up the hour.
                    if self._wait(book, now, kept) > 0:
                        return None
                    place = self._claim(book, now)
                if place is not None:
                    return place
                reason = f"all {AT_ONCE} requests that may be sent at once are under way"
                if ledger.starved >= LONGEST_WAIT_FOR_A_PLACE:
                    raise _throttled(f"{LONGEST_WAIT_FOR_A_PLACE / 60:.0f} minutes", reason)
                if ledger.starved >= _WORTH_TELLING:
                    left = LONGEST_WAIT_FOR_A_PLACE - ledger.starved
                    self._tell(now, left, f"{reason}; waiting for one of them until {_clock_face(now + left)}")
                ledger.wait_for_release(releases, _LOOK_AGAIN, self._sleep)
                ledger.starved += _LOOK_AGAIN

    def _keep_extending(self) -> None:
        """See that a thread extends the leases for as long as this process has places; it holds the lock."""
        if not self._extending and self._ledger.is_shared:
            self._extending = True
            threading.Thread(target=self._extend_often, name="extend-leases", daemon=True).start()

    def _extend_often(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(EXTENDED_EVERY)
            with self._lock:
                if not self._ledger.held:
                    self._extending = False
                    return
            self.extend()

    def _refused(self, retry_after: float | None) -> None:
        """Close the budget for everybody: as long as VergeOS says, or twice as long as the last time."""
        with self._open() as book:
            now = self._clock()
            if now < book.closed_until:
                return  # it was under way when another one was refused
            again = now - book.closed_until < LONGEST_PAUSE
            seconds = retry_after or (2 * book.closed_for if again else _REFUSED_FOR)
            book.closed_for = min(seconds, LONGEST_PAUSE)
            book.closed_until = now + book.closed_for

    def _used_up(self) -> str:
        return f"the {self._per_hour:,} requests of this hour are used up"

    def _tell(self, now: float, wait: float, text: str) -> None:
        """Announce a wait, unless one was announced that is not over, by a clock that was not set back meanwhile."""
        with self._lock:
            if now < self._quiet_until <= now + HOUR:
                return
            self._quiet_until = now + max(wait, _LONGEST_SLEEP)
        self._announce(text)


class _Thread(threading.local):
    kept: int | None = None
    """How many requests of the hour are left to others, where it is not the whole reserve."""


def _throttled(time_waited: str, reason: str) -> Throttled:
    return Throttled(f"there was no turn to send a request for {time_waited}: {reason}")


def _clock_face(moment: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(moment))


__all__ = ["Budget", "ledger_path"]
