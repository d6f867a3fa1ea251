"""Statements that are alike, as a table of what differs and one loop."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from verge_pulumi.importing.code import Call, Code, Comprehension, Listing, Table, Value, mapped, quoted, rendered
from verge_pulumi.importing.naming import Names, snake_case, variable_name
from verge_pulumi.importing.statements import Statement, power_of

LONGEST = 40
"""Characters of what names have in common, in the names of a table and its class."""


class _Column(NamedTuple):
    """One value of calls that are alike: where it stands, and what it is in each of them."""

    path: tuple[str, ...]
    values: tuple[Value, ...]


class Loop:
    """Statements that are alike.

    Args:
        statements: The statements.

    Attributes:
        statements: As given.
        fields: What differs, by the names of the fields.
        variable: The mapping that holds the resources, by their names; "" before `take_names`.
    """

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.statements = statements
        self._names = [each.line.resource for each in statements]
        self._columns = _columns([each.call for each in statements])
        self.fields = self._fields()
        self.variable = self._table = self._class = self._power = ""

    def take_names(self, free: Names) -> None:
        """Give names to what the loop needs, after what the names of the resources have in common and their kind."""
        kind = snake_case(self.statements[0].line.kind)
        families = {each.family for each in self.statements}
        stem = variable_name(families.pop(), "")[:LONGEST].strip("_") if len(families) == 1 else ""
        short, words = (kind, kind) if kind.startswith(stem) else (stem, f"{stem}_{kind}")
        self.variable = free.first([_plural(words)], "_")
        rows = "rows" if self.fields else "names"
        self._table = free.first([f"{short}_{rows}", f"{words}_{rows}"], "_").upper()
        self._class = free.first([_class_name(short), _class_name(words)], "")
        self._power = free.first([f"{words}_power"], "_")

    @property
    def class_text(self) -> str:
        """The class of the rows as code."""
        types = {name: column.values[0].type for name, column in self.fields.items()}
        lines = ["@dataclass(frozen=True)", f"class {self._class}:"]
        lines += [f'    """What tells one of `{self.variable}` from the others."""', ""]
        return "\n".join([*lines, *(rendered(each, before=f"{name}: ", indent=4) for name, each in types.items())])

    def codes(self, name: str, row: str) -> Mapping[str, Code]:
        """Return the table, the loop, and the power of the resources, by the variables that hold them.

        Args:
            name: The variable for the name of a resource.
            row: The variable for its row.
        """
        rows = {
            each: Call(self._class, None, {field: column.values[number] for field, column in self.fields.items()})
            for number, each in enumerate(self._names)
        }
        table: Code = Table(rows) if self.fields else Listing([quoted(each) for each in self._names])
        said = iter([self._said(name, row, column) for column in self._columns])
        call = mapped(self.statements[0].call, lambda value, path: next(said))
        source = f"{name}, {row} in {self._table}.items()" if self.fields else f"{name} in {self._table}"
        codes = {self._table: table, self.variable: Comprehension(name, call, source)}
        if self.statements[0].is_powered:
            power = power_of(row, f'f"{{{name}}}-power"', self.statements[0].call)
            codes[self._power] = Comprehension(name, power, f"{name}, {row} in {self.variable}.items()")
        return codes

    def _fields(self) -> Mapping[str, _Column]:
        # Two values that are always the same are one field.
        differing = {each.values: each for each in reversed(self._columns) if self._shared("", each) is None}
        columns = list(reversed(differing.values()))
        short = Counter(each.path[-1] for each in columns)
        names = Names()
        told = ["_".join(each.path[-1:] if short[each.path[-1]] == 1 else each.path[-2:]) for each in columns]
        return {names.first([variable_name(text, "item")], "_"): each for text, each in zip(told, columns, strict=True)}

    def _said(self, name: str, row: str, column: _Column) -> Code:
        """Return how the loop says a value."""
        shared = self._shared(name, column)
        if shared is not None:
            return shared
        return next(f"{row}.{field}" for field, each in self.fields.items() if each.values == column.values)

    def _shared(self, name: str, column: _Column) -> Code | None:
        """Return a value that is always the same, or is made of the name of the resource; None if it is neither."""
        if len({*column.values}) == 1:
            return column.values[0]
        template, *others = {_template(value, own) for value, own in zip(column.values, self._names, strict=True)}
        if others or template is None:
            return None
        return name if template == "{}" else f'f"{template.replace("{}", f"{{{name}}}")}"'


def values_of(call: Code) -> list[tuple[tuple[str, ...], Value]]:
    """Return the values in a call, each with where it stands."""
    found: list[tuple[tuple[str, ...], Value]] = []

    def keep(value: Value, path: tuple[str, ...]) -> Code:
        found.append((path, value))
        return value

    mapped(call, keep)
    return found


def _columns(calls: Sequence[Code]) -> list[_Column]:
    """Return each value of calls that are alike."""
    return [_Column(each[0][0], tuple(value for _, value in each)) for each in zip(*map(values_of, calls), strict=True)]


def _template(value: Value, name: str) -> str | None:
    """Return a text with ``{}`` in the place of a name; None if that is not in it, or it could not be an f-string."""
    if value.type != "str" or not isinstance(value.code, str):
        return None
    text = str(ast.literal_eval(value.code))
    if name not in text or not text.isprintable() or not {*text}.isdisjoint("{}\"'\\"):
        return None
    return text.replace(name, "{}")


def _class_name(words: str) -> str:
    """Return the name of the class of a row."""
    return "".join(map(str.capitalize, [*words.split("_"), "row"]))


def _plural(words: str) -> str:
    """Return a noun in the plural."""
    if re.search("[^aeiou]y$", words):
        return f"{words[:-1]}ies"
    return f"{words}es" if re.search("(s|x|ch|sh)$", words) else f"{words}s"
