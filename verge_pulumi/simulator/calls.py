"""A request and its answer, apart from the connection that carries them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from verge_pulumi.simulator.arguments import finite
from verge_pulumi.simulator.errors import ApiError, invalid_argument

_DEPTH = 100
"""Maximum nesting of objects and lists; deeper values are refused, so that no request exhausts the stack."""

_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def parse_json(data: bytes) -> Any:
    """Return a JSON value if all its text is Unicode and it is not nested too deeply.

    Raises:
        UnicodeEncodeError: Some text in it is not Unicode.
        ValueError: The data is not such a value.
    """
    try:
        value = json.loads(data)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if _SURROGATE.search(data):
        json.dumps(value, ensure_ascii=False).encode()  # halves of pairs are no text
    level = [value]
    for _ in range(_DEPTH):
        level = [
            inner
            for each in level
            if isinstance(each, dict | list)
            for inner in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return value
    raise ValueError("it is nested too deeply")


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request.

    Attributes:
        verb: The HTTP method.
        path: The decoded path.
        query: The query parameters.
        headers: The headers, looked up without regard to case.
        body: The raw body.
    """

    verb: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def value(self) -> Any:
        """Return the body as JSON; an empty body is an empty object.

        Raises:
            ApiError: The body is not JSON (400), or some text in it is not Unicode (422).
        """
        if not self.body.strip():
            return {}
        try:
            return parse_json(self.body)
        except UnicodeEncodeError:
            raise invalid_argument() from None
        except ValueError:
            raise ApiError(400, "Invalid JSON") from None

    def columns(self) -> dict[str, Any]:
        """Return the body as an object.

        Raises:
            ApiError: The body is not JSON (400), not an object, or some text in it is not Unicode (422).
        """
        value = self.value()
        if not finite(value):
            raise ApiError(400, "Invalid JSON")  # Python reads NaN and Infinity, which no JSON has
        if not isinstance(value, dict):
            raise invalid_argument()
        return value


@dataclass(frozen=True)
class Answer:
    """A response.

    Attributes:
        status: The HTTP status.
        body: A JSON value, a text, bytes, a part of a file, or None for an empty body.
        applied: Whether the request changed the content.
        headers: Further headers.
    """

    status: int
    body: Any = None
    applied: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_error(cls, error: ApiError) -> Answer:
        """Return the response for a refusal."""
        return cls(error.status, {"err": error.text})
