"""Python as a formatter leaves it: literals, calls, lists and mappings, each on one line if that is short enough."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, overload

WIDTH = 88
"""Characters of a line: the default of the common formatters."""

Code: TypeAlias = "str | Value | Call | Listing | Table | Subscript | Comprehension"
"""An expression: as it stands, or of parts."""


@dataclass(frozen=True)
class Value:
    """A literal or a variable: in what calls that are alike may differ."""

    code: str | Subscript
    type: str | Subscript
    """Its type, as an annotation."""


@dataclass(frozen=True)
class Call:
    """A call."""

    name: str
    first: Code | None = None
    arguments: Mapping[str, Code] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    """Comments behind arguments."""
    more: Sequence[Code] = ()
    """What follows `first`, without a name either."""
    unset: Mapping[str, Code] = field(default_factory=dict)
    """Arguments that stand in comments, for people who want to set them."""
    then: str = ""
    """What follows the brackets, such as an attribute."""


@dataclass(frozen=True)
class Listing:
    """A list."""

    items: Sequence[Code]


@dataclass(frozen=True)
class Table:
    """A mapping from texts."""

    items: Mapping[str, Code]


@dataclass(frozen=True)
class Subscript:
    """What stands under texts in brackets: an element of a mapping, or a type of literals."""

    name: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Comprehension:
    """A mapping that a loop fills."""

    key: str
    value: Code
    loop: str
    """What is looped over, without ``for``."""


def literal(value: Any, choices: Sequence[Any] = ()) -> Code:
    """Return a value of JSON as code.

    Args:
        value: The value.
        choices: The literals, of which its scalars are some; none if all of their type are allowed.
    """
    if isinstance(value, Mapping):
        return Table({str(name): literal(inner, choices) for name, inner in value.items()})
    if isinstance(value, list | tuple):
        return Listing([literal(inner, choices) for inner in value])
    known = Subscript("Literal", tuple(map(_scalar, choices)))
    return Value(_scalar(value), known if choices else type(value).__name__)


def _scalar(value: Any) -> str:
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
    if isinstance(code, Value):
        code = code.code
    if isinstance(code, str) or (flat is not None and indent + len(before) + len(flat) + len(after) <= WIDTH):
        return f"{' ' * indent}{before}{flat}{after}"
    opening, closing = _brackets(code)
    # A comma behind the only one in brackets would make another type or key of it.
    comma = "" if isinstance(code, Comprehension) or (isinstance(code, Subscript) and len(code.items) == 1) else ","
    lines = [f"{' ' * indent}{before}{opening}"]
    for label, part, note in _parts(code):
        line = rendered(part, before=label, after=comma, indent=indent + 4)
        lines.append(f"{line}  # {note}" if note else line)
    unset = code.unset.items() if isinstance(code, Call) else ()
    lines += [f"{' ' * (indent + 4)}# {name}={_flat(part)}," for name, part in unset]
    return "\n".join([*lines, f"{' ' * indent}{closing}{after}"])


def _flat(code: Code) -> str | None:
    """Return an expression on one line, None if it has comments."""
    if isinstance(code, str):
        return code
    if isinstance(code, Value):
        return _flat(code.code)
    if isinstance(code, Call) and code.unset:
        return None
    parts = [(label, _flat(part), note) for label, part, note in _parts(code)]
    if any(part is None or note for _, part, note in parts):
        return None
    opening, closing = _brackets(code)
    joint = " " if isinstance(code, Comprehension) else ", "
    return f"{opening}{joint.join(f'{label}{part}' for label, part, _ in parts)}{closing}"


def _brackets(code: Call | Listing | Table | Subscript | Comprehension) -> tuple[str, str]:
    if isinstance(code, Call):
        return f"{code.name}(", f"){code.then}"
    if isinstance(code, Listing | Subscript):
        return ("[" if isinstance(code, Listing) else f"{code.name}["), "]"
    return "{", "}"


def _parts(code: Call | Listing | Table | Subscript | Comprehension) -> list[tuple[str, Code, str]]:
    """Return the parts of an expression: what stands before each, the part, and a comment."""
    if isinstance(code, Listing | Subscript):
        return [("", item, "") for item in code.items]
    if isinstance(code, Comprehension):
        return [(f"{code.key}: ", code.value, ""), ("for ", code.loop, "")]
    if isinstance(code, Table):
        return [(f"{quoted(name)}: ", item, "") for name, item in code.items.items()]
    unnamed = [("", each, "") for each in (code.first, *code.more) if each is not None]
    return [*unnamed, *((f"{name}=", part, code.notes.get(name, "")) for name, part in code.arguments.items())]


Change: TypeAlias = "Callable[[Value, tuple[str, ...]], Code]"
"""Returns what comes in the place of a value; it receives the names of the arguments and keys that lead there, too."""


@overload
def mapped(code: Call, change: Change, path: tuple[str, ...] = ()) -> Call: ...


@overload
def mapped(code: Code, change: Change, path: tuple[str, ...] = ()) -> Code: ...


def mapped(code: Code, change: Change, path: tuple[str, ...] = ()) -> Code:
    """Return an expression with something else in the place of each of its values.

    Args:
        code: The expression.
        change: Returns that.
        path: Those that lead to the expression.
    """
    if isinstance(code, Value):
        return change(code, path)
    if isinstance(code, Call):
        first = None if code.first is None else mapped(code.first, change, path)
        # Of a look-up it is the argument that it is for, which says what is meant.
        inner = {name: path if code.then else (*path, name) for name in code.arguments}
        arguments = {name: mapped(part, change, inner[name]) for name, part in code.arguments.items()}
        more = [mapped(each, change, path) for each in code.more]
        unset = {name: mapped(part, change, (*path, name)) for name, part in code.unset.items()}
        return replace(code, first=first, arguments=arguments, more=more, unset=unset)
    if isinstance(code, Comprehension):
        return Comprehension(code.key, mapped(code.value, change, path), code.loop)
    if isinstance(code, Listing):
        return Listing([mapped(item, change, (*path, str(place))) for place, item in enumerate(code.items)])
    if isinstance(code, Table):
        return Table({name: mapped(item, change, (*path, name)) for name, item in code.items.items()})
    return code
