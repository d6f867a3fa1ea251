"""A request and its answer, and from the bytes of an answer to a JSON value or an error."""

from __future__ import annotations

import email.utils
import json
import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn, TypedDict

from verge_pulumi.client.errors import (
    ApiError,
    BadAnswer,
    Outcome,
    PermissionDenied,
    Redirected,
    ServerError,
    error_class,
)
from verge_pulumi.client.rights import needed
from verge_pulumi.client.text import printable

Method = Literal["GET", "POST", "PUT", "DELETE"]

_LONGEST_EXPLANATION = 1000
"""Characters kept of VergeOS's own words."""


class Fate(TypedDict):
    """What an error says of the request it is about."""

    outcome: Outcome
    method: str
    path: str


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request.

    Attributes:
        method: The verb.
        path: The path below the host; it appears in errors.
        query: The encoded query; it never does.
        body: The bytes to send, or None.
        headers: The headers that say what the body is and who sends it.
        repeatable: Applying it twice does no harm.
        anonymous: It is sent without credentials.
        secrets: Texts to mask should the answer repeat them.
        who: Whose credentials it is sent with, as the beginning of a sentence.
    """

    method: Method
    path: str
    query: str = ""
    body: bytes | None = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    repeatable: bool = False
    anonymous: bool = False
    secrets: tuple[str, ...] = field(default=(), repr=False)
    who: str = ""

    def not_applied(self) -> Fate:
        """The request did not reach VergeOS, or was refused."""
        return {"outcome": Outcome.NOT_APPLIED, "method": self.method, "path": self.path}

    def perhaps_applied(self) -> Fate:
        """The request may have been applied, unless it only reads."""
        outcome = Outcome.NOT_APPLIED if self.method == "GET" else Outcome.UNKNOWN
        return {"outcome": outcome, "method": self.method, "path": self.path}

    def applied(self) -> Fate:
        """The request was applied."""
        return {"outcome": Outcome.APPLIED, "method": self.method, "path": self.path}


@dataclass(frozen=True, slots=True)
class Answer:
    """The whole answer to a request; the body is decompressed."""

    request: Request
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def value(self) -> Any:
        """Return the JSON value, or None for an empty body.

        Raises:
            Redirected: The status is 3xx.
            ApiError: The status is an error, or the body says ``err`` under a good status.
            BadAnswer: The body is not JSON.
        """
        if 300 <= self.status < 400:
            raise self._redirected()
        if not 200 <= self.status < 300:
            raise self._refusal()
        if not self.body.strip():
            return None
        value = self._parsed()
        if isinstance(value, dict) and value.get("err"):
            raise self._refusal()
        return value

    def object(self) -> dict[str, Any]:
        """Return the JSON object, or the one object in a list: single-row tables answer either way.

        See docs/vergeos/README.md §6.1.
        """
        value = self.value()
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if not isinstance(value, dict):
            raise self.unexpected(value, "an object")
        return value

    def rows(self) -> list[dict[str, Any]]:
        """Return the objects of a JSON list; one object alone counts as a list of one."""
        value = self.value()
        rows = [value] if isinstance(value, dict) else value
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self.unexpected(value, "a list of objects")
        return rows

    def unexpected(self, value: Any, wanted: str) -> BadAnswer:
        """Return the error for JSON of another shape than VergeOS answers with."""
        got = "nothing" if value is None else f"a JSON {type(value).__name__}"
        return BadAnswer(f"the answer is {got} instead of {wanted}", **self.request.perhaps_applied())

    def _parsed(self) -> Any:
        kind = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if not kind or kind.endswith("json"):
            try:
                return json.loads(self.body, parse_constant=_refuse_constant)
            except (ValueError, RecursionError):
                pass
        described = printable(kind, 40) or "no type"
        start = self._shown(self.body.decode("utf-8", "replace"), 200)
        reason = f"the answer is not JSON (status {self.status}, {described}, {len(self.body)} bytes): {start}"
        raise BadAnswer(reason, **self.request.perhaps_applied())

    def _redirected(self) -> Redirected:
        place = re.sub(r"(?<=//)[^/]*@|[?#].*", "", self.headers.get("Location", ""))
        reason = f"redirected to {self._shown(place, 200) or 'nowhere'} ({self.status}), which is not followed"
        return Redirected(reason, **self.request.not_applied())

    def _refusal(self) -> ApiError:
        text, response = self._explanation()
        kind = error_class(self.status, text)
        # An error inside a 2xx is an answer nobody documents: it proves neither that the write was applied nor not.
        doubtful = issubclass(kind, ServerError) or self.status < 400
        fate = self.request.perhaps_applied() if doubtful else self.request.not_applied()
        advice = None
        if kind is PermissionDenied:
            advice = needed(self.request.method, self.request.path, self.request.who)
        return kind(text, status=self.status, response=response, retry_after=self._retry_after(), advice=advice, **fate)

    def hidden(self) -> PermissionDenied:
        """Return the error for a list that leaves out a row which every system has."""
        text, advice = "it shows no row", needed(self.request.method, self.request.path, self.request.who)
        return PermissionDenied(text, status=self.status, advice=advice, **self.request.not_applied())

    def _explanation(self) -> tuple[str, dict[str, Any]]:
        """Return VergeOS's words and the ``response`` beside them, in any shape that clients met.

        See docs/vergeos/README.md §7.1.
        """
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            return self._shown(self.body.decode("utf-8", "replace"), 200), {}
        response = value.get("response")
        words = ""
        for key in ("err", "error", "message"):
            word = value.get(key)
            if isinstance(word, dict):
                word = word.get("message")
            if isinstance(word, str) and word.strip():
                words = self._shown(word, _LONGEST_EXPLANATION)
                break
        return words, response if isinstance(response, dict) else {}

    def _retry_after(self) -> float | None:
        """Return the seconds of a ``Retry-After``, a number or a date; None if there is none that makes sense."""
        given = self.headers.get("Retry-After", "").strip()
        try:
            seconds = float(given) if given.replace(".", "", 1).isdigit() else _moment(given) - self._now()
        except (ValueError, TypeError, OverflowError):
            return None
        return max(seconds, 0.0) if math.isfinite(seconds) else None

    def _now(self) -> float:
        """The server's own clock, against which its dates are meant, or else ours."""
        try:
            return _moment(self.headers.get("Date", ""))
        except (ValueError, TypeError, OverflowError):
            return time.time()

    def _shown(self, text: str, limit: int) -> str:
        return printable(text, limit, self.request.secrets)


def _moment(date: str) -> float:
    return email.utils.parsedate_to_datetime(date).timestamp()


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")
