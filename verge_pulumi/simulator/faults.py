"""Faults as data: which request is affected, before or after it is applied, and what happens to it.

``{"match": {"verb": "POST", "path": "/vms$", "nth": 1, "times": 1}, "when": "after", "what": "reset"}``
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from verge_pulumi.simulator.arguments import YEAR, choice, mapping, number, several, text, whole
from verge_pulumi.simulator.patterns import pattern

WHAT = {
    "reset": "break the connection (RST)",
    "hang": "never answer",
    "drip": "answer byte by byte, `seconds` apart",
    "cut": "break off the body after `bytes` (half of it by default), with its full Content-Length announced",
    "status": "answer `status` with `body` (an object, or text) and `headers`",
    "redirect": "answer `status` (302 by default) with `location`",
    "garbage": "answer `status` (200 by default) with `body` and `content_type`; a login page in HTML by default",
    "expire_token": "forget all sessions",
    "rate_limit": "answer 429, with `retry_after` if given",
}
"""The kinds of faults, by name."""

_GARBAGE = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n"
_NEED_ANSWER = ("drip", "cut")
_MOST = 1_000_000_000
_LARGEST_PATTERN = 100
"""Maximum number of states of a regular expression for a path; paths have at most 8,190 characters."""


def _headers(name: str, value: object) -> dict[str, str]:
    headers = mapping(name, value)
    if not all(re.fullmatch(r"[A-Za-z0-9-]+", header) for header in headers):
        raise ValueError(f"{name} must have names of letters, digits and hyphens.")
    return {header: text(name, each) for header, each in headers.items()}


_OPTIONS: Mapping[str, Callable[[str, Any], Any]] = {
    "seconds": partial(number, most=YEAR),
    "bytes": partial(whole, most=_MOST),
    "status": partial(whole, least=200, most=599),
    "body": lambda name, value: value,
    "headers": _headers,
    "location": text,
    "content_type": text,
    "retry_after": lambda name, value: (
        value if isinstance(value, int) and not isinstance(value, bool) else text(name, value)
    ),
}
"""Further options of a fault, and how each is validated."""


@dataclass
class Fault:
    """One fault.

    Attributes:
        what: One of `WHAT`.
        verb: The method it applies to; None for all.
        path: A regular expression to search for in the path without query.
        nth: The first matching request it applies to, from 1.
        times: How many requests it applies to from there on; 0 for all.
        when: ``"before"`` or ``"after"`` the request is applied.
        options: Further options of `what`.
        matched: How many requests have matched so far.
    """

    what: str
    verb: str | None = None
    path: str = ""
    nth: int = 1
    times: int = 1
    when: str = "before"
    options: dict[str, Any] = field(default_factory=dict)
    matched: int = 0

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Fault:
        """Read a fault from its JSON form.

        Raises:
            ValueError: Something in it is unknown or invalid.
        """
        rest = mapping("a fault", data)
        what = choice("what", rest.pop("what", None), WHAT)
        when = choice("when", rest.pop("when", "after" if what in _NEED_ANSWER else "before"), ("before", "after"))
        if when == "before" and what in _NEED_ANSWER:
            raise ValueError(f"when='before' is not possible for {what!r}.")
        match = mapping("match", rest.pop("match", {}))
        fault = cls(
            what=what,
            verb=text("verb", match.pop("verb")) if "verb" in match else None,
            path=text("path", match.pop("path", "")),
            nth=whole("nth", match.pop("nth", 1), least=1, most=_MOST),
            times=whole("times", match.pop("times", 1), most=_MOST),
            when=when,
            options={name: _OPTIONS[name](name, value) for name, value in rest.items() if name in _OPTIONS},
        )
        unknown = [*(rest.keys() - _OPTIONS.keys()), *match]
        if unknown:
            raise ValueError(f"{unknown[0]!r} is unknown.")
        try:
            size = pattern(fault.path).size
        except ValueError as error:
            raise ValueError(f"path is no regular expression: {error}.") from None
        if size > _LARGEST_PATTERN:
            raise ValueError("path is too large a regular expression.")
        return fault

    def as_json(self) -> dict[str, Any]:
        """Return the JSON form, with the number of requests matched so far."""
        match = {"verb": self.verb, "path": self.path, "nth": self.nth, "times": self.times}
        return {"match": match, "when": self.when, "what": self.what, **self.options, "matched": self.matched}

    def hits(self, verb: str, path: str) -> bool:
        """Count a request if it matches, and return whether the fault applies to it."""
        if self.verb not in (None, verb) or not pattern(self.path).search(path):
            return False
        self.matched += 1
        return self.nth <= self.matched and (not self.times or self.matched < self.nth + self.times)

    def substitute(self) -> tuple[int, Any, dict[str, str]] | None:
        """Return the (status, body, headers) that replace the real answer; None for other kinds of faults."""
        options = self.options
        headers: dict[str, str] = dict(options.get("headers", {}))
        match self.what:
            case "status":
                return options.get("status", 500), options.get("body"), headers
            case "redirect":
                return options.get("status", 302), None, headers | {"Location": options.get("location", "/")}
            case "garbage":
                kind = {"Content-Type": options.get("content_type", "text/html")}
                return options.get("status", 200), options.get("body", _GARBAGE), headers | kind
            case "rate_limit":
                if "retry_after" in options:
                    headers["Retry-After"] = str(options["retry_after"])
                return 429, {"err": "Too many requests"}, headers
        return None


class Faults:
    """The current faults, in order; the first that applies to a request decides."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self.hung = threading.Semaphore(0)
        """Released by each request that begins to hang, for threads that wait for one."""

    def set(self, faults: Iterable[Mapping[str, Any]]) -> None:
        """Replace all faults.

        Raises:
            ValueError: One of them is invalid; then none is changed.
        """
        try:
            self._faults = [Fault.of(data) for data in several("the faults", faults)]
        except ValueError as error:
            raise ValueError(f"Unable to set a fault: {error}") from None

    def as_json(self) -> list[dict[str, Any]]:
        """Return the faults with the number of requests each has matched."""
        return [fault.as_json() for fault in self._faults]

    def strike(self, verb: str, path: str) -> Fault | None:
        """Return the fault that applies to a request; every fault counts it."""
        hit = [fault for fault in self._faults if fault.hits(verb, path)]
        return hit[0] if hit else None
