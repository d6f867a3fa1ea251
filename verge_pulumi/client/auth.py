"""The three ways to say who sends a request (docs/vergeos/README.md §2)."""

from __future__ import annotations

import base64
import json
import re
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from concurrent.futures import Future
from copy import copy
from typing import TYPE_CHECKING

from verge_pulumi.client.answer import Request
from verge_pulumi.client.errors import (
    ApiError,
    BadAnswer,
    InvalidLogin,
    LoginRequired,
    Outcome,
    ServerError,
    VergeError,
)
from verge_pulumi.client.limits import Clocks
from verge_pulumi.client.once import Once
from verge_pulumi.client.text import Sealed, Secret

if TYPE_CHECKING:
    from verge_pulumi.client.transport import Transport

_TOKENS = "/api/sys/tokens"
_TOKEN_HEADER = "x-yottabyte-token"  # noqa: S105  the name of a header
_TOKEN = re.compile(r"[0-9A-Za-z]{8,256}\Z")
_LOGIN_REFUSED = "Check the host, the user name and the password. The login is not tried again in this run."
_LOGOUT_CLOCKS = Clocks(connect=2.0, silence=2.0, attempt=3.0)


class Authentication(Sealed, ABC):
    """Who sends the requests. It holds secrets, so it shows none of them and cannot be pickled."""

    __slots__ = ()

    @abstractmethod
    def at(self, transport: Once[Transport]) -> Credentials:
        """Return what proves it at one host."""


class Credentials(Sealed, ABC):
    """What proves to one host who sends a request.

    Attributes:
        who: Who that is, as the beginning of a sentence.
    """

    __slots__ = ()

    who: str

    @abstractmethod
    def headers(self) -> Mapping[str, str]:
        """Return the headers to send."""

    @abstractmethod
    def secrets(self) -> tuple[str, ...]:
        """Return the texts that must never be shown."""

    def renew(self, refused: Mapping[str, str]) -> bool:
        """Replace headers that were answered 401. False: there are no others."""
        return False

    def close(self) -> None:
        """Give back what the host keeps for these credentials."""


class Basic(Authentication):
    """HTTP Basic: user name and password with every request. All versions of VergeOS."""

    __slots__ = ("_password", "username")

    def __init__(self, username: str, password: str) -> None:
        if ":" in username:
            raise InvalidLogin("a user name with a colon cannot be sent", advice="Use a session token or an API key.")
        self.username, self._password = _user(username, password)

    def __repr__(self) -> str:
        return f"Basic({self.username!r}, ***)"

    def at(self, transport: Once[Transport]) -> Credentials:
        """Return the ``Authorization: Basic`` header."""
        password = self._password.reveal()
        pair = f"{self.username}:{password}".encode()
        return _Fixed(f"Basic {base64.b64encode(pair).decode()}", password, f"User '{self.username}'")


class ApiKey(Authentication):
    """An API key, sent as ``Authorization: Bearer``. VergeOS 26.0 and newer; skips two-factor login."""

    __slots__ = ("_key",)

    def __init__(self, key: str) -> None:
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise InvalidLogin("the API key is empty or holds characters that no key has", advice="Copy it once more.")
        self._key = Secret(key)

    def __repr__(self) -> str:
        return "ApiKey(***)"

    def at(self, transport: Once[Transport]) -> Credentials:
        """Return the ``Authorization: Bearer`` header."""
        return _Fixed(f"Bearer {self._key.reveal()}", self._key.reveal(), "The user of this API key")


class SessionToken(Authentication):
    """A session: one login, then its token with every request, and a logout at the end. All versions of VergeOS."""

    __slots__ = ("_password", "username")

    def __init__(self, username: str, password: str) -> None:
        self.username, self._password = _user(username, password)

    def __repr__(self) -> str:
        return f"SessionToken({self.username!r}, ***)"

    def at(self, transport: Once[Transport]) -> Credentials:
        """Return a session that logs in when the first request is sent."""
        return _Session(transport, self.username, self._password)


def _user(username: str, password: str) -> tuple[str, Secret]:
    if not username or not password:
        raise InvalidLogin("the user name or the password is empty", advice="Give both.")
    return username, Secret(password)


class _Fixed(Credentials):
    """An ``Authorization`` header that stays the same; a 401 for it is final."""

    __slots__ = ("_header", "_secret", "who")

    def __init__(self, header: str, secret: str, who: str) -> None:
        self._header = header
        self._secret = secret
        self.who = who

    def headers(self) -> Mapping[str, str]:
        return {"Authorization": self._header}

    def secrets(self) -> tuple[str, ...]:
        return self._secret, self._header.partition(" ")[2]


class _Session(Credentials):
    """A session token, renewed once for all threads when VergeOS no longer takes it.

    The login under way, or the last one, is a future that every thread waits for. A refused login stays: it is made
    once and not once for each request, since repeating it can lock the user out. After a passing failure, whoever comes
    next tries again.
    """

    __slots__ = ("_lock", "_login", "_password", "_transport", "_username", "who")

    def __init__(self, transport: Once[Transport], username: str, password: Secret) -> None:
        self._transport = transport
        self._username = username
        self.who = f"User '{username}'"
        self._password = password
        self._lock = threading.Lock()
        self._login: Future[str] | None = None

    def headers(self) -> Mapping[str, str]:
        return {_TOKEN_HEADER: self._token()}

    def secrets(self) -> tuple[str, ...]:
        token = _result(self._login)
        return (self._password.reveal(), token) if token else (self._password.reveal(),)

    def renew(self, refused: Mapping[str, str]) -> bool:
        self._token(stale=refused[_TOKEN_HEADER])
        return True

    def close(self) -> None:
        with self._lock:
            token, self._login = _result(self._login), None
        if token is None:
            return
        try:
            logout = Request("DELETE", f"{_TOKENS}/{token}", headers={_TOKEN_HEADER: token})
            self._transport().exchange(logout, _LOGOUT_CLOCKS)
        except VergeError:
            # Best effort: a session that is not closed ends by itself after inactivity.
            return

    def _token(self, stale: str | None = None) -> str:
        """Return a token that is not the stale one, logging in if there is none. Threads share one login."""
        with self._lock:
            login, ours = self._login, False
            if login is None or _may_be_repeated(login, stale):
                login, ours = Future(), True
                self._login = login
        if ours:
            try:
                login.set_result(self._log_in())
            except BaseException as error:
                login.set_exception(error)
        failure = login.exception()
        if failure is not None:
            # Each thread gets its own copy: an exception that many threads raise collects all their tracebacks.
            raise copy(failure)
        return login.result()

    def _log_in(self) -> str:
        body = json.dumps({"login": self._username, "password": self._password.reveal()}).encode()
        request = Request(
            "POST",
            _TOKENS,
            body=body,
            headers={"Content-Type": "application/json"},
            secrets=(self._password.reveal(),),
        )
        try:
            token = self._transport().exchange(request).object().get("$key")
        except VergeError as error:
            # The request that the login is for has not been sent, whatever became of the login.
            error.outcome = Outcome.NOT_APPLIED
            if not isinstance(error, ApiError) or isinstance(error, ServerError):
                raise
            refused = LoginRequired(error.text, status=error.status, advice=_LOGIN_REFUSED, **request.not_applied())
        else:
            if isinstance(token, str) and _TOKEN.match(token):
                return token
            raise BadAnswer("the login was answered without a token", **request.not_applied())
        raise refused


def _result(login: Future[str] | None) -> str | None:
    """The token of a login that succeeded."""
    return login.result() if login is not None and login.done() and login.exception() is None else None


def _may_be_repeated(login: Future[str], stale: str | None) -> bool:
    if not login.done():
        return False
    error = login.exception()
    return login.result() == stale if error is None else getattr(error, "passing", True)
