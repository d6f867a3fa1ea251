"""Requests sent with credentials, and sent again where that does no harm."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from verge_pulumi.client.answer import Answer, Request
from verge_pulumi.client.auth import Authentication
from verge_pulumi.client.errors import Outcome, ReadOnly, VergeError
from verge_pulumi.client.once import Once
from verge_pulumi.client.pace import Budget
from verge_pulumi.client.retry import RetryBudget, RetryPolicy

if TYPE_CHECKING:
    from verge_pulumi.client.transport import Stream, Transport

T = TypeVar("T")

_writes: ContextVar[tuple[list[Request], ...]] = ContextVar("writes", default=())


@contextmanager
def recording_writes() -> Iterator[list[Request]]:
    """Collect the writes of this thread that VergeOS has applied or may have applied, as long as the block runs.

    An error speaks for the last request only. Whether the requests before it have changed something is told by this.
    """
    recorded: list[Request] = []
    before = _writes.set((*_writes.get(), recorded))
    try:
        yield recorded
    finally:
        _writes.reset(before)


@contextmanager
def _recorded(request: Request) -> Iterator[None]:
    """Record a request that is sent in the block, unless it changes nothing or is known not to have been applied."""
    perhaps_applied = request.method != "GET"
    try:
        yield
    except VergeError as error:
        perhaps_applied = perhaps_applied and error.outcome is not Outcome.NOT_APPLIED
        raise
    finally:
        if perhaps_applied:
            for recorded in _writes.get():
                recorded.append(request)


class Session:
    """What every table of a client sends through: transport, credentials and retries put together."""

    def __init__(
        self,
        transport: Once[Transport],
        authentication: Authentication,
        retries: RetryPolicy,
        pace: Budget,
        *,
        read_only: bool = False,
    ) -> None:
        self._transport = transport
        self._credentials = authentication.at(transport)
        self._retries = retries
        self._budget = RetryBudget(retries.budget)
        self._pace = pace
        self._read_only = read_only

    def close(self) -> None:
        """Log out and close the connections. A later request would log in and connect again."""
        self._credentials.close()
        if transport := self._transport.made:
            transport.close()

    def send(self, request: Request, read: Callable[[Answer], T]) -> T:
        """Send a request, as often as the retry policy allows, and return what ``read`` makes of its answer.

        Raises:
            VergeError: It failed; ``outcome`` says whether it was applied.
        """
        if self._read_only and request.method != "GET":
            raise ReadOnly("this client only reads", method=request.method, path=request.path)

        def once() -> T:
            with self._turn(request), self._open(request) as stream:
                return read(stream.answer())

        with _recorded(request):
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
            return self._transport().open(request, endless=endless)
        signed = self._signed(request)
        stream = self._transport().open(signed, endless=endless)
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
        return self._transport().open(self._signed(request), endless=endless)

    def _signed(self, request: Request) -> Request:
        headers = {**request.headers, **self._credentials.headers()}
        return replace(request, headers=headers, secrets=self._credentials.secrets(), who=self._credentials.who)
