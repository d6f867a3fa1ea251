"""Requests sent with credentials, and sent again where that does no harm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import TypeVar

from verge_pulumi.client.answer import Answer, Request
from verge_pulumi.client.auth import Authentication
from verge_pulumi.client.errors import VergeError
from verge_pulumi.client.pace import Budget
from verge_pulumi.client.retry import RetryBudget, RetryPolicy
from verge_pulumi.client.transport import Stream, Transport

T = TypeVar("T")


class Session:
    """What every table of a client sends through: transport, credentials and retries put together."""

    def __init__(
        self, transport: Transport, authentication: Authentication, retries: RetryPolicy, pace: Budget
    ) -> None:
        self._transport = transport
        self._credentials = authentication.at(transport)
        self._retries = retries
        self._budget = RetryBudget(retries.budget)
        self._pace = pace

    def close(self) -> None:
        """Log out and close the connections. A later request would log in and connect anew."""
        self._credentials.close()
        self._transport.close()

    def send(self, request: Request, read: Callable[[Answer], T]) -> T:
        """Send a request, as often as the retry policy allows, and return what ``read`` makes of its answer.

        Raises:
            VergeError: It failed; ``outcome`` says whether it was applied.
        """

        def once() -> T:
            with self._turn(request), self._open(request) as stream:
                return read(stream.answer())

        return self._retries.run(once, repeatable=request.repeatable, budget=self._budget)

    def stream(self, request: Request) -> Iterator[bytes]:
        """Send a request and yield the body of its successful answer as it comes, of any type and length.

        It is sent again only as long as nothing of the body has been handed out.
        """

        def once() -> Stream:
            with self._turn(request):
                stream = self._open(request, endless=True)
                if stream.status == 200:
                    return stream
                with stream:
                    answer = stream.answer()
                raise answer.unexpected(answer.value(), "a file")

        with self._retries.run(once, repeatable=request.repeatable, budget=self._budget) as stream:
            yield from stream.chunks()

    def _turn(self, request: Request) -> AbstractContextManager[None]:
        """Wait for a request's turn. Logins have none: the limits are of an API key, and a key needs no login."""
        return self._pace.turn(urgent=request.method == "DELETE")

    def _open(self, request: Request, *, endless: bool = False) -> Stream:
        """Send a request once; twice if the first was answered 401, which applies nothing, and there is a new token."""
        if request.anonymous:
            return self._transport.open(request, endless=endless)
        signed = self._signed(request)
        stream = self._transport.open(signed, endless=endless)
        if stream.status != 401:
            return stream
        try:
            renewed = self._credentials.renew(signed.headers)
        except VergeError:
            stream.close()
            raise
        if not renewed:
            return stream
        stream.close()
        return self._transport.open(self._signed(request), endless=endless)

    def _signed(self, request: Request) -> Request:
        headers = {**request.headers, **self._credentials.headers()}
        return replace(request, headers=headers, secrets=self._credentials.secrets())
