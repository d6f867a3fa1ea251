"""Python as a formatter leaves it: literals, calls, lists and mappings, each on one line if that is short enough."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

WIDTH = 88
"""Characters of a line: the default of the common formatters."""

Code: TypeAlias = "str | Call | Listing | Table"
"""An expression: as it stands, or of parts."""


@dataclass(frozen=True)
class Call:
    """A call with one positional argument at most, and others by name."""

    name: str
    first: Code | None = None
    arguments: Mapping[str, Code] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    """Comments behind arguments."""


@dataclass(frozen=True)
class Listing:
    """A list."""

    items: Sequence[Code]


@dataclass(frozen=True)
class Table:
    """A mapping from texts."""

    items: Mapping[str, Code]


def literal(value: Any) -> Code:
    """Return a value of JSON as code."""
    if isinstance(value, Mapping):
        return Table({str(name): literal(inner) for name, inner in value.items()})
    if isinstance(value, list | tuple):
        return Listing([literal(inner) for inner in value])
    return quoted(value) if isinstance(value, str) else repr(value)


def quoted(text: str) -> str:
    """Return a text in the quotes that need fewer escapes; what is not seen, or turns a line around, is escaped."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    escapes = {"\\": "\\\\", quote: f"\\{quote}", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return quote + "".join(escapes.get(character) or _visible(character) for character in text) + quote


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    number = ord(character)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def rendered(code: Code, *, before: str = "", after: str = "", indent: int = 0) -> str:
    """Return an expression as text.

    Args:
        code: The expression.
        before: What stands before it on its line.
        after: What stands behind it.
        indent: Spaces before the line.
    """
    flat = _flat(code)
    if isinstance(code, str) or (flat is not None and indent + len(before) + len(flat) + len(after) <= WIDTH):
        return f"{' ' * indent}{before}{flat}{after}"
    opening, closing = ("[", "]") if isinstance(code, Listing) else ("{", "}")
    if isinstance(code, Call):
        opening, closing = f"{code.name}(", ")"
    lines = [f"{' ' * indent}{before}{opening}"]
    for label, part, note in _parts(code):
        line = rendered(part, before=label, after=",", indent=indent + 4)
        lines.append(f"{line}  # {note}" if note else line)
    return "\n".join([*lines, f"{' ' * indent}{closing}{after}"])


def _flat(code: Code) -> str | None:
    """Return an expression on one line, None if it has comments."""
    if isinstance(code, str):
        return code
    parts = [(label, _flat(part), note) for label, part, note in _parts(code)]
    if any(part is None or note for _, part, note in parts):
        return None
    text = ", ".join(f"{label}{part}" for label, part, _ in parts)
    if isinstance(code, Call):
        return f"{code.name}({text})"
    return f"[{text}]" if isinstance(code, Listing) else f"{{{text}}}"


def _parts(code: Call | Listing | Table) -> list[tuple[str, Code, str]]:
    """Return the parts of an expression: what stands before each, the part, and a comment."""
    if isinstance(code, Listing):
        return [("", item, "") for item in code.items]
    if isinstance(code, Table):
        return [(f"{quoted(name)}: ", item, "") for name, item in code.items.items()]
    first = [("", code.first, "")] if code.first is not None else []
    return [*first, *((f"{name}=", part, code.notes.get(name, "")) for name, part in code.arguments.items())]


def evaluated(code: Code) -> Any:
    """Return the value of a literal, to compare it with what it was made of."""
    return ast.literal_eval(rendered(code))
