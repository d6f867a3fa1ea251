"""Wait until VergeOS says that something happened, within a deadline, telling people what is waited for."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TypeVar

from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.runtime import provider_process

T = TypeVar("T")


@dataclass(frozen=True)
class Clock:
    """Time as waits see it; tests bring their own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class WaitTimeout(EngineError):
    """What was waited for did not come before the deadline."""


class WaitFailed(EngineError):
    """What was waited for will not come: a state was reached that only people can leave."""


@dataclass(frozen=True)
class _Limit:
    """What `custom_timeouts` of a resource says of the call that is under way."""

    seconds: float
    end: float
    clock: Clock

    def left(self) -> float:
        return max(self.end - self.clock.now(), 0.0)


_limit: ContextVar[_Limit | None] = ContextVar("limit", default=None)


@contextmanager
def limited(seconds: float | None, clock: Clock) -> Iterator[None]:
    """Hold the waits of a call to what `custom_timeouts` says of it.

    Args:
        seconds: What all of them may take together; None if the program says nothing.
        clock: The time.
    """
    before = _limit.set(None if seconds is None else _Limit(seconds, clock.now() + seconds, clock))
    try:
        yield
    finally:
        _limit.reset(before)


def patience(said: float | None, usual: float) -> float:
    """Return the seconds that VergeOS gets for something that takes its time: no more than `custom_timeouts` leaves.

    Waits that have a reason of their own to end, such as that for the row of a POST whose answer was lost, do not ask:
    to cut them short would create things twice.

    Args:
        said: What an argument of the program says of this very wait; None if it says nothing.
        usual: What VergeOS gets if neither says anything.
    """
    limit = _limit.get()
    if limit is None:
        return usual if said is None else said
    return limit.left() if said is None else min(said, limit.left())


def is_out_of_time() -> bool:
    """Say whether `custom_timeouts` leaves nothing of the call that is under way."""
    limit = _limit.get()
    return limit is not None and limit.left() == 0


FIRST_PAUSE = 0.25
LONGEST_PAUSE = 8.0
GROWTH = 2


def wait_until(
    look: Callable[[], T],
    done: Callable[[T], bool],
    *,
    what: str,
    timeout: float,
    clock: Clock,
    failed: Callable[[T], bool] = lambda _: False,
    describe: Callable[[T], str] = str,
    detail: Callable[[T], str] = lambda _: "",
) -> T:
    """Look again and again, each time after a longer pause, until it is done.

    Looks fall on multiples of the pause on the clock, so those of all waits coincide and are answered by one list.

    A state that comes back after it was left is flapping; what is waited for must then be seen twice in a row.

    Args:
        look: Reads the state; one request.
        done: Whether the state is the one waited for.
        what: What is waited for, as in "power on".
        timeout: Seconds after which it is an error.
        clock: The time.
        failed: Whether the state is one after which there is nothing to wait for; a state that is merely unknown is
            not.
        describe: How the state is told to people.
        detail: What else an error says, as in " (vms/42 on node1)".

    Returns:
        The state that was waited for.

    Raises:
        WaitTimeout: The time ran out; the text holds the last state.
        WaitFailed: A state was reached that does not lead to the one waited for.
    """
    start = clock.now()
    pause = FIRST_PAUSE
    past: list[str] = []
    flapping = held = False
    while True:
        state = look()
        described = describe(state)
        flapping = flapping or (described in past[:-1] and described != past[-1])
        past.append(described)
        if failed(state):
            raise WaitFailed(f"{what}: it is '{described}' now, which does not pass by itself{detail(state)}")
        if done(state) and (held or not flapping):
            return state
        held = done(state)
        elapsed = clock.now() - start
        if elapsed >= timeout:
            limit = _limit.get()
            why = f"; custom_timeouts allows {limit.seconds:g} s in all" if limit and not limit.left() else ""
            raise WaitTimeout(f"{what}: still '{described}' after {elapsed:.0f} s{detail(state)}{why}")
        provider_process.log(f"waiting for {what}: '{described}', {elapsed:.0f} s", ephemeral=True)
        clock.sleep(min(_until_next(clock.now(), pause), timeout - elapsed))
        pause = min(pause * GROWTH, LONGEST_PAUSE)


def _until_next(now: float, pause: float) -> float:
    """Return the seconds to a multiple of the pause, between half a pause and one and a half."""
    return math.ceil((now + pause / 2) / pause) * pause - now
