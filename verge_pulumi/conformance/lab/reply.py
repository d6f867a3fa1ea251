"""An answer of VergeOS, and what was expected of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Self

from verge_pulumi.client import printable
from verge_pulumi.client.answer import Answer

LONGEST_SHOWN = 120
"""Characters that are shown of a value that VergeOS answered."""


class Surprise(Exception):
    """VergeOS is not as it was taken to be; each argument is one thing that differs."""

    @property
    def lines(self) -> tuple[str, ...]:
        """What differs."""
        return tuple(map(str, self.args))


class NotHere(Exception):
    """The system lacks what a check needs, so that nothing can be said; the argument says what."""


@dataclass(frozen=True)
class Reply:
    """An answer.

    Attributes:
        asked: What was asked, such as ``POST vms``.
        status: Its HTTP status.
        body: Its body.
    """

    asked: str
    status: int
    body: bytes = field(repr=False)

    @classmethod
    def of(cls, asked: str, answer: Answer) -> Self:
        """Read an answer."""
        return cls(asked, answer.status, answer.body)

    @property
    def value(self) -> Any:
        """The JSON value of the body; None for an empty body, the text itself for what is no JSON."""
        text = self.body.decode("utf-8", "replace")
        try:
            return json.loads(text) if text.strip() else None
        except ValueError:
            return text

    @property
    def words(self) -> str:
        """What an error says, or ``""``."""
        value = self.value
        words = value.get("err") if isinstance(value, dict) else None
        return words if isinstance(words, str) else ""

    @property
    def response(self) -> dict[str, Any]:
        """What a receipt adds, or the answer of an action."""
        value = self.value
        response = value.get("response") if isinstance(value, dict) else None
        return response if isinstance(response, dict) else {}

    @property
    def told(self) -> str:
        """The status and the words, for people."""
        return f"{self.status} '{printable(self.words, LONGEST_SHOWN)}'" if self.words else str(self.status)

    def answered(self, *statuses: int) -> Self:
        """Return the reply itself if it has one of the statuses.

        Raises:
            Surprise: It has another one.
        """
        if self.status not in statuses:
            raise Surprise(f"{self.asked} answered {self.told} instead of {' or '.join(map(str, statuses))}")
        return self

    def refused(self, status: int, words: str = "") -> None:
        """See that the request was refused.

        Args:
            status: With which status.
            words: What the refusal says among other things, whatever the case of its letters.

        Raises:
            Surprise: It was accepted, or refused in another way.
        """
        if self.status < 400:
            raise Surprise(f"{self.asked} was accepted ({self.status}) instead of refused")
        self.answered(status)
        if words.lower() not in self.words.lower():
            raise Surprise(f"{self.asked} was refused in other words than '{words}': {self.told}")


def same(what: str, found: object, expected: object) -> None:
    """See that something has the expected value.

    Raises:
        Surprise: It has another one.
    """
    if found != expected or isinstance(found, bool) != isinstance(expected, bool):
        raise Surprise(f"{what} is {shown(found)} instead of {shown(expected)}")


def shown(value: object) -> str:
    """Return a value as people read it."""
    try:
        text = json.dumps(value)
    except (TypeError, ValueError):
        text = str(value)
    return printable(text, LONGEST_SHOWN)


def without_keys(path: str) -> str:
    """Return the path of a request without keys, which say nothing to people."""
    table, *rest = path.split("/")
    return "/".join((table, *(("<key>", *rest[1:]) if rest else ())))
