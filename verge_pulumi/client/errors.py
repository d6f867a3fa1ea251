"""Everything that can go wrong, as one tree.

::

    VergeError                       outcome, reason, advice, method, path
    ├── InvalidHost                  bad input, nothing was sent
    ├── InvalidKey
    ├── InvalidLogin
    ├── InvalidQuery
    ├── ReadOnly                     a write of a client that only reads, nothing was sent
    ├── Throttled                    the client's own limits left it no turn, nothing was sent
    ├── Unreachable                  no connection
    │   └── UntrustedCertificate     the TLS certificate was refused
    ├── NoAnswer                     sent, then reset, timed out or cut short
    ├── BadAnswer                    not JSON, too large, wrong shape
    ├── Redirected                   another place was named; not followed
    └── ApiError                     VergeOS answered with an error: status, text, field, response, retry_after
        ├── BadRequest               400
        ├── LoginRequired            401, or a login that was refused
        ├── PermissionDenied         403
        ├── NotFound                 404
        ├── NotPermitted             405, 501
        ├── Conflict                 409
        ├── AlreadyExists            409 or 422 for a unique constraint
        ├── Refused                  422
        ├── RateLimited              429
        ├── NoSpace                  507
        └── ServerError              408 and the other 5xx

Each carries an `Outcome`, the answer to the only question that matters after a failed write: was it applied?
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any


class Outcome(Enum):
    """Whether a failed request was applied on the server. A read changes nothing and is never applied."""

    NOT_APPLIED = "not applied"
    APPLIED = "applied"
    UNKNOWN = "unknown"


class VergeError(Exception):
    """A request to VergeOS failed. ``str()`` is one line: what failed, why, what to do.

    Attributes:
        reason: Why, as a clause without a full stop.
        advice: What to do, as a sentence, or ``""``.
        outcome: Whether the request was applied.
        method: The HTTP method, or ``""`` when nothing was to be sent yet.
        path: The path below the host, without a query.
        passing: It may be gone in a moment, so that trying again makes sense.
    """

    advice = ""
    passing = False

    def __init__(
        self,
        reason: str,
        *,
        outcome: Outcome = Outcome.NOT_APPLIED,
        method: str = "",
        path: str = "",
        advice: str | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason.rstrip(". ")
        self.outcome = outcome
        self.method = method
        self.path = path
        if advice is not None:
            self.advice = advice

    def __str__(self) -> str:
        failed = f"{self.method} {self.path} failed: " if self.method else ""
        doubt = "It is not known whether VergeOS applied it." if self.outcome is Outcome.UNKNOWN else ""
        return " ".join(part for part in (f"{failed}{self.reason}.", doubt, self.advice) if part)


class InvalidHost(VergeError, ValueError):
    """The host, its port or the CA file cannot be used. Nothing was sent."""


class InvalidKey(VergeError, ValueError):
    """The value is not the key of a row. Nothing was sent."""

    advice = "Give an integer, 40 hexadecimal digits or a UUID."


class InvalidLogin(VergeError, ValueError):
    """The user name, password or API key cannot be sent. Nothing was sent."""


class InvalidQuery(VergeError, ValueError):
    """A table, column, filter, field, sort or value cannot be sent. Nothing was sent."""


class ReadOnly(VergeError):
    """The client was made to read only. Nothing was sent."""


class Throttled(VergeError):
    """The limits of requests that this client keeps left no turn for so long that it gave up. Nothing was sent."""

    advice = "Other programs use the same credential: end them, or give this one an API key of its own."


class Unreachable(VergeError):
    """No connection could be made: refused, no route, no such name, or no answer to the connect."""

    advice = "Check the host name and the port, and that VergeOS can be reached from here."
    passing = True


class UntrustedCertificate(Unreachable):
    """The server's TLS certificate was refused. Never retried."""

    advice = "If the system is yours, give the file of the authority that signed its certificate as the CA file."
    passing = False


class NoAnswer(VergeError):
    """The request was sent; then the connection was reset, fell silent or ended before the answer did."""

    passing = True


class BadAnswer(VergeError):
    """An answer came that is not what VergeOS sends: not JSON, too large, or of the wrong shape."""

    advice = "Check that the host is a VergeOS and that no proxy or portal answers in its place."


class Redirected(VergeError):
    """The server named another place. It is not followed, so no credentials go there."""

    advice = "If that place is your VergeOS, give it as the host."


class ApiError(VergeError):
    """VergeOS answered with an error.

    Attributes:
        status: The HTTP status.
        text: VergeOS's own words, made printable, or ``""``.
        field: The column the words name, or ``""``.
        response: The ``response`` object that can accompany an error (docs/vergeos/README.md §7.1), else empty.
        retry_after: Seconds the server asks to wait, or None.
    """

    def __init__(
        self,
        text: str,
        *,
        status: int = 0,
        response: Mapping[str, Any] | None = None,
        retry_after: float | None = None,
        outcome: Outcome = Outcome.NOT_APPLIED,
        method: str = "",
        path: str = "",
        advice: str | None = None,
    ) -> None:
        words = text.rstrip(". ") or "no reason was given"
        super().__init__(f"{words} ({status})", outcome=outcome, method=method, path=path, advice=advice)
        self.args = (text,)
        self.status = status
        self.text = text
        self.field = field_named_in(text)
        self.response = response or {}
        self.retry_after = retry_after


class BadRequest(ApiError):
    """400: the request is malformed."""


class LoginRequired(ApiError):
    """401: the credentials were refused, or the login was (then ``status`` is the login's)."""

    advice = "Check the user name and password, or the API key (which needs VergeOS 26.0 or newer)."


class PermissionDenied(ApiError):
    """403: the user may not do this; ``advice`` says which right on what is needed."""


class NotFound(ApiError):
    """404: the row or the table does not exist. On POST and PUT also: a row that a value refers to does not exist."""


class NotPermitted(ApiError):
    """405 or 501: this VergeOS does not offer the operation."""

    advice = "Check that this version of VergeOS has it."


class Conflict(ApiError):
    """409 for another reason than a unique constraint, such as a VM that must be stopped first."""


class AlreadyExists(ApiError):
    """A unique constraint: 409 since 26.1.4, before that 422 (docs/vergeos/README.md §7.2)."""


class Refused(ApiError):
    """422: a value failed validation, or the row is in the wrong state."""


class RateLimited(ApiError):
    """429: too many requests; ``retry_after`` says for how many seconds, if the server did."""

    advice = "Wait, or send fewer requests: VergeOS allows 1,000 an hour for each API key."
    passing = True


class NoSpace(ApiError):
    """507: the storage is full."""

    advice = "Free space in that storage tier or choose another one."


class ServerError(ApiError):
    """408, 500, 502, 503, 504 …: the server failed, and a write may or may not have been applied."""

    passing = True


_BY_STATUS: Mapping[int, type[ApiError]] = {
    400: BadRequest,
    401: LoginRequired,
    403: PermissionDenied,
    404: NotFound,
    405: NotPermitted,
    408: ServerError,
    409: Conflict,
    422: Refused,
    429: RateLimited,
    501: NotPermitted,
    507: NoSpace,
}
_FIELD = re.compile(r"\bfield:? '([^']+)'")
_UNIQUE = re.compile(r"already in use|already assigned|\bunique\b|\bexists\b", re.IGNORECASE)
"""The wordings of a unique constraint (docs/vergeos/README.md §7.3, docs/vergeos/quirks.md §6)."""


def field_named_in(text: str) -> str:
    """Return the column that VergeOS's words name (``on field: 'ram'``, ``field 'vms.ram' is``), or ``""``."""
    found = _FIELD.search(text)
    return found.group(1).rpartition(".")[2] if found else ""


def error_class(status: int, text: str) -> type[ApiError]:
    """Return the class that stands for a status and VergeOS's words."""
    if status in (409, 422) and _UNIQUE.search(text):
        return AlreadyExists
    return _BY_STATUS.get(status, ServerError if status >= 500 else ApiError)
