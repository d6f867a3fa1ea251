"""The projection language: the grammar of ``fields`` (docs/vergeos/README.md §5.1).

An entry is a column, a view, a path through references (``machine#status#running as running``), a function of one
(``count(members)``) or a selection inside a referenced row or a child list (``machine[most,drives[most]]``). Names that
do not exist are silently dropped; `projecting` evaluates the entries.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias, cast

from lark import Lark, LarkError, Token, Transformer

from verge_pulumi.simulator.errors import invalid_argument
from verge_pulumi.simulator.relations import Relation

_GRAMMAR = r"""
start: [entry] ("," [entry])*
entry: path [selection] [_AS NAME]
path: (NAME "#")* leaf
?leaf: NAME
     | NAME "(" path [selection] ")" -> call
selection: "[" start "]"

_AS: /as(?=\s)/
NAME: /(?!as\s)[^\s,#\[\]()]+/
%ignore /\s+/
"""

_DEPTH = 50
"""Maximum length of a path; longer ones are refused, so that no projection exhausts the stack."""

NAMING = ("$key", "name", "$display")
"""What is shown of a row that may be listed, but not read."""


@dataclass(frozen=True)
class Entry:
    """One entry of a projection.

    Attributes:
        path: The names between the ``#``.
        functions: The functions applied to the value, the outermost first.
        selection: The entries selected inside; None without a selection.
        output: Its name in the answer.
        depth: How many tables it spans.
    """

    path: tuple[str, ...]
    functions: tuple[str, ...]
    selection: tuple[Entry, ...] | None
    output: str
    depth: int

    @property
    def is_renamed(self) -> bool:
        """Return whether its name in the answer is none of a column."""
        return self.path != (self.output,)

    @property
    def may_be_view(self) -> bool:
        """Return whether this is a bare name, which may be a view such as ``all``."""
        return self.path == (self.output,) and not self.functions and self.selection is None


_Path: TypeAlias = tuple[tuple[str, ...], tuple[str, ...], tuple[Entry, ...] | None]
"""The names of a path, the functions of it, and what those are applied to in brackets."""


class _Builder(Transformer[Token, Any]):
    def start(self, children: list[Any]) -> tuple[Entry, ...]:
        return tuple(child for child in children if child is not None)

    def entry(self, children: list[Any]) -> Entry:
        (path, functions, inner), selection, alias = children
        if selection is not None and functions:
            raise invalid_argument()
        selection = inner if selection is None else selection
        named = "" if inner is None else f"[{','.join(entry.output for entry in inner)}]"
        text = "#".join((*path[:-1], f"{'('.join((*functions, path[-1]))}{named}{')' * len(functions)}"))
        depth = len(path) + len(functions) + max((inner.depth for inner in selection or ()), default=0)
        if depth > _DEPTH:
            raise invalid_argument()
        return Entry(path, functions, selection, str(alias or text), depth)

    def path(self, children: list[Any]) -> _Path:
        *names, leaf = children
        inner, functions, selection = leaf if isinstance(leaf, tuple) else ((leaf,), (), None)
        return (*map(str, names), *map(str, inner)), functions, selection

    def call(self, children: list[Any]) -> _Path:
        function, (path, functions, inner), selection = children
        if selection is not None and functions:
            raise invalid_argument()
        return path, (str(function), *functions), inner if selection is None else selection

    def selection(self, children: list[Any]) -> tuple[Entry, ...]:
        entries: tuple[Entry, ...] = children[0]
        return entries


_PARSER = Lark(_GRAMMAR, parser="lalr", transformer=_Builder())


@lru_cache(maxsize=1024)
def parse(text: str) -> tuple[Entry, ...]:
    """Parse a projection.

    Args:
        text: The value of the ``fields`` parameter.

    Returns:
        Its entries; none if the text names nothing.

    Raises:
        ApiError: It does not parse (422; VergeOS's answer is not documented).
    """
    try:
        # The transformer returns entries; Lark types what it returns as a tree.
        return cast("tuple[Entry, ...]", _PARSER.parse(text))
    except LarkError:
        raise invalid_argument() from None


def names_of(relation: Relation, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """Return what is left of a projection of rows that may be listed, but not read: the key and the name."""
    asked = [
        name
        for entry in entries
        if entry.may_be_view
        for name in (relation.view(entry.output) or (entry.output,))
        if name in NAMING
    ]
    return parse(",".join(asked))
