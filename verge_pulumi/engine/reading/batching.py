"""Reads of parallel calls are batched: what several calls want is read by one request.

Pulumi's engine works on several resources at once, by default four for each processor, and each of its calls blocks
until it is answered. So a read waits a moment for those of the other calls. The size of a batch is learned from the
run: it is sent at once when it is as large as recent ones, and otherwise when no further read came for a while. How
long that is depends on what the engine does between two calls: it saves the state, which takes longer the larger the
state is. The first batch, and now and then a full one, waits too: more calls may come than were expected, and two
halves that take turns would never meet.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Generic, TypeVar

W = TypeVar("W", bound=Hashable)
A = TypeVar("A")

LONGEST_PAUSE = 0.5
"""Idle seconds after which a batch is sent."""

LONGEST_WAIT = 5.0
"""Seconds that a question waits at most."""

GAPS = 5
"""How many usual gaps between two questions make a pause after which nobody is waited for."""

ROUNDS_REMEMBERED = 8

ROUNDS_BETWEEN_PROBES = 4


@dataclass
class _Round(Generic[W, A]):
    """Questions that are answered together."""

    opened: float
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
    """

    def __init__(
        self, answer: Callable[[Sequence[W]], Mapping[W, A | Exception]], *, pause: float, expected: int
    ) -> None:
        self._answer = answer
        self._pause = pause
        self._changed = threading.Condition()
        self._round: _Round[W, A] | None = None
        self._calls = 0
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

    def ask(self, want: W) -> A:
        """Return the answer to a question, fetched after it was asked.

        Raises:
            Exception: What the answer could not be fetched for.
        """
        with self._changed:
            now = time.monotonic()
            self._learn(now)
            mine = self._round
            leads = mine is None
            if mine is None:
                mine = self._round = _Round(now)
            mine.wants.append(want)
            self._changed.notify_all()
            if leads:
                self._wait_for_others(mine)
                self._round = None
        if leads:
            try:
                mine.answers = self._answer(list(dict.fromkeys(mine.wants)))
            except BaseException as error:  # whatever it is, the others must not wait for ever
                mine.error = error
            mine.done.set()
        mine.done.wait()
        if mine.error is not None:
            raise mine.error
        answer = mine.answers[want]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _wait_for_others(self, gathered: _Round[W, A]) -> None:
        """Wait until nobody else is expected to ask, holding the lock."""
        probing = self._rounds % ROUNDS_BETWEEN_PROBES == 0
        self._rounds += 1
        while self._pause:
            everybody = not probing and len(gathered.wants) >= max(self._calls, *self._sizes)
            now = time.monotonic()
            left = min(
                self._last + min(max(self._pause, GAPS * self._gap), LONGEST_PAUSE) - now,
                gathered.opened + LONGEST_WAIT - now,
            )
            if everybody or left <= 0:
                break
            self._changed.wait(left)
        self._sizes.append(len(gathered.wants))

    def _learn(self, now: float) -> None:
        """Learn how long it takes from one question to the next."""
        if self._last:
            self._gap += (min(now - self._last, LONGEST_PAUSE) - self._gap) / 4
        self._last = now

    def _count(self, change: int) -> None:
        with self._changed:
            self._calls += change
            self._changed.notify_all()
