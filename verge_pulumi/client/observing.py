"""What an observer of a client is told: each exchange, once it is over."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from verge_pulumi.client.answer import Request
from verge_pulumi.client.errors import VergeError


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that was sent, and what became of it.

    Attributes:
        request: The request, with the credentials that it was sent with.
        started: When it was sent; seconds since 1970.
        waited: Seconds until the head of the answer was there, or nothing came.
        lasted: Seconds until all of it was there.
        status: The status of the answer; 0 if none came.
        headers: The headers of the answer.
        body: Its body, decompressed; None where it was not read as a whole.
        received: The bytes of the body that were read, after decompression.
        failure: Why there is no whole answer.
    """

    request: Request = field(repr=False)
    started: float
    waited: float
    lasted: float
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(repr=False)
    received: int
    failure: VergeError | None


Observer = Callable[[Exchange], None]
"""Receives each exchange in the thread that made it, and raises nothing."""


class Watch:
    """One exchange while it is under way.

    Args:
        observers: Who is told at its end.
        request: What is sent.

    Attributes:
        body: As in `Exchange`.
        received: As in `Exchange`.
        failure: As in `Exchange`.
    """

    def __init__(self, observers: Sequence[Observer], request: Request) -> None:
        self.body: bytes | None = None
        self.received = 0
        self.failure: VergeError | None = None
        self._observers = observers
        self._request = request
        self._started, self._began = time.time(), time.monotonic()
        self._waited: float | None = None
        self._status = 0
        self._headers: Mapping[str, str] = {}

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Note the head of the answer."""
        self._status, self._headers = status, headers
        self._waited = time.monotonic() - self._began

    def end(self) -> None:
        """Tell the observers, the first time."""
        observers, self._observers = self._observers, ()
        lasted = time.monotonic() - self._began
        for observer in observers:
            observer(
                Exchange(
                    request=self._request,
                    started=self._started,
                    waited=lasted if self._waited is None else self._waited,
                    lasted=lasted,
                    status=self._status,
                    headers=self._headers,
                    body=self.body,
                    received=self.received,
                    failure=self.failure,
                )
            )
