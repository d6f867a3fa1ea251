"""May a failed request be sent again, and after how long.

The rule is one sentence: a passing failure is sent again if it was certainly not applied, or if applying it twice does
no harm. A POST whose outcome is unknown is therefore never repeated: whoever sent it looks first.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from verge_pulumi.client.errors import ApiError, Outcome, RateLimited, VergeError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and after which waits a request is sent again. All times are in seconds.

    Attributes:
        attempts: The most times a request is sent.
        first_delay: Upper bound of the first wait; it doubles with each attempt. The wait is a random part of the bound
            (full jitter), so that many clients do not come back at the same moment.
        longest_delay: The bound grows no further than this.
        longest_retry_after: The most that a server's ``Retry-After`` is obeyed.
        sleep: Called with the seconds to wait.
        random: Returns a number from 0 to 1.
    """

    attempts: int = 4
    first_delay: float = 0.5
    longest_delay: float = 8.0
    longest_retry_after: float = 60.0
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = random.random

    def run(self, send: Callable[[], T], *, repeatable: bool) -> T:
        """Call ``send`` until it succeeds, fails for good or has been called ``attempts`` times.

        Args:
            send: Sends the request once.
            repeatable: Applying the request twice does no harm.

        Raises:
            VergeError: The last failure. Its outcome speaks for all attempts: unknown if that of any of them was.
        """
        unsure = False

        def attempt() -> T:
            nonlocal unsure
            try:
                return send()
            except VergeError as error:
                unsure = unsure or error.outcome is Outcome.UNKNOWN
                if unsure and error.outcome is Outcome.NOT_APPLIED:
                    error.outcome = Outcome.UNKNOWN
                raise

        return Retrying(
            stop=stop_after_attempt(self.attempts),
            retry=retry_if_exception(lambda error: _may_be_resent(error, repeatable)),
            wait=self._delay,
            sleep=self.sleep,
            reraise=True,
        )(attempt)

    def _delay(self, state: RetryCallState) -> float:
        """Return the wait before the next attempt; ``state.attempt_number`` counts from 1."""
        error = state.outcome.exception() if state.outcome else None
        doubled = 2.0 ** (state.attempt_number - 1)
        if isinstance(error, ApiError) and error.retry_after is not None:
            return min(error.retry_after, self.longest_retry_after)
        if isinstance(error, RateLimited):
            # Without a Retry-After an early second try only uses up the allowance: 2, 4, 8 s instead of 0.5, 1, 2.
            return min(4 * self.first_delay * doubled, self.longest_delay)
        return self.random() * min(self.first_delay * doubled, self.longest_delay)


def _may_be_resent(error: BaseException, repeatable: bool) -> bool:
    return isinstance(error, VergeError) and error.passing and (error.outcome is Outcome.NOT_APPLIED or repeatable)
