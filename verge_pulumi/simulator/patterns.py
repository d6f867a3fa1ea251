"""Regular expressions whose matching time is at most proportional to their length times that of the text.

Python's own matcher backtracks, and ``(a+)+$`` has so many alternatives that a text of 40 letters blocks the simulator
for hours. This matcher follows all alternatives at once, as a set of states (Thompson's construction). Expressions that
cannot be matched in this way, with references to groups or lookarounds, are refused. Python's parser reads the
expression; it is private to the standard library, and only this module uses it.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

_parser: Any = importlib.import_module("re._parser")

_MOST_STATES = 1000
"""Maximum number of states of an expression; ``{255}`` makes 255 copies of what precedes it."""

_MOST_STEPS = 1_000_000
"""Maximum of states times characters in a match, which takes about a second at worst."""

_CATEGORIES = {
    f"CATEGORY_{negation}{name}": re.compile(letter.upper() if negation else letter)
    for name, letter in (("DIGIT", r"\d"), ("SPACE", r"\s"), ("WORD", r"\w"))
    for negation in ("", "NOT_")
}
_WORD = re.compile(r"\w")

_Test = Callable[[str], bool]
_Place = Callable[[str, int], bool]


class TooLarge(ValueError):
    """An expression, or the text for it, is too large."""


class Pattern:
    """A compiled regular expression.

    Args:
        text: The expression, in Python's syntax.

    Raises:
        ValueError: It is invalid, or cannot be matched in this way.
        TooLarge: It has too many states.
    """

    def __init__(self, text: str) -> None:
        # A state has a test for the next character, or a condition on the place, or neither; and what follows it.
        self._tests: list[_Test | None] = []
        self._places: list[_Place | None] = []
        self._next: list[Sequence[int]] = []
        try:
            tree = _parser.parse(text)
            if tree.state.flags & ~re.UNICODE:
                raise ValueError("options within an expression are not supported")
            self._end = self._state()
            self._start = self._sequence(tree, self._end)
        except (re.error, RecursionError, OverflowError) as error:
            raise ValueError(str(error) or "it is nested too deeply") from None

    @property
    def size(self) -> int:
        """The number of its states."""
        return len(self._next)

    def search(self, text: str) -> bool:
        """Return whether the expression matches anywhere in a text.

        Raises:
            TooLarge: The text is too long for an expression of this size.
        """
        if len(self._next) * len(text) > _MOST_STEPS:
            raise TooLarge("the text is too long for an expression of this size")
        active: set[int] = set()
        for position in range(len(text) + 1):
            active = self._closure([*active, self._start], text, position)
            if self._end in active:
                return True
            if position < len(text):
                character = text[position]
                active = {
                    after
                    for state in active
                    if (test := self._tests[state]) is not None and test(character)
                    for after in self._next[state]
                }
        return False

    def _closure(self, states: Iterable[int], text: str, position: int) -> set[int]:
        """Return the states reachable from given ones without a further character."""
        reached: set[int] = set()
        waiting = list(states)
        while waiting:
            state = waiting.pop()
            place = self._places[state]
            if state in reached or (place is not None and not place(text, position)):
                continue
            reached.add(state)
            if self._tests[state] is None:
                waiting.extend(self._next[state])
        return reached

    def _state(self, *after: int, test: _Test | None = None, place: _Place | None = None) -> int:
        if len(self._next) >= _MOST_STATES:
            raise TooLarge("the expression is too large")
        self._tests.append(test)
        self._places.append(place)
        self._next.append(after)
        return len(self._next) - 1

    def _sequence(self, nodes: Iterable[tuple[Any, Any]], after: int) -> int:
        """Build the states of a sequence from its end; return the first one."""
        for operator, argument in reversed(list(nodes)):
            after = self._node(str(operator), argument, after)
        return after

    def _node(self, operator: str, argument: Any, after: int) -> int:
        match operator:
            case "BRANCH":
                return self._state(*(self._sequence(branch, after) for branch in argument[1]))
            case "SUBPATTERN" if not argument[1] and not argument[2]:
                return self._sequence(argument[3], after)
            case "MAX_REPEAT" | "MIN_REPEAT":
                least, most, inner = argument
                return self._repeat(least, most, inner, after)
            case "AT" if str(argument) in _PLACES:
                return self._state(after, place=_PLACES[str(argument)])
        test = _test(operator, argument)
        if test is None:
            raise ValueError("references to groups, lookarounds and options are not supported")
        return self._state(after, test=test)

    def _repeat(self, least: int, most: Any, inner: Any, after: int) -> int:
        if most is _parser.MAXREPEAT:
            loop = self._state()
            self._next[loop] = (self._sequence(inner, loop), after)
            after = loop
        else:
            end = after
            for _ in range(most - least):
                after = self._state(self._sequence(inner, after), end)
        for _ in range(least):
            after = self._sequence(inner, after)
        return after


def _test(operator: str, argument: Any) -> _Test | None:
    """Return the test for one character, or None if it is not one."""
    match operator:
        case "LITERAL":
            return chr(argument).__eq__
        case "NOT_LITERAL":
            return chr(argument).__ne__
        case "ANY":
            return "\n".__ne__
        case "RANGE":
            low, high = map(chr, argument)
            return lambda character: low <= character <= high
        case "CATEGORY":
            category = _CATEGORIES[str(argument)]
            return lambda character: category.match(character) is not None
        case "IN":
            negated = str(argument[0][0]) == "NEGATE"
            tests = [test for kind, each in argument[negated:] if (test := _test(str(kind), each)) is not None]
            return lambda character: any(test(character) for test in tests) is not negated
    return None


def _at_boundary(text: str, position: int) -> bool:
    return bool(_WORD.match(text[position - 1 : position])) is not bool(_WORD.match(text[position : position + 1]))


_PLACES: dict[str, _Place] = {
    "AT_BEGINNING": lambda text, position: position == 0,
    "AT_BEGINNING_STRING": lambda text, position: position == 0,
    "AT_END": lambda text, position: position == len(text) or (position == len(text) - 1 and text[position] == "\n"),
    "AT_END_STRING": lambda text, position: position == len(text),
    "AT_BOUNDARY": _at_boundary,
    "AT_NON_BOUNDARY": lambda text, position: not _at_boundary(text, position),
}


@lru_cache(maxsize=256)
def pattern(text: str) -> Pattern:
    """Compile a regular expression; see `Pattern`."""
    return Pattern(text)


def matches_glob(wanted: str, text: str) -> bool:
    """Return whether a whole text matches ``*`` and ``?``, reading each character at most once per ``*``."""
    here = at = 0
    star = resume = -1
    while at < len(text):
        if here < len(wanted) and wanted[here] == "*":
            star, resume = here, at
            here += 1
        elif here < len(wanted) and wanted[here] in ("?", text[at]):
            here, at = here + 1, at + 1
        elif star >= 0:
            resume += 1
            here, at = star + 1, resume
        else:
            return False
    return wanted[here:].strip("*") == ""
