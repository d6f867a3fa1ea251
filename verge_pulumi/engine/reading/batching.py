"""Reads of parallel calls are batched: what several calls want is read by one request.

Pulumi's engine works on several resources at once, by default four for each processor, and each of its calls blocks
until it is answered. A batch forms

* while those before it are under way, which costs next to no time: three of them where requests are plentiful, and
  one where they are scarce, where nothing tells yet how many the run needs, and for questions that can wait;
* while the engine has enough to do with other resources: it saves the state before and after each, one by one, so a
  call that waits in the meantime delays nothing;
* where requests are scarce (`scarcity`), while more calls may come. Its size is learned from the run: it is sent when
  it is as large as recent ones, and otherwise when no further read came for a while. How long that is depends on what
  the engine does between two calls; saving takes longer the larger the state is. The first batch, and now and then a
  full one, waits too: more calls may come than were expected, and two halves that take turns would never meet.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from verge_pulumi.engine.reading.scarcity import Scarcity

W = TypeVar("W", bound=Hashable)
A = TypeVar("A")

LONGEST_PAUSE = 0.5
"""Idle seconds after which a batch is sent."""

LONGEST_WAIT = 5.0
"""Seconds that a question waits at most."""

LONGEST_TURN = 0.5
"""Seconds that a batch waits for those before it; after that, they wait for the hour, say."""

AT_ONCE = 3
"""Batches under way at once while requests are plentiful: with one, a question waits half a round trip for its turn."""

GAPS = 5
"""How many usual gaps between two questions make a pause after which nobody is waited for."""

ROUNDS_REMEMBERED = 8

ROUNDS_BETWEEN_PROBES = 4


@dataclass(eq=False)
class _Round(Generic[W, A]):
    """Questions that are answered together."""

    opened: float
    can_wait: bool = True
    wants: list[W] = field(default_factory=list)
    answers: Mapping[W, A | Exception] = field(default_factory=dict)
    error: BaseException | None = None
    done: threading.Event = field(default_factory=threading.Event)


class Gathering(Generic[W, A]):
    """Gathers the questions of calls that run side by side.

    Args:
        answer: Answers several different questions at once, an exception being an answer too; called in the thread of
            one of those who ask.
        pause: Seconds to wait for others to begin with; 0 where calls do not run side by side.
        expected: How many calls run side by side, as long as nothing else was learned.
        scarcity: How scarce requests are; a batch waits so much of the time that it could wait to save some.
    """

    def __init__(
        self,
        answer: Callable[[Sequence[W]], Mapping[W, A | Exception]],
        *,
        pause: float,
        expected: int,
        scarcity: Scarcity,
    ) -> None:
        self._answer = answer
        self._pause = pause
        self._expected = expected
        self._scarcity = scarcity
        self._changed = threading.Condition()
        self._round: _Round[W, A] | None = None
        self._under_way: list[_Round[W, A]] = []
        self._calls = 0
        self._most_calls = 0
        self._sizes = deque([expected], maxlen=ROUNDS_REMEMBERED)
        self._rounds = 0
        self._gap = pause / GAPS
        self._last = 0.0

    @contextmanager
    def call(self) -> Iterator[None]:
        """Count a call that may ask, for as long as it runs."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    @contextmanager
    def idle(self) -> Iterator[None]:
        """Take a call out of the count while it sleeps: nobody needs to wait for what it may ask."""
        self._count(-1)
        try:
            yield
        finally:
            self._count(1)

    @property
    def waiting(self) -> int:
        """Questions in the batch that forms."""
        with self._changed:
            return len(self._round.wants) if self._round else 0

    def ask(self, want: W, *, can_wait: bool = False) -> A:
        """Return the answer to a question, fetched after it was asked.

        Args:
            want: The question.
            can_wait: Whether to save requests rather than time, and to be content with the answer to the same question
                that another call is about to get.

        Raises:
            Exception: What the answer could not be fetched for.
        """
        with self._changed:
            now = time.monotonic()
            self._learn(now)
            mine = next((each for each in self._under_way if want in each.wants), None) if can_wait else None
            leads = mine is None and self._round is None
            if mine is None:
                mine = self._round = self._round or _Round(now)
                mine.wants.append(want)
                mine.can_wait &= can_wait
            self._changed.notify_all()
            if leads:
                self._wait_for_turn(mine)
                self._wait_for_others(mine)
                self._round = None
                self._under_way.append(mine)
        if leads:
            try:
                mine.answers = self._answer(list(dict.fromkeys(mine.wants)))
            except BaseException as error:  # whatever it is, the others must not wait for ever
                mine.error = error
            mine.done.set()
            with self._changed:
                self._under_way.remove(mine)
                self._changed.notify_all()
        mine.done.wait()
        if mine.error is not None:
            raise mine.error
        answer = mine.answers[want]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _wait_for_turn(self, gathered: _Round[W, A]) -> None:
        """Wait until few enough batches are under way, holding the lock."""
        plentiful = self._scarcity.plentiful

        def most() -> int:
            return AT_ONCE if plentiful and not gathered.can_wait else 1

        while len(self._under_way) >= most() and (left := gathered.opened + LONGEST_TURN - time.monotonic()) > 0:
            self._changed.wait(left)

    def _wait_for_others(self, gathered: _Round[W, A]) -> None:
        """Wait until nobody else is expected to ask, or for as long as that is worth, holding the lock."""
        scarcity = self._scarcity.now if self._pause else 0.0
        probing = self._rounds % ROUNDS_BETWEEN_PROBES == 0
        self._rounds += 1
        while (left := max(self._free(gathered), self._bought(gathered, scarcity, probing=probing))) > 0:
            self._changed.wait(left)
        self._sizes.append(len(gathered.wants))

    def _free(self, gathered: _Round[W, A]) -> float:
        """Return the seconds for which a wait delays nothing, since the engine goes on with other resources."""
        busy = self._calls <= self._expected // 2 and self._scarcity.remaining >= self._expected
        if not busy or len(gathered.wants) >= self._most_calls:
            return 0.0
        return gathered.opened + min(self._pause, LONGEST_PAUSE) - time.monotonic()

    def _bought(self, gathered: _Round[W, A], scarcity: float, *, probing: bool) -> float:
        """Return the seconds that are worth the requests that they may save."""
        everybody = len(gathered.wants) >= max(self._calls, *self._sizes)
        if not scarcity or (everybody and not probing):
            return 0.0
        now = time.monotonic()
        pause = min(max(self._pause, GAPS * self._gap), LONGEST_PAUSE)
        return min(self._last + scarcity * pause, gathered.opened + scarcity * LONGEST_WAIT) - now

    def _learn(self, now: float) -> None:
        """Learn how long it takes from one question to the next."""
        if self._last:
            self._gap += (min(now - self._last, LONGEST_PAUSE) - self._gap) / 4
        self._last = now

    def _count(self, change: int) -> None:
        with self._changed:
            self._calls += change
            self._most_calls = max(self._most_calls, self._calls)
            self._changed.notify_all()
