"""Faults as data: which request is hit, before or after it is applied, and what happens to it.

``{"match": {"verb": "POST", "path": "/vms$", "nth": 1, "times": 1}, "when": "after", "what": "reset"}``
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

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
"""What can happen, by name."""

_GARBAGE = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body>Please sign in.</body></html>\n"
_NEED_ANSWER = ("drip", "cut")
_OPTIONS: Mapping[str, type | tuple[type, ...]] = {
    "seconds": (int, float),
    "bytes": int,
    "status": int,
    "body": object,
    "headers": dict,
    "location": str,
    "content_type": str,
    "retry_after": (int, str),
}


@dataclass
class Fault:
    """One fault.

    Attributes:
        what: One of `WHAT`.
        verb: The method it hits; None for all.
        path: A regular expression searched in the path without query.
        nth: The first matching request it hits, from 1.
        times: How many it hits from there on; 0 for all.
        when: ``"before"`` or ``"after"`` the request is applied.
        options: What `what` needs besides.
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
            ValueError: Something in it is unknown or wrong.
        """
        rest = dict(data)
        what = rest.pop("what", None)
        if what not in WHAT:
            raise ValueError(f"Unable to set a fault: what={what!r} is unknown. Use one of {', '.join(WHAT)}.")
        when = rest.pop("when", "after" if what in _NEED_ANSWER else "before")
        if when not in ("before", "after") or (when == "before" and what in _NEED_ANSWER):
            raise ValueError(f"Unable to set a fault: when={when!r} is not possible for {what!r}.")
        match = dict(rest.pop("match", {}))
        for name, kind in (("nth", int), ("times", int), ("path", str), ("verb", str)):
            if not isinstance(match.get(name, kind()), kind):
                raise ValueError(f"Unable to set a fault: {name} must be {kind.__name__}.")
        fault = cls(
            what=what,
            verb=match.pop("verb", None),
            path=match.pop("path", ""),
            nth=match.pop("nth", 1),
            times=match.pop("times", 1),
            when=when,
            options=rest,
        )
        wrong = [name for name, value in rest.items() if not isinstance(value, _OPTIONS.get(name, ()))]
        if wrong or match:
            raise ValueError(f"Unable to set a fault: {[*wrong, *match][0]!r} is unknown or of the wrong type.")
        re.compile(fault.path)
        return fault

    def as_json(self) -> dict[str, Any]:
        """Return the JSON form, with the number of requests matched so far."""
        match = {"verb": self.verb, "path": self.path, "nth": self.nth, "times": self.times}
        return {"match": match, "when": self.when, "what": self.what, **self.options, "matched": self.matched}

    def hits(self, verb: str, path: str) -> bool:
        """Count a request if it matches, and tell whether it is hit."""
        if self.verb not in (None, verb) or not re.search(self.path, path):
            return False
        self.matched += 1
        return self.nth <= self.matched and (not self.times or self.matched < self.nth + self.times)

    def substitute(self) -> tuple[int, Any, dict[str, str]] | None:
        """Return the (status, body, headers) answered in place of the real answer; None for other kinds of fault."""
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
    """The faults that are set, in order; the first that hits a request decides."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self.hung = threading.Semaphore(0)
        """Released by each request that begins to hang, for whoever waits for that."""

    def set(self, faults: Iterable[Mapping[str, Any]]) -> None:
        """Replace all faults.

        Raises:
            ValueError: One of them is wrong; then none is changed.
        """
        try:
            self._faults = [Fault.of(data) for data in faults]
        except re.error as error:
            raise ValueError(f"Unable to set a fault: its path is no regular expression: {error}.") from None

    def as_json(self) -> list[dict[str, Any]]:
        """Return the faults with the number of requests each has matched."""
        return [fault.as_json() for fault in self._faults]

    def strike(self, verb: str, path: str) -> Fault | None:
        """Return the fault that hits a request; every fault counts it."""
        hit = [fault for fault in self._faults if fault.hits(verb, path)]
        return hit[0] if hit else None
