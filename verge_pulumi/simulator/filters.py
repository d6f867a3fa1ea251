"""The filter language: grammar, and evaluation against rows (docs/vergeos/README.md §5.2).

A filter is ``field op value`` joined by ``and`` and ``or``, which have no precedence: they are evaluated strictly from
left to right, and only parentheses group. A column that does not exist makes its comparison false, so a misspelt name
finds no rows instead of failing.

It is one file, since the grammar of a filter and its evaluation are one recursive whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias, cast

from lark import Lark, LarkError, Token, Transformer

from verge_pulumi.catalogue.model import Column, Type
from verge_pulumi.simulator.errors import invalid_argument
from verge_pulumi.simulator.patterns import Pattern, TooLarge, matches_glob
from verge_pulumi.simulator.relations import Relation, Release, Row

Predicate: TypeAlias = Callable[[Row], bool]
Literal: TypeAlias = int | float | str | bool | None
Operand: TypeAlias = tuple[Column | None, Callable[[Row], Any]]
"""What is compared: the column, where it is one, and its value in a row."""
Find: TypeAlias = Callable[[str], Operand | None]
"""Returns what a name stands for; None if it stands for nothing."""

_GRAMMAR = r"""
start: [expression]
expression: term (CONNECTOR term)*
?term: NAME OPERATOR literal -> comparison
     | "(" expression ")"
?literal: STRING -> string
        | NUMBER -> number
        | WORD -> word

CONNECTOR: /and\b|or\b/
NAME: /[$A-Za-z_][\w$#]*/
OPERATOR: /[A-Za-z]+/
STRING: /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"/s
NUMBER: /-?\d+(?:\.\d+)?(?!\w)/
WORD: /true\b|false\b|null\b/
%ignore /\s+/
"""
_WORDS: dict[str, Literal] = {"true": True, "false": False, "null": None}
_DEPTH = 100
"""Maximum depth of parentheses, so that no filter exhausts the stack."""


@dataclass(frozen=True)
class Comparison:
    """``name operator value``."""

    name: str
    operator: str
    value: Literal


@dataclass(frozen=True)
class Group:
    """Terms evaluated from left to right; the connector of the first one is ignored."""

    terms: tuple[tuple[str, Comparison | Group], ...]
    depth: int


Node: TypeAlias = Comparison | Group


def unquote(literal: str) -> str:
    r"""Decode a quoted string.

    A backslash escapes ``\``, ``'`` and ``{``; before any other character the backslash itself is dropped. An
    unescaped balanced ``{…}`` is cut out, so that ``'br{x}ace'`` reads ``brace`` (docs/vergeos/quirks.md §R7).

    Raises:
        ApiError: A ``{`` is never closed (422).
    """
    text, depth, escaped = [], 0, False
    for character in literal[1:-1]:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
            continue
        elif character == "{":
            depth += 1
            continue
        elif character == "}" and depth:
            depth -= 1
            continue
        if not depth:
            text.append(character)
    if depth:
        raise invalid_argument()
    return "".join(text)


class _Builder(Transformer[Token, Any]):
    """Builds the nodes while the parser runs, so that depth needs no recursion."""

    def start(self, children: list[Node | None]) -> Node | None:
        return children[0]

    def expression(self, children: list[Any]) -> Node:
        if len(children) == 1:
            first: Node = children[0]
            return first
        terms = [("and", children[0])]
        terms += [(str(children[i]), children[i + 1]) for i in range(1, len(children), 2)]
        depth = 1 + max(node.depth if isinstance(node, Group) else 0 for _, node in terms)
        if depth > _DEPTH:
            raise invalid_argument()
        return Group(tuple(terms), depth)

    def comparison(self, children: list[Any]) -> Comparison:
        name, operator, value = children
        return Comparison(str(name), str(operator), value)

    def string(self, children: list[Token]) -> str:
        return unquote(children[0])

    def number(self, children: list[Token]) -> int | float:
        text = str(children[0])
        return float(text) if "." in text else int(text[:64])

    def word(self, children: list[Token]) -> Literal:
        return _WORDS[str(children[0])]


_PARSER = Lark(_GRAMMAR, parser="lalr", transformer=_Builder())


@lru_cache(maxsize=1024)
def parse(text: str) -> Node | None:
    """Parse a filter.

    Args:
        text: The value of the ``filter`` parameter.

    Returns:
        The parsed filter; None for an empty one.

    Raises:
        ApiError: It does not parse (422 ``Invalid argument``).
    """
    try:
        # The transformer returns a node; Lark types what it returns as a tree.
        return cast("Node | None", _PARSER.parse(text))
    except LarkError:
        raise invalid_argument() from None


_POSIX_CLASSES = {
    "alnum": "a-zA-Z0-9",
    "alpha": "a-zA-Z",
    "blank": r"\ \t",
    "digit": "0-9",
    "lower": "a-z",
    "punct": re.escape("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
    "space": r"\s",
    "upper": "A-Z",
    "xdigit": "0-9A-Fa-f",
}


_DIFFERENT = re.compile(r"\\.|\(\?|\[\^?\]?(?:\[:\w+:\]|[^\]])*\]|\[", re.DOTALL)
"""Parts that POSIX and Python parse differently: escapes, groups with options, (unclosed) bracket expressions."""


def _translate(match: re.Match[str]) -> str:
    """Translate a bracket expression: in POSIX it may contain named classes, and a backslash is literal."""
    text = match[0]
    if text in ("[", "(?") or (text[0] == "\\" and text[1].isalnum()):
        raise re.error("no POSIX extended regular expression")
    if text[0] == "\\":
        return text
    negation = "^" if text.startswith("[^") else ""
    inside = ""
    for part in re.split(r"(\[:\w+:\])", text[1 + len(negation) : -1]):
        named = _POSIX_CLASSES.get(part[2:-2]) if part.startswith("[:") else None
        # `&&`, `~~`, `||`, `--` and `[` are reserved for set operations by Python alone.
        inside += named or re.sub(r"[\\\[\]&~|^]", r"\\\g<0>", part).replace("--", r"-\-")
    return f"[{negation}{inside}]"


@lru_cache(maxsize=256)
def posix(expression: str) -> Pattern | None:
    r"""Translate a POSIX extended regular expression.

    Syntax that POSIX lacks (``\d``, ``(?i)``) and invalid expressions are not refused: they match nothing.

    Returns:
        The compiled pattern, or None for one that matches nothing.

    Raises:
        ApiError: It has too many states (422).
    """
    try:
        return Pattern(_DIFFERENT.sub(_translate, expression))
    except TooLarge:
        raise invalid_argument() from None
    except (re.error, ValueError):
        return None


def _rx(wanted: str) -> Callable[[str], bool]:
    compiled = posix(wanted)

    def test(text: str) -> bool:
        try:
            return compiled is not None and compiled.search(text)
        except TooLarge:
            raise invalid_argument() from None

    return test


_TEXT: dict[str, Callable[[str], Callable[[str], bool]]] = {
    "bw": lambda wanted: lambda text: text.startswith(wanted),
    "ew": lambda wanted: lambda text: text.endswith(wanted),
    "cs": lambda wanted: lambda text: wanted in text,
    "ct": lambda wanted: lambda text: wanted.lower() in text.lower(),
    "rx": _rx,
    "et": lambda wanted: lambda text: text.lower() == wanted.lower(),
    # Which wildcards VergeOS means by a pattern is not documented.
    "pm": lambda wanted: lambda text: matches_glob(wanted, text),
    "pt": lambda wanted: lambda text: matches_glob(wanted.lower(), text.lower()),
}
_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda a, b: bool(a == b),
    "ne": lambda a, b: bool(a != b),
    "gt": lambda a, b: bool(a > b),
    "ge": lambda a, b: bool(a >= b),
    "lt": lambda a, b: bool(a < b),
    "le": lambda a, b: bool(a <= b),
}
_SINCE = {"et": "26.0.2", "pm": "26.0.2", "pt": "26.0.2"}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _as_type(kind: Type, value: Literal) -> Any:
    """Convert a literal to a column's type; None when it is no such value."""
    if kind is Type.BOOL:
        return {"true": True, "1": True, "false": False, "0": False}.get(_text(value))
    if kind is Type.NUMBER:
        try:
            return float(_text(value))
        except ValueError:
            return None
    if kind in (Type.INT, Type.REF):
        try:
            return value if isinstance(value, int | float) else int(str(value))
        except ValueError:
            return value if kind is Type.REF else None  # the key of a row may be hexadecimal
    return _text(value)


def _compare(kind: Type, get: Callable[[Row], Any], comparison: Comparison) -> Predicate:
    value = comparison.value
    if make := _TEXT.get(comparison.operator):
        test = make("" if value is None else _text(value))
        return lambda row: (found := get(row)) is not None and test(_text(found))
    compare = _ORDER[comparison.operator]
    wanted = None if value is None else _as_type(kind, value)
    if comparison.operator in ("eq", "ne"):
        if value is not None and wanted is None:
            return lambda row: comparison.operator == "ne"
        return lambda row: compare(get(row), wanted)

    def ordered(row: Row) -> bool:
        found = get(row)
        # Only values of one kind have an order; null has none.
        texts = isinstance(found, str) and isinstance(wanted, str)
        numbers = isinstance(found, int | float) and isinstance(wanted, int | float)
        return (texts or numbers) and compare(found, wanted)

    return ordered


def _check_operators(node: Node, release: Release) -> None:
    if isinstance(node, Group):
        for _, term in node.terms:
            _check_operators(term, release)
    elif node.operator != "re" and (
        node.operator not in _TEXT.keys() | _ORDER.keys() or not release.since(_SINCE.get(node.operator))
    ):
        raise invalid_argument()


def _kind(column: Column | None, value: Literal) -> Type:
    """Return the type as which values are compared; what no column says, the literal does."""
    if column is not None:
        return column.type
    if isinstance(value, bool):
        return Type.BOOL
    return Type.NUMBER if isinstance(value, int | float) else Type.TEXT


def _compile(node: Node, relation: Relation, find: Find) -> Predicate:
    if isinstance(node, Comparison):
        key_type = Type.INT if relation.table.key == "int" else Type.TEXT
        key = (Column(name="$key", type=key_type), lambda row: row["$key"])
        operand = key if node.name == "$key" else find(node.name)
        # An unknown column and the operator `re` match no row and raise no error.
        if operand is None or node.operator == "re":
            return lambda row: False
        column, get = operand
        return _compare(_kind(column, node.value), get, node)
    terms = [(connector == "or", _compile(term, relation, find)) for connector, term in node.terms]

    def group(row: Row) -> bool:
        result = True
        for is_or, test in terms:
            result = (result or test(row)) if is_or else (result and test(row))
        return result

    return group


def _columns_of(relation: Relation) -> Find:
    def find(name: str) -> Operand | None:
        column = relation.readable(name)
        return None if column is None else (column, lambda row: row[name])

    return find


def compile_filter(text: str, relation: Relation, release: Release, find: Find | None = None) -> Predicate:
    """Compile a filter to a function that returns whether a row matches.

    Args:
        text: The value of the ``filter`` parameter.
        relation: The table it is applied to.
        release: The release; later operators are refused.
        find: Returns what a name in it stands for; by default a column of the table.

    Returns:
        The predicate.

    Raises:
        ApiError: The text does not parse or names a refused operator (422 ``Invalid argument``).
    """
    node = parse(text)
    if node is None:
        return lambda row: True
    _check_operators(node, release)
    return _compile(node, relation, find or _columns_of(relation))
