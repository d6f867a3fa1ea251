"""May a failed request be sent again, and after how long.

The rule is one sentence: a passing failure is sent again if it was certainly not applied, or if applying it twice does
no harm. A POST whose outcome is unknown is therefore never repeated: whoever sent it looks first.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from verge_pulumi.client.errors import ApiError, NoAnswer, Outcome, RateLimited, Unreachable, VergeError

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")


class RetryBudget:
    """How many more requests may be sent again. A client's threads share it.

    In an outage every request fails, and each thread that tries four times multiplies the load on a system that is
    struggling. So a retry takes one from the budget and a request that succeeds gives one back: now and then a failure
    is retried as the policy says, while an outage soon meets one attempt for each request.

    Args:
        size: What it holds at first, and at most.
    """

    def __init__(self, size: int) -> None:
        self._size = self._left = size
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Take one retry; False if there is none left."""
        with self._lock:
            if not self._left:
                return False
            self._left -= 1
            return True

    def give_back(self) -> None:
        """Note a success."""
        with self._lock:
            self._left = min(self._left + 1, self._size)


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and after which waits a request is sent again. All times are in seconds.

    Attributes:
        attempts: The most times a request is sent, unless it is refused for its rate.
        budget: The most retries of a client's threads together that no success has made up for.
        first_delay: Upper bound of the first wait; it doubles with each attempt. The wait is a random part of the bound
            (full jitter), so that many clients do not come back at the same moment.
        longest_delay: The bound grows no further than this.
        longest_retry_after: The most that a server's ``Retry-After`` is obeyed, and the longest wait of a request that
            was refused for its rate.
        patience: How long a request that is refused for its rate waits in all. It was not applied, and only time helps.
        sleep: Called with the seconds to wait.
        random: Returns a number from 0 to 1.
        lost: Called when a request got no answer, after which another system may answer at that address.
    """

    attempts: int = 4
    budget: int = 100
    first_delay: float = 0.5
    longest_delay: float = 8.0
    longest_retry_after: float = 60.0
    patience: float = 600.0
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random
    lost: Callable[[], None] = lambda: None

    def run(self, send: Callable[[], T], *, repeatable: bool, budget: RetryBudget | None = None) -> T:
        """Call ``send`` until it succeeds, fails for good or has been called as often as the policy allows.

        Args:
            send: Sends the request once.
            repeatable: Applying the request twice does no harm.
            budget: What retries are taken from; one of this call alone if there is none.

        Raises:
            VergeError: The last failure. Its outcome speaks for all attempts: unknown if that of any of them was.
        """
        from tenacity import Retrying, retry_if_exception  # a program sends no requests as a rule

        unsure = False
        left = budget or RetryBudget(self.budget)

        def attempt() -> T:
            nonlocal unsure
            try:
                result = send()
            except VergeError as error:
                if isinstance(error, NoAnswer | Unreachable):
                    self.lost()
                unsure = unsure or error.outcome is Outcome.UNKNOWN
                if unsure and error.outcome is Outcome.NOT_APPLIED:
                    error.outcome = Outcome.UNKNOWN
                raise
            left.give_back()
            return result

        return Retrying(
            stop=lambda state: self._is_over(state, left),
            retry=retry_if_exception(lambda error: _may_be_resent(error, repeatable)),
            wait=self._delay,
            sleep=self.sleep,
            reraise=True,
        )(attempt)

    def _is_over(self, state: RetryCallState, budget: RetryBudget) -> bool:
        """Whether a request that may be sent again is given up. Asked once for each failure, its wait being known."""
        if isinstance(_failure(state), RateLimited):
            return state.idle_for + state.upcoming_sleep > self.patience
        return state.attempt_number >= self.attempts or not budget.take()

    def _delay(self, state: RetryCallState) -> float:
        """Return the wait before the next attempt; ``state.attempt_number`` counts from 1."""
        error = _failure(state)
        doubled = self.first_delay * 2.0 ** min(state.attempt_number - 1, 60)
        asked = error.retry_after if isinstance(error, ApiError) else None
        if isinstance(error, RateLimited):
            # An early second try only uses up the allowance: 2, 4, 8 s instead of 0.5, 1, 2. The same holds against a
            # server that goes on asking for less.
            patient = min(4 * doubled, self.longest_retry_after)
            if asked is None or state.attempt_number >= self.attempts:
                asked = max(asked or 0.0, patient)
        if asked is not None:
            return min(asked, self.longest_retry_after)
        return self.random() * min(doubled, self.longest_delay)


def _failure(state: RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _may_be_resent(error: BaseException, repeatable: bool) -> bool:
    return isinstance(error, VergeError) and error.passing and (error.outcome is Outcome.NOT_APPLIED or repeatable)
