"""How scarce requests are: what is left of the hour, compared with what the run still needs.

The rule is *time while requests are plentiful, requests while they are scarce*. A read that waits for those of other
calls saves requests and may cost time. So no time is spent on it where the hour has plenty for this run, and the more
the less the hour has.
"""

from __future__ import annotations

import threading

from verge_pulumi.client import Budget

REQUESTS_FOR_EACH = 1.5
"""Requests for each object where reads wait for one another: 1.15 to create and 1.25 to delete those of a machine
(docs/performance.md), more where networks apply what is staged."""

SCARCE = 2.0
"""Requests are as scarce as can be if there are less than so many times what the run needs."""

PLENTIFUL = 3.0
"""Requests are plentiful if there are more than so many times what the run needs."""

USUAL = 100
"""Objects that a run is taken to have as long as nothing tells how many there are."""


class Scarcity:
    """Compares what is left of the hour with what the objects of a run need.

    Args:
        budget: What the requests are taken from.
    """

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._expected = 0
        self._unchanged = 0
        self._done = 0
        self._lock = threading.Lock()

    def expect(self, objects: int) -> None:
        """Learn that the run has at least so many objects."""
        with self._lock:
            self._expected = max(self._expected, objects)

    def unchanged(self) -> None:
        """Count an object of which the run has nothing to do."""
        with self._lock:
            self._unchanged += 1

    def done(self) -> None:
        """Count an object that the run has dealt with, whatever became of it."""
        with self._lock:
            self._done += 1

    @property
    def progress(self) -> str:
        """How far the run is, in words; "" as long as nothing tells how many objects there are."""
        return f"{self._done:,} of {self._objects:,} objects done" if self._expected else ""

    @property
    def remaining(self) -> int:
        """Objects that the run has still to deal with."""
        return max(self._objects - self._done, 0)

    @property
    def _objects(self) -> int:
        return max((self._expected or USUAL) - self._unchanged, 0)

    @property
    def plentiful(self) -> bool:
        """Whether this run has requests to spare, which is not known before its number of objects is."""
        return self._budget.at_once is None or (self._expected > 0 and self.now == 0)

    @property
    def now(self) -> float:
        """How scarce requests are: 0 where there are plenty, 1 where each one counts."""
        left = self._budget.at_once
        if left is None:
            return 0.0
        # A run that has begun to save goes on with it, though less and less remains to be done.
        whole = (left + self._budget.made) / (REQUESTS_FOR_EACH * max(self._objects, 1))
        rest = left / (REQUESTS_FOR_EACH * max(self.remaining, 1))
        return min(max((PLENTIFUL - min(whole, rest)) / (PLENTIFUL - SCARCE), 0.0), 1.0)
