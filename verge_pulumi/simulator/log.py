"""The request log: which requests were received, their effects, and their number."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

MASK = "********"
_SECRET_NAMES = frozenset({"contents", "password", "private_key", "psk", "token"})
"""Names that are secret in any body, in addition to the catalogue's secret columns (docs/vergeos/quirks.md §8)."""

_KEPT = 20_000
"""Number of requests kept; older ones are dropped but remain counted."""


@dataclass
class Request:
    """One request, as it was received and answered.

    Attributes:
        n: Its number, from 1.
        time: When it was received, in seconds since 1970 on the simulator's clock.
        verb: The HTTP method.
        path: The path without query, as sent; a session token in it is masked.
        query: The query string, decoded.
        body: The JSON body with secrets masked, or None.
        connection: The number of its connection, from 1.
        status: The status of the answer; None while there is none, or if the connection was broken before.
        applied: Whether it changed the content: a row written or deleted, or an action performed.
    """

    n: int
    time: float
    verb: str
    path: str
    query: str
    body: Any
    connection: int
    status: int | None = None
    applied: bool = False


@dataclass(frozen=True, kw_only=True)
class Counters:
    """The counters.

    Attributes:
        requests: Requests by (verb, table); other paths count under their first part.
        connections: Connections with at least one request.
        applied: Requests that changed the content.
        unknown_columns: Columns sent that do not exist or that a POST may not write, by (table, column).
        most_in_flight: Maximum number of requests under way at the same time.
    """

    requests: Mapping[tuple[str, str], int]
    connections: int
    applied: int
    unknown_columns: Mapping[tuple[str, str], int]
    most_in_flight: int

    def total(self) -> int:
        """Return the number of all requests."""
        return sum(self.requests.values())

    def as_json(self) -> dict[str, Any]:
        """Return the counters with nested objects in place of pairs."""
        return asdict(self) | {
            "requests": _nested(self.requests),
            "unknown_columns": _nested(self.unknown_columns),
        }


def _nested(pairs: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    nested: dict[str, dict[str, int]] = {}
    for (first, second), count in pairs.items():
        nested.setdefault(first, {})[second] = count
    return nested


@dataclass
class RequestLog:
    """The requests and their counts.

    Attributes:
        secrets: Names of secret columns, masked in bodies.
        requests: The latest requests.
    """

    secrets: Collection[str]
    requests: deque[Request] = field(default_factory=lambda: deque(maxlen=_KEPT))
    _counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    _connections: set[int] = field(default_factory=set)
    _total: int = 0
    _applied: int = 0
    _in_flight: int = 0
    _most_in_flight: int = 0

    def begin(self, *, time: float, verb: str, path: str, query: str, body: Any, connection: int) -> Request:
        """Record a received request; finish it with `end`."""
        self._total += 1
        self._in_flight += 1
        self._most_in_flight = max(self._most_in_flight, self._in_flight)
        self._connections.add(connection)
        self._counts[verb, _subject(path)] += 1
        if path.startswith("/api/sys/tokens/"):
            path = f"/api/sys/tokens/{MASK}"
        request = Request(self._total, time, verb, path, query, self.masked(body), connection)
        self.requests.append(request)
        return request

    def end(self, request: Request) -> None:
        """Record that a request is finished, answered or not."""
        self._in_flight -= 1
        self._applied += request.applied

    def counters(self, unknown_columns: Mapping[tuple[str, str], int]) -> Counters:
        """Return the counts so far."""
        return Counters(
            requests=dict(self._counts),
            connections=len(self._connections),
            applied=self._applied,
            unknown_columns=dict(unknown_columns),
            most_in_flight=self._most_in_flight,
        )

    def clear(self) -> None:
        """Delete all requests and counts; numbers restart at 1."""
        self.requests.clear()
        self._counts.clear()
        self._connections.clear()
        self._total = self._applied = 0
        self._most_in_flight = self._in_flight

    def masked(self, value: Any) -> Any:
        """Return a JSON value with the secrets in it masked, wherever they are.

        Columns of other tables may have the name of a secret one; a switch is none.
        """
        if isinstance(value, dict):
            secret = _SECRET_NAMES.union(self.secrets)
            return {
                name: MASK if name in secret and not isinstance(inner, bool) else self.masked(inner)
                for name, inner in value.items()
            }
        return [self.masked(inner) for inner in value] if isinstance(value, list) else value


def _subject(path: str) -> str:
    """Return the table of a path, or its first part if it names no table."""
    parts = path.strip("/").split("/")
    if parts[0] != "api":
        return parts[0]
    return parts[2] if parts[1:2] == ["v4"] and len(parts) > 2 else "/".join(parts[1:3])
