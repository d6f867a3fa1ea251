"""Wait until VergeOS says that something happened, within a deadline, telling people what is waited for."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from verge_pulumi.engine import host
from verge_pulumi.engine.errors import EngineError

T = TypeVar("T")


@dataclass(frozen=True)
class Clock:
    """Time as waits see it; tests bring their own."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class WaitTimeout(EngineError):
    """What was waited for did not come before the deadline."""


FIRST_PAUSE = 0.25
LONGEST_PAUSE = 10.0
GROWTH = 1.6


def wait_until(
    look: Callable[[], T],
    done: Callable[[T], bool],
    *,
    what: str,
    timeout: float,
    clock: Clock,
    describe: Callable[[T], str] = str,
) -> T:
    """Look again and again, each time after a longer pause, until it is done.

    Args:
        look: Reads the state; one request.
        done: Whether the state is the one waited for.
        what: What is waited for, as in "power on".
        timeout: Seconds after which it is an error.
        clock: The time.
        describe: How the state is told to people.

    Returns:
        The state that was waited for.

    Raises:
        WaitTimeout: The time ran out; the text holds the last state.
    """
    start = clock.now()
    pause = FIRST_PAUSE
    while True:
        state = look()
        if done(state):
            return state
        elapsed = clock.now() - start
        if elapsed >= timeout:
            raise WaitTimeout(f"{what}: still '{describe(state)}' after {elapsed:.0f} s")
        host.log(f"waiting for {what}: '{describe(state)}', {elapsed:.0f} s", ephemeral=True)
        clock.sleep(min(pause, timeout - elapsed))
        pause = min(pause * GROWTH, LONGEST_PAUSE)
