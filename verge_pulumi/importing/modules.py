"""Which module of a program new resources come into: that of their area, or parts of it where that would be long.

A part holds those of which the names begin with the same word, and is followed by further ones where they are many. The
plan keeps the module of each resource, so none moves afterwards.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.importing.found import Found
from verge_pulumi.importing.naming import snake_case, variable_name
from verge_pulumi.importing.ordering import ordered

LONGEST = 400
"""Lines of a module that is not split, and of no part of one, unless a single resource is longer."""

PART = 200
"""Lines of a part, so that most modules are read at a glance, and what is added has room."""

HEAD = 30
"""Lines above the resources: what a module is about, and what it imports."""

SHORT = 50
"""Characters of arguments that fit on a line together with what is called."""

SECRET = "x" * SHORT
"""In the place of a value that is a call."""

LEAST = 60
"""Lines that a part of their own has for resources of one word; fewer are easier to find in the rest of the area."""


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A resource that a module is to declare.

    Attributes:
        place: Its row.
        area: The module for its area.
        word: With which its name begins, or that of what it lies within.
        size: The most lines that it may have.
        needs: The rows to which it refers.
    """

    place: Place
    area: str
    word: str
    size: int
    needs: Collection[Place]


def word_of(resource: str, kind: str) -> str:
    """Return the word with which the name of a resource begins, or that of its kind."""
    found = re.match("[a-z]+", variable_name(resource, snake_case(kind)))
    return found[0] if found else snake_case(kind)


def size_of(found: Found, parts: Sequence[Found]) -> int:
    """Return the most lines that a resource may have.

    Args:
        found: The row.
        parts: What is declared with it.
    """
    around = 1 + (8 if parts else 0)  # a power; what holds the parts
    return around + _call(found, name=True) + sum(_call(part) for part in parts)


def _call(found: Found, *, name: bool = False) -> int:
    """Return the most lines of a call: one where all that it is given fits on that."""
    said = {**found.arguments, **dict.fromkeys((*found.given, *found.files), SECRET), **found.references}
    if not name:  # a part says neither what it is in nor what it is called
        said = {argument: value for argument, value in said.items() if argument not in ("vm", "name")}
    values = [list(value) if name in found.references else value for name, value in said.items()]
    lines = sum(map(_lines, values)) + 2 * len(found.mentioned) + len(found.untold)
    written = sum(len(argument) + len(str(value)) + 4 for argument, value in said.items())
    is_short = lines == len(said) and written <= (SHORT // 2 if name else SHORT)
    return 1 if is_short else lines + 3


def _lines(value: Any) -> int:
    if isinstance(value, Mapping):
        return 2 + sum(map(_lines, value.values()))
    # A reference is one line, and several ones are a list.
    return 2 + len(value) if isinstance(value, list) and len(value) != 1 else 1


class Modules:
    """The modules of a plan.

    Args:
        used: How many lines each module has already.
        frozen: Modules that are left as they are.
        taken: Names that no new module may have.
    """

    def __init__(self, used: Mapping[str, int], frozen: Collection[str], taken: Collection[str]) -> None:
        self._used = Counter(used)
        self._frozen = frozen
        self._taken = taken

    def assign(self, pieces: Sequence[Piece], *, split: bool) -> dict[Place, str]:
        """Return the module of each new resource.

        Args:
            pieces: The resources, in the order of the plan.
            split: Whether areas are split.
        """
        areas: dict[str, list[Piece]] = {}
        for piece in pieces:
            areas.setdefault(piece.area, []).append(piece)
        modules: dict[Place, str] = {}
        for area, own in areas.items():
            whole = self._next(area)
            if not split or HEAD + self._used[whole] + sum(piece.size for piece in own) <= LONGEST:
                modules |= {piece.place: whole for piece in own}
                continue
            for name, group in _groups(area, own).items():
                modules |= self._fill(name, group)
        return modules

    def _fill(self, name: str, pieces: Iterable[Piece]) -> dict[Place, str]:
        """Return the module of each of some resources that belong together; one that is full is followed by another."""
        modules: dict[Place, str] = {}
        module, number = self._next(name), 1
        for piece in _in_order(list(pieces)):
            # What comes later refers to what came before, and so do the modules: none is gone back to.
            while self._used[module] and HEAD + self._used[module] + piece.size > PART:
                module, number = self._following(name, module, number)
            self._used[module] += piece.size
            modules[piece.place] = module
        return modules

    def _following(self, name: str, module: str, number: int) -> tuple[str, int]:
        while True:
            number += 1
            following = f"{name}_{number}"
            if following != module and self._is_free(following):
                return following, number

    def _next(self, name: str) -> str:
        """Return a module for what is new: that of the name, or another one beside it if that is left as it is."""
        number, module = 1, name
        while not self._is_free(module):
            number += 1
            module = f"{name}_{number}"
        return module

    def _is_free(self, module: str) -> bool:
        return module not in self._frozen and (module in self._used or module not in self._taken)


def _groups(area: str, pieces: Sequence[Piece]) -> dict[str, list[Piece]]:
    """Return the resources of an area by the names of their modules, which do not refer to each other in a circle."""
    sizes = Counter[str]()
    for piece in pieces:
        sizes[piece.word] += piece.size
    name = {piece.place: f"{area}_{piece.word}" if sizes[piece.word] >= LEAST else area for piece in pieces}
    while True:
        needs: dict[str, set[str]] = {group: set() for group in sorted({*name.values()})}
        for piece in pieces:
            needs[name[piece.place]] |= {name[need] for need in piece.needs if need in name} - {name[piece.place]}
        try:
            TopologicalSorter(needs).prepare()
        except CycleError as error:
            merged = {group for group in error.args[1] if group != area}
            name = {place: area if group in merged else group for place, group in name.items()}
        else:
            return {group: [piece for piece in pieces if name[piece.place] == group] for group in needs}


def _in_order(pieces: Sequence[Piece]) -> list[Piece]:
    """Return resources after those to which they refer."""
    by_place = {piece.place: piece for piece in pieces}
    needs = {piece.place: {need for need in piece.needs if need in by_place} - {piece.place} for piece in pieces}
    return [by_place[place] for place in ordered(needs)]
