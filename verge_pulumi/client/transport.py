"""One HTTP exchange: clocks, size limit, TLS, no redirects, nothing taken from the environment.

A ``requests`` adapter is driven directly, without a ``requests.Session``. That leaves out on purpose what a session
adds: redirects (which would carry the session token to another host), proxies and ``.netrc`` from the environment,
cookies. urllib3's own retries are off; `verge_pulumi.client.retry` decides.

It is imported when the first request is sent: ``requests`` takes about half as long to load as Pulumi, and neither a
program nor a preview sends one as a rule.

It is one file, since the clocks and limits of an exchange reach from the socket to the whole answer.
"""

from __future__ import annotations

import http.client
import io
import math
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from verge_pulumi.client.answer import Answer, Request
from verge_pulumi.client.errors import (
    BadAnswer,
    NoAnswer,
    Unreachable,
    UntrustedCertificate,
    VergeError,
)
from verge_pulumi.client.limits import Clocks, KiB
from verge_pulumi.client.observing import Observer, Watch
from verge_pulumi.client.text import printable

SLOWEST = 64 * KiB
"""Bytes in a second that a connection is expected to carry when a large body is sent."""

_FAILURES = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError)
_UNUSABLE = (ssl.SSLError, urllib3.exceptions.DecodeError, http.client.HTTPException)
_CUT = (ssl.SSLEOFError, http.client.IncompleteRead, http.client.RemoteDisconnected)
"""Of the `_UNUSABLE`, those that only say that the other side went away."""


class Transport:
    """Sends requests to one origin over a pool of connections. Threads may share it."""

    def __init__(
        self,
        origin: str,
        *,
        verify: bool | str,
        clocks: Clocks,
        max_body: int,
        pool_size: int,
        observers: Sequence[Observer] = (),
    ) -> None:
        self.origin = origin
        self._observers = observers
        self._clocks = clocks
        self._max_body = max_body
        self._verify = verify
        if verify is False:
            # It would come with every request; whoever sets insecure has been told what it means.
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        self._adapter = HTTPAdapter(pool_maxsize=pool_size, max_retries=0)
        self._adapter.poolmanager.pool_classes_by_scheme = {"http": _TimedHTTPPool, "https": _TimedHTTPSPool}

    def close(self) -> None:
        """Close the idle connections."""
        self._adapter.close()

    def exchange(self, request: Request, clocks: Clocks | None = None) -> Answer:
        """Send a request once and read its whole answer, whatever the status.

        Raises:
            Unreachable: No connection was made.
            NoAnswer: The answer did not come, or not to its end.
            BadAnswer: The answer is longer than the limit or is not HTTP.
        """
        with self.open(request, clocks) as stream:
            return stream.answer()

    def open(self, request: Request, clocks: Clocks | None = None, *, endless: bool = False) -> Stream:
        """Send a request once and return as soon as the head of its answer is there; the body is read from the stream.

        Args:
            request: What to send.
            clocks: Other clocks than the transport's own.
            endless: Do not limit how long the whole answer takes, only its silences.
        """
        clocks = clocks or self._clocks
        body = request.body or b""
        deadline = math.inf if endless else time.monotonic() + clocks.attempt + len(body) / SLOWEST
        exchange = _Exchange(self.origin, request, clocks, deadline)
        prepared = requests.Request(
            request.method,
            f"{self.origin}{request.path}?{request.query}",  # a bare question mark is not sent
            headers={
                "Accept": "application/json",
                "Accept-Encoding": "identity" if endless else "gzip",
                "User-Agent": "verge-pulumi",
                **request.headers,
            },
            # As a stream it is sent block by block, each with the socket's whole timeout.
            data=io.BytesIO(body) if body else None,
        ).prepare()
        _limits.silence, _limits.deadline = clocks.silence, deadline
        watch = Watch(self._observers, request)
        try:
            response = self._adapter.send(prepared, timeout=(clocks.connect, clocks.silence), verify=self._verify)
        except _FAILURES as error:
            failure = watch.failure = exchange.failure(error)
        else:
            return Stream(exchange, response, self._max_body, watch)
        watch.end()
        # Raised out here, the error has no context: requests' own holds the request with its credentials.
        raise failure


class Stream:
    """An answer whose body is still on its way. Use it as a context manager: it gives its connection back."""

    def __init__(self, exchange: _Exchange, response: requests.Response, max_body: int, watch: Watch) -> None:
        self.status = response.status_code
        self._watch = watch
        watch.answered(response.status_code, response.headers)
        self._exchange = exchange
        self._response = response
        self._max_body = max_body

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the connection back; it is closed if the body was not read to its end."""
        self._response.close()
        self._watch.end()

    def chunks(self) -> Iterator[bytes]:
        """Yield the body piece by piece, decompressed."""
        pieces = self._response.iter_content(64 * KiB)
        while True:
            try:
                piece = next(pieces, None)
            except _FAILURES as error:
                failure = self._watch.failure = self._exchange.failure(error)
            else:
                if piece is None:
                    return
                self._watch.received += len(piece)
                yield piece
                continue
            raise failure

    def answer(self) -> Answer:
        """Read the body to its end, within the size limit."""
        body = bytearray()
        for piece in self.chunks():
            body += piece
            if len(body) > self._max_body:
                self._watch.failure = self._exchange.bad_answer(
                    f"the answer is longer than the limit of {self._max_body} bytes"
                )
                raise self._watch.failure
        self._watch.body = bytes(body)
        return Answer(self._exchange.request, self.status, self._response.headers, self._watch.body)


@dataclass(frozen=True, slots=True)
class _Exchange:
    """One request under way: from what went wrong to the error that says so."""

    origin: str
    request: Request
    clocks: Clocks
    deadline: float

    def failure(self, error: BaseException) -> VergeError:
        causes = tuple(_causes(error))
        for cause in causes:
            if isinstance(cause, ssl.SSLCertVerificationError):
                reason = f"the certificate of {self.origin} is not trusted: {printable(cause.verify_message)}"
                return UntrustedCertificate(reason, **self.request.not_applied())
        if _has(causes, urllib3.exceptions.NewConnectionError):
            return Unreachable(f"cannot reach {self.origin}: {_words(causes)}", **self.request.not_applied())
        # After NewConnectionError, which urllib3 derives from it.
        if _has(causes, urllib3.exceptions.ConnectTimeoutError):
            reason = f"no connection within {self.clocks.connect:g} s"
            return Unreachable(f"cannot reach {self.origin}: {reason}", **self.request.not_applied())
        if _has(causes, *_UNUSABLE) and not _has(causes, *_CUT):
            if _has(causes, ssl.SSLError):
                return self.bad_answer(f"no secure connection to {self.origin}: {_words(causes)}")
            return self.bad_answer("what came is not a readable HTTP answer")
        if time.monotonic() >= self.deadline:
            reason = f"the answer was not complete within {self.clocks.attempt:g} s"
        elif _has(causes, TimeoutError, urllib3.exceptions.ReadTimeoutError):
            reason = f"nothing was heard for {self.clocks.silence:g} s"
        else:
            reason = f"the connection ended before the answer did: {_words(causes)}"
        return NoAnswer(reason, **self.request.perhaps_applied())

    def bad_answer(self, reason: str) -> BadAnswer:
        return BadAnswer(reason, **self.request.perhaps_applied())


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all that requests and urllib3 wrapped in it."""
    yield error
    inner = (*error.args, getattr(error, "reason", None), error.__cause__)
    for cause in dict.fromkeys(each for each in inner if isinstance(each, BaseException)):
        yield from _causes(cause)


def _has(causes: tuple[BaseException, ...], *kinds: type[BaseException]) -> bool:
    return any(isinstance(cause, kinds) for cause in causes)


def _words(causes: tuple[BaseException, ...]) -> str:
    """The operating system's words for a failure; an exception's own text can hold a URL with its query."""
    for cause in reversed(causes):
        if isinstance(cause, OSError) and cause.strerror:
            return printable(cause.strerror)
    return "closed by the other side"


# The whole-attempt clock. The socket's own timeout restarts with each byte received, in the head of an answer as in
# its body, so each single read is given what is left of the attempt. http.client reads through the file object that its
# response class makes from the socket: the one public place where every read passes, with and without TLS.


class _Limits(threading.local):
    """The clocks of the exchange that this thread has under way, on the way through requests and urllib3."""

    silence = 0.0
    deadline = 0.0


_limits = _Limits()


class _TimedReader(io.RawIOBase):
    """The receiving side of a socket, where a read lasts no longer than the silence and the attempt allow."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._silence, self._deadline = _limits.silence, _limits.deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._sock.settimeout(min(self._silence, left))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_TimedReader(self.fp.detach(), sock))


class _TimedHTTPConnection(HTTPConnection):
    response_class = _TimedResponse


class _TimedHTTPSConnection(HTTPSConnection):
    response_class = _TimedResponse


class _TimedHTTPPool(HTTPConnectionPool):
    ConnectionCls: Any = _TimedHTTPConnection


class _TimedHTTPSPool(HTTPSConnectionPool):
    ConnectionCls: Any = _TimedHTTPSConnection
