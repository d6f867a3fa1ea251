"""How a failure reaches the person who runs Pulumi: one sentence, no traceback, nothing secret."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pulumi

from verge_pulumi.client import VergeError, printable

LONGEST = 2000
"""Characters of an error or a warning that people are shown."""

MOST_PROBLEMS = 20
"""Problems of one resource that people are shown."""

LONGEST_GIVEN = 60
"""Characters that are shown of a value that a program gives."""


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


class Refusal(pulumi.RunError, TypeError):
    """A program gives what cannot be. Pulumi prints the text alone; of a `ValueError` its SDK would show more."""


class Unfit(ValueError):
    """A value does not fit, and the text says why without it.

    Attributes:
        shown: The text for whoever knows that it is no secret.
    """

    def __init__(self, why: str, shown: str = "") -> None:
        super().__init__(why)
        self.shown = shown or why


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


def refusal(subject: object, why: str) -> Refusal:
    """Return the error by which a program learns that something cannot be declared.

    Args:
        subject: What, as people call it, such as "Network 'lan'".
        why: The cause, and what to do.
    """
    return Refusal(shown(sentence(f"Unable to declare {subject}: {why}")))


def written_at(kind: type) -> str:
    """Return what people call an object without a name that a program makes: by its class and the program's line."""
    frame = sys._getframe(1)
    inner = (__name__.partition(".")[0], "pydantic")
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).partition(".")[0] in inner:
        frame = frame.f_back
    return f"{kind.__name__} ({Path(frame.f_code.co_filename).name}, line {frame.f_lineno})"


def given_as(value: Any) -> str:
    """Return a value as people find it in their program: the end of a long one is cut off, and no mapping is shown."""
    if isinstance(value, Mapping):
        return "{...}"
    if isinstance(value, list | tuple):
        return printable(f"[{', '.join(map(given_as, value[:LONGEST_GIVEN]))}]", LONGEST_GIVEN)
    whole = int(value) if isinstance(value, float) and value.is_integer() else value
    known = whole if isinstance(whole, bool | int | float) else str(whole)[:LONGEST]
    return printable(repr(known), LONGEST_GIVEN)


def nearest(word: object, known: Iterable[object], likeness: float = 0.6) -> str | None:
    """Return what is most like a word that is not known, whether its letters are small or not; None if nothing is."""
    import difflib  # for an error only

    by_letters = {str(each).lower(): str(each) for each in known if each}
    found = difflib.get_close_matches(str(word)[:LONGEST_GIVEN].lower(), by_letters, 1, likeness)
    return by_letters[found[0]] if found else None


def did_you_mean(word: object, known: Iterable[object]) -> str:
    """Return the question whether something else was meant; "" if nothing is like it."""
    close = nearest(word, known)
    return f"Did you mean '{printable(close)}'?" if close else ""


def listed(words: Iterable[object], conjunction: str = "or") -> str:
    """Return words as the end of a sentence: "'a', 'b' or 'c'"."""
    *most, last = (f"'{word}'" for word in words)
    return f"{', '.join(most)} {conjunction} {last}" if most else last
