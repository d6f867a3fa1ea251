r"""The query language: which columns, which rows, in which order. The one place that quotes.

Every builder returns text that is safe to send, or raises `InvalidQuery`. The grammar, and what is odd about it, is in
docs/vergeos/README.md §5.1, §5.2.

    >>> str(where("name", "eq", "it's") & (where("ram", "ge", 4096) | where("ram", "eq", None)))
    "name eq 'it\\'s' and (ram ge 4096 or ram eq null)"
    >>> follow("machine", "status", "running", alias="running")
    'machine#status#running as running'
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NoReturn, get_args
from urllib.parse import quote, urlencode

from verge_pulumi.client.errors import InvalidQuery
from verge_pulumi.client.text import printable

Fields = str | Sequence[str]
"""What to read: column names, the views ``all``, ``most``, ``summary`` and ``dashboard``, and what `follow`, `call` and
`select` return; as a sequence or as the text VergeOS takes."""

Sort = str | Sequence[str]
"""Columns to sort by, each with ``+`` (the default) or ``-`` before it."""

Value = str | int | float | bool | None
"""A value in a filter."""

Function = Literal[
    "avg",
    "collapse",
    "count",
    "datetime",
    "diskspace",
    "display",
    "flatten",
    "hex",
    "lower",
    "max",
    "min",
    "sha1",
    "sum",
    "upper",
]

Operator = Literal["eq", "ne", "gt", "ge", "lt", "le", "bw", "ew", "cs", "ct", "rx", "et", "pm", "pt"]
"""Equal, not equal, greater, greater or equal, less, less or equal; begins with, ends with, contains, contains ignoring
case, matches the POSIX extended expression (an empty one matches every row, Perl's short classes match nothing). Since
26.0.2: equal ignoring case, matches the pattern, matches it ignoring case."""

_TEXT_OPERATORS = frozenset({"bw", "ew", "cs", "ct", "rx", "et", "pm", "pt"})
_COLUMN = re.compile(r"\$?[A-Za-z_][A-Za-z0-9_]*\Z")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_CALL = re.compile(rf"({'|'.join(get_args(Function))})\((\$?[A-Za-z_][A-Za-z0-9_]*)\)\Z")
_SORT = re.compile(r"[+-]?\$?[A-Za-z_][A-Za-z0-9_]*\Z")


def query_string(**parameters: str | int | None) -> str:
    """Return the encoded query of a URL; parameters that are None or empty are left out.

    Blanks become ``%20`` and ``+`` becomes ``%2B``, for a bare ``+`` arrives as a blank (docs/vergeos/README.md §5).
    """
    given = {name: value for name, value in parameters.items() if value not in (None, "")}
    return urlencode(given, safe="$,()[]", quote_via=quote)


# Fields


def follow(*path: str, alias: str | None = None) -> str:
    """Return the field that follows references to a column: ``follow("machine", "status", "running")``.

    Args:
        path: Reference columns and last a column, ``$key``, ``$display`` or a `call`. Only references can be followed.
        alias: The name of the value in the row. A bare ``running`` is not the power state, so give one.
    """
    for part in path[:-1]:
        _named(part, _NAME, "a reference column")
    if len(path) < 2:
        raise InvalidQuery("a path of references needs at least two names")
    if not _CALL.match(path[-1]):
        _named(path[-1], _COLUMN, "a column")
    return _as("#".join(path), alias)


def call(function: Function, column: str, alias: str | None = None) -> str:
    """Return the field that applies a function to a column: ``call("count", "members", "member_count")``."""
    if function not in get_args(Function):
        raise InvalidQuery(f'"{printable(function, 40)}" is not a function of VergeOS')
    return _as(f"{function}({_named(column, _COLUMN, 'a column')})", alias)


def select(reference: str, fields: Fields, alias: str | None = None) -> str:
    """Return the field that reads fields of a referenced row or of the child rows: ``select("drives", ["most"])``."""
    return _as(f"{_named(reference, _NAME, 'a reference column')}[{fields_text(fields)}]", alias)


def fields_text(fields: Fields) -> str:
    """Return fields as VergeOS takes them.

    Raises:
        InvalidQuery: There is no name in it: VergeOS would answer with a count instead of rows
            (docs/vergeos/README.md §5).
    """
    text = fields if isinstance(fields, str) else ",".join(fields)
    if not text.isprintable() or not all(entry.strip() for entry in text.split(",")):
        raise InvalidQuery(f'"{printable(text, 60)}" is not a list of fields')
    return text


def _as(field: str, alias: str | None) -> str:
    return field if alias is None else f"{field} as {_named(alias, _NAME, 'an alias')}"


def _named(name: str, grammar: re.Pattern[str], what: str) -> str:
    if not grammar.match(name):
        raise InvalidQuery(f'"{printable(name, 60)}" is not {what}')
    return name


# Filters


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows: made by `where` and `any_of`, joined with ``&`` and ``|``; ``str()`` is what is sent.

    VergeOS evaluates ``and`` and ``or`` from left to right without precedence (docs/vergeos/README.md §5.2), so each
    ``or`` group, and each ``and`` group within one, is put in parentheses.
    """

    terms: tuple[str, ...]
    joint: Literal["and", "or"] = "and"

    def __and__(self, other: Filter) -> Filter:
        return self._joined("and", other)

    def __or__(self, other: Filter) -> Filter:
        return self._joined("or", other)

    def __bool__(self) -> NoReturn:
        raise TypeError('A filter has no truth value. Join filters with "&" and "|", not with "and" and "or".')

    def __str__(self) -> str:
        return self._group() if self.joint == "or" else " and ".join(self.terms)

    def _group(self) -> str:
        text = f" {self.joint} ".join(self.terms)
        return f"({text})" if len(self.terms) > 1 else text

    def _joined(self, joint: Literal["and", "or"], other: Filter) -> Filter:
        terms = [side.terms if side.joint == joint else (side._group(),) for side in (self, other)]
        return Filter((*terms[0], *terms[1]), joint)


def where(column: str, operator: Operator, value: Value) -> Filter:
    """Return the filter that compares a column of the table itself with a value: ``where("name", "eq", "web")``.

    A column that does not exist gives no rows and no error (docs/vergeos/README.md §5.2); columns of referenced rows
    cannot be filtered on.

    Raises:
        InvalidQuery: Not a column, not an operator, or a value that cannot be written safely.
    """
    _named(column, _COLUMN, "a column that can be filtered on")
    if operator not in get_args(Operator):
        raise InvalidQuery(f'"{printable(str(operator), 40)}" is not a filter operator of VergeOS')
    if operator in _TEXT_OPERATORS and not isinstance(value, str):
        raise InvalidQuery(f'the operator "{operator}" compares text only')
    return Filter((f"{column} {operator} {_literal(value)}",))


def any_of(column: str, values: Iterable[Value]) -> Filter:
    """Return the filter for a column that equals one of the values: ``any_of("$key", [1, 2, 3])``.

    It grows with the values and travels in the URL, so a few hundred are the limit.
    """
    terms = tuple(str(where(column, "eq", value)) for value in values)
    if not terms:
        raise InvalidQuery(f'"{column}" is to equal one of no values')
    return Filter(terms, "or")


def _literal(value: Value) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return _quoted(value)
        case int() | float() if math.isfinite(value):
            return repr(value)
        case _:
            raise InvalidQuery(f"a {type(value).__name__} of this value cannot be written in a filter")


def _quoted(text: str) -> str:
    r"""Quote a text: exactly ``\``, ``'`` and ``{`` take a backslash.

    A backslash before another character would be removed, and a balanced ``{…}`` without one is cut out of the text in
    silence, so that another row matches (docs/vergeos/README.md §5.2). How VergeOS reads control characters is not
    known; no name has any, so they are refused.
    """
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        raise InvalidQuery("a control character cannot be written in a filter")
    return "'" + re.sub(r"([\\'{])", r"\\\1", text) + "'"


# Order


def sort_text(sort: Sort) -> str:
    """Return the columns to sort by as VergeOS takes them."""
    columns = [sort] if isinstance(sort, str) else list(sort)
    return ",".join(_named(column, _SORT, "a column to sort by") for column in columns)
