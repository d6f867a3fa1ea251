"""What is wrong with an argument, in one sentence: the argument, what was given, why it cannot be, and what to give."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from verge_pulumi.client import printable
from verge_pulumi.engine.errors import Unfit, did_you_mean, given_as, listed, sentence

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_BRANCH = re.compile(r"(str|int|float|bool|dict|list|tuple|none|nullable|constrained-.*|function-.*|.*[\[(].*)")
"""What pydantic says of the member of a union that it tried, in the place of a name."""


class Problem(str):
    """A sentence that shows nothing of the value, which may be a secret.

    Attributes:
        shown: The sentence with the value, for whoever knows that it is none.
        argument: The argument.
    """

    shown: str
    argument: str

    def __new__(cls, text: str, shown: str = "", argument: str = "") -> Problem:
        """Make a problem of a sentence, and of the one that shows the value if that differs."""
        problem = super().__new__(cls, text)
        problem.shown, problem.argument = shown or text, argument
        return problem

    def within(self, place: str) -> Problem:
        """Return the problem as one of something larger, such as a rule of a firewall."""
        return Problem(f"{place}: {self}", f"{place}: {self.shown}", self.argument)


class Several(Unfit):
    """Parts of a value do not fit; the text names them, and begins with the argument."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        problems = list(problems)
        super().__init__(" ".join(problems), " ".join(problem.shown for problem in problems))


def problem(where: str, given: Any, error: ValueError, *, secret: bool = False) -> Problem:
    """Return what is wrong with one value.

    Args:
        where: The argument, or the place in it.
        given: The value.
        error: Why it does not fit, as a predicate: "is not a size. Give a number of bytes".
        secret: Whether the value is declared as a secret, which nobody is shown.
    """
    argument, where = where.partition(".")[0], printable(where)
    shown = _clean(error.shown if isinstance(error, Unfit) else str(error))
    if isinstance(error, Several):
        hidden, known = f"{where}: {_clean(str(error))}", f"{where}: {shown}"
    else:
        hidden = f"{where}{' (a secret, not shown)' if secret else ''} {_clean(str(error))}"
        known = f"{where} {given_as(given)} {shown}"
    return Problem(hidden, "" if secret else known, argument)


def problems(
    error: ValidationError,
    given: Mapping[str, Any],
    *,
    known: Iterable[str] = (),
    secret: Callable[[str], bool] = lambda _: False,
    advice: Callable[[str], str] = lambda _: "",
) -> list[Problem]:
    """Return what is wrong with the arguments of a model, each told once.

    Args:
        error: What pydantic says.
        given: The arguments as they were given, before they got their one spelling.
        known: The arguments that there are.
        secret: Says whether an argument is declared as a secret.
        advice: Returns what to give for an argument, "" where its type says that.
    """
    found: dict[str, Problem] = {}
    known = list(known)
    for detail in error.errors(include_url=False):
        top = str(detail["loc"][0]) if detail["loc"] else ""
        if detail["type"] in _UNKNOWN and len(detail["loc"]) == 1:
            found[top] = unknown(top, known)
            continue
        rest = [str(part) for part in detail["loc"][1:] if not _BRANCH.fullmatch(str(part))]
        where = ".".join(filter(None, [top, *rest])) or "it"
        if where not in found:
            value = detail["input"] if rest else given.get(top)
            found[where] = _told(where, value, detail, secret(top), advice(top))
    return list(found.values())


def _told(where: str, given: Any, detail: ErrorDetails, secret: bool, advice: str) -> Problem:
    kind = detail["type"]
    if kind == "missing":
        return missing(where)
    if kind in _UNKNOWN:
        return unknown(where, ())
    error = detail.get("ctx", {}).get("error") if kind == "value_error" else None
    if not isinstance(error, ValueError):
        error = _reason(detail, advice)
    elif advice:
        error = Unfit(f"{str(error).partition('. ')[0]}. {advice}")
    return problem(where, given, error, secret=secret)


def missing(where: str) -> Problem:
    """Return what is wrong where an argument is not given."""
    return Problem(f"{printable(where)} is missing. Give it.")


def unknown(name: str, known: Iterable[str]) -> Problem:
    """Return what is wrong with an argument that there is not; its name is no value."""
    hint = did_you_mean(name.rpartition(".")[2], known)
    return Problem(f"{printable(name)} is no argument. {hint or 'Leave it out.'}")


def _reason(detail: ErrorDetails, advice: str) -> Unfit:
    """Return why a value is none of its type or limits, and what is."""
    context: Mapping[str, Any] = detail.get("ctx", {})
    kind = detail["type"]
    if kind == "literal_error":
        words = re.findall(r"'([^']*)'", str(context["expected"]))
        wanted = f"Give {listed(words)}."
        return Unfit(
            f"is not a valid choice. {wanted}",
            f"is not a valid choice. {did_you_mean(detail['input'], words)} {wanted}",
        )
    if kind == "string_pattern_mismatch":
        return Unfit(f"does not fit. {advice or 'Give what matches ' + str(context['pattern'])}")
    if kind in _LIMITS:
        why, bound, limit, unit = _LIMITS[kind]
        return Unfit(f"{why}. Give {bound} {context[limit]}{unit[: -1 if context[limit] == 1 else None]}")
    for beginning, why, wanted in _TYPES:
        if kind.startswith(beginning):
            return Unfit(f"{why}. {wanted}")
    return Unfit(f"is not accepted: {printable(detail['msg'].removeprefix('Input '))}")


_UNKNOWN = ("extra_forbidden", "unexpected_keyword_argument")
"""Pydantic's types of errors for an argument that there is not."""

_LIMITS = {
    "greater_than_equal": ("is too small", "at least", "ge", ""),
    "greater_than": ("is too small", "more than", "gt", ""),
    "less_than_equal": ("is too large", "at most", "le", ""),
    "less_than": ("is too large", "less than", "lt", ""),
    "string_too_short": ("is too short", "at least", "min_length", " characters"),
    "string_too_long": ("is too long", "at most", "max_length", " characters"),
}
"""Of pydantic's types of errors why the value does not fit, what does, and which limit that names."""

_TYPES = (
    ("int_", "is not a whole number", "Give one, such as 4"),
    ("float_", "is not a number", "Give one, such as 1.5"),
    ("finite_number", "is not a number", "Give one, such as 1.5"),
    ("bool_", "is neither True nor False", "Give one of them"),
    ("string_type", "is not text", "Write it in quotes"),
    ("string_", "is not text", "Give text without half characters"),
    ("list_type", "is not a list", "Give one, in brackets: [...]"),
    ("sequence_str", "is not a list", "Give one, in brackets: [...]"),
    ("dict_type", "is not a mapping", "Give names and values, in braces: {...}"),
    ("mapping_type", "is not a mapping", "Give names and values, in braces: {...}"),
)
"""Beginnings of pydantic's types of errors, why the value does not fit, and what does."""


def _clean(why: str) -> str:
    return sentence(printable(why, 1000))
