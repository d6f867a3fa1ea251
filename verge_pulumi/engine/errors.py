"""How a failure reaches the person who runs Pulumi: one sentence, no traceback, nothing secret."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from verge_pulumi.client import VergeError, printable

LONGEST = 2000
"""Characters of an error or a warning that people are shown."""

MOST_PROBLEMS = 20
"""Problems of one resource that people are shown."""


class EngineError(Exception):
    """An expected failure, told as a cause and what to do about it."""


class InitialisationFailed(EngineError):
    """The object exists, but what should have followed did not happen.

    Attributes:
        id: The Pulumi id of the object.
        outs: Its outputs as far as they are known.
    """

    def __init__(self, id: str, outs: dict[str, object], reason: str) -> None:
        super().__init__(reason)
        self.id = id
        self.outs = outs


class Withdrawn(EngineError):
    """A row was made, could not be used, and has been removed again, so that nothing is left to be kept."""


class Reported(Exception):
    """What Pulumi prints. The dynamic host shows ``<module>.<class>: <text>``, and drops the module of built-ins."""


Reported.__module__, Reported.__name__, Reported.__qualname__ = "builtins", "vergeos", "vergeos"


def debugging() -> bool:
    """Say whether the person asked for tracebacks, with ``VERGEOS_DEBUG=1``."""
    return os.environ.get("VERGEOS_DEBUG", "") not in ("", "0", "false")


def gone(table: str, key: str) -> EngineError:
    """Return the error for a row that should be there."""
    return EngineError(f"there is no row {key} in {table}; was it deleted by someone else? Run 'pulumi refresh'")


def explain(error: BaseException) -> str:
    """Return the cause that a person reads; an error that nobody expected says so."""
    if isinstance(error, EngineError | VergeError):
        return str(error)
    return f"unexpected {type(error).__name__}: {error}. Set VERGEOS_DEBUG=1 for details and please report it"


def texts_in(value: Any) -> Iterator[str]:
    """Yield every text in a value, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for inner in value.values() if isinstance(value, Mapping) else value:
            yield from texts_in(inner)


def shown(text: str) -> str:
    """Return a text as it may reach a person, a log or the engine; every text that leaves us comes through here."""
    return printable(text, LONGEST)


def shown_problems(problems: Iterable[str]) -> list[str]:
    """Return one sentence for each problem of a resource as people are shown it, and how many more there are."""
    problems = list(problems)
    texts = [sentence(shown(problem)) for problem in problems[:MOST_PROBLEMS]]
    more = len(problems) - len(texts)
    return [*texts, f"And {more:,} more."] if more else texts


def sentence(text: str) -> str:
    """Return the text with a full stop at its end."""
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
