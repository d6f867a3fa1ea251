"""What really differs between two environments of a program."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from ipaddress import ip_interface, ip_network
from typing import Any

from verge_pulumi.engine.declaring.attributes import Reference, Refs
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.values import equal
from verge_pulumi.review.escaping import LONGEST_ERROR, Markdown, code, row, table, text
from verge_pulumi.review.output import Format
from verge_pulumi.review.stacks import Entry, State
from verge_pulumi.review.values import SECRET, shown

_ADDRESS = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?:/\d+)?(?!\.?\w)")
"""What may be an address, with the length of its prefix; networks of VergeOS are of IPv4."""

_RUNTIME = ("$key", "location")
"""What an exported object says of where it is; it always differs."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One field that differs; secrets are masked, and what belongs to the environment is written as ``{prefix}``.

    Attributes:
        title: Kind and name of the resource in the program; "stack" for an output.
        field: The argument or the output.
        left: What the first stack has; None if unset.
        right: What the second one has.
    """

    title: str
    field: str
    left: Any
    right: Any


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What differs between two stacks.

    Attributes:
        left: ``project/stack`` of the first.
        right: That of the second.
        only_left: Resources that only the first has.
        only_right: Resources that only the second has.
        differences: The fields that differ of those that both have.
        unknown: Fields that cannot be compared: secrets that an export does not tell, and keys of rows that are in
            neither stack, which mean something else on another system.
    """

    left: str
    right: str
    only_left: tuple[str, ...]
    only_right: tuple[str, ...]
    differences: tuple[Difference, ...]
    unknown: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether nothing differs, as far as that can be told."""
        return not (self.only_left or self.only_right or self.differences)


class View:
    """A stack as others would see it: without its keys, its prefix and its addresses.

    Args:
        state: The state of the stack.
        prefix: What the names of this environment begin with.
        literal: Whether everything is left as it is.
    """

    def __init__(self, state: State, prefix: str, *, literal: bool = False) -> None:
        self.state = state
        self._prefix = re.compile(rf"(?<![\w-]){re.escape(prefix)}(?=[-_.])") if prefix and not literal else None
        self._networks = []
        self._titles: dict[tuple[str, str], str] = {}
        for entry in state.entries:
            self._titles[entry.declaration.table, entry.id] = self.key(entry)[1]
            segment = None if literal else entry.declaration.roles.said("segment", entry.inputs)
            if segment is not None:
                with contextlib.suppress(ValueError):  # it is what no network has
                    self._networks.append((ip_network(str(segment), strict=False), self.key(entry)[1]))

    @property
    def entries(self) -> dict[tuple[str, str], Entry]:
        """The resources by what the same one is called in another stack: kind and name in the program, in order."""
        return {self.key(entry): entry for entry in sorted(self.state.entries, key=self.key)}

    def key(self, entry: Entry) -> tuple[str, str]:
        """Return kind and name of a resource, without the prefix."""
        return entry.kind, self._text(entry.name)

    def inputs(self, entry: Entry) -> dict[str, Any]:
        """Return what the program says of a resource, as other environments would say it."""
        declaration = entry.declaration
        return {
            name: self._named(declaration, name, value)
            for name, value in entry.inputs.items()
            if not name.startswith("__") and value is not None
        }

    def outputs(self) -> dict[str, Any]:
        """Return the outputs of the stack, without where exported objects are."""
        return {name: self._value(value) for name, value in self.state.outputs.items()}

    def _named(self, declaration: Declaration, name: str, value: Any) -> Any:
        """Return a value; of a reference to a resource of this stack the name of that resource."""
        attribute = declaration.inputs.get(name)
        if isinstance(attribute, Refs) and isinstance(value, list):
            # Pulumi carries every number as a float.
            keys = [str(int(key) if isinstance(key, float) and key.is_integer() else key) for key in value]
            return [self._named(declaration, name, key) for key in keys]
        if isinstance(attribute, Reference) and isinstance(value, str):
            table, _, key = value.rpartition("/")
            tables = [table] if table else [target.declaration.table for target in attribute.targets]
            for each in tables:
                if (each, key) in self._titles:
                    return f"resource '{self._titles[each, key]}'"
            return _Outside(value)
        return self._value(value)

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(_ADDRESS.sub(lambda found: self._address(found[0]), value))
        if isinstance(value, Mapping):
            return {self._text(str(name)): self._value(inner) for name, inner in value.items() if name not in _RUNTIME}
        return [self._value(inner) for inner in value] if isinstance(value, list) else value

    def _text(self, text: str) -> str:
        return self._prefix.sub("{prefix}", text) if self._prefix else text

    def _address(self, text: str) -> str:
        """Return an address inside a network of this stack as its place there: ``{lan+5}``, ``{lan+0/24}``."""
        try:
            found = ip_interface(text).ip
        except ValueError:
            return text
        length = "".join(text.partition("/")[1:])
        for network, name in self._networks:
            if found in network:
                return f"{{{name}+{int(found) - int(network.network_address)}{length}}}"
        return text


def compare_states(left: View, right: View) -> Comparison:
    """Compare two stacks by what their programs say and by their outputs."""
    lefts, rights = left.entries, right.entries
    both = [key for key in lefts if key in rights]
    differences = [each for key in both for each in _differing(key, left, lefts[key], right, rights[key])]
    ours, theirs = left.outputs(), right.outputs()
    secret, sealed = left.state.secret | right.state.secret, left.state.sealed | right.state.sealed
    differences += [
        _difference("stack", name, ours.get(name), theirs.get(name), secret)
        for name in {**ours, **theirs}
        if name not in sealed and not equal(ours.get(name), theirs.get(name))
    ]
    return Comparison(
        left=left.state.name,
        right=right.state.name,
        only_left=tuple(_title(key) for key in lefts if key not in rights),
        only_right=tuple(_title(key) for key in rights if key not in lefts),
        differences=tuple(differences),
        unknown=(
            *(f"{_title(key)}: {name}" for key in both for name in _unknown(left, lefts[key], right, rights[key])),
            *(f"stack: {name}" for name in sorted(sealed)),
        ),
    )


class _Outside(str):
    """The key of a row that is in none of the resources of the stack."""


def _is_outside(value: Any) -> bool:
    """Say whether a value is such a key, or a list with one in it."""
    return any(map(_is_outside, value)) if isinstance(value, list) else isinstance(value, _Outside)


def _unknown(left: View, one: Entry, right: View, other: Entry) -> list[str]:
    ours, theirs = left.inputs(one), right.inputs(other)
    outside = {
        name
        for name in ours.keys() & theirs.keys()
        if _is_outside(ours[name]) and _is_outside(theirs[name]) and ours[name] != theirs[name]
    }
    return sorted(one.sealed | other.sealed | outside)


def _differing(key: tuple[str, str], left: View, one: Entry, right: View, other: Entry) -> Iterator[Difference]:
    attributes = one.declaration.inputs
    ours, theirs = left.inputs(one), right.inputs(other)
    unknown = _unknown(left, one, right, other)
    for name in {**ours, **theirs}:
        if name in unknown:
            continue
        a, b = ours.get(name), theirs.get(name)
        if equal(a, b) or (name in attributes and attributes[name].value.same(a, b)):
            continue
        yield _difference(_title(key), name, a, b, one.secret | other.secret)


def _difference(title: str, name: str, left: Any, right: Any, secret: Collection[str]) -> Difference:
    if name in secret:
        left, right = (None if value is None else SECRET for value in (left, right))
    return Difference(title=title, field=name, left=left, right=right)


def _title(key: tuple[str, str]) -> str:
    kind, name = key
    return f"{kind.rpartition(':')[2]} '{text(name)}'"


# How it is told -------------------------------------------------------------------------------------------------------


def render(comparison: Comparison, form: Format) -> str:
    """Return a comparison as people or programs read it."""
    if form is Format.JSON:
        return json.dumps({**asdict(comparison), "same": comparison.same}, indent=2)
    return "\n".join(_markdown(comparison) if form is Format.MARKDOWN else _text(comparison))


def _text(comparison: Comparison) -> Iterable[str]:
    left, right = text(comparison.left), text(comparison.right)
    yield f"{left} and {right} {'do not differ' if comparison.same else 'differ'}."
    for stack, titles in ((left, comparison.only_left), (right, comparison.only_right)):
        yield from (f"only in {stack}: {text(title)}" for title in titles)
    for each in comparison.differences:
        what = f"{text(each.title)}: {text(each.field)}"
        yield f"{what}: {_value(each, each.left)} | {_value(each, each.right)}"
    yield from (f"cannot be compared: {text(each)}" for each in comparison.unknown)


def _markdown(comparison: Comparison) -> Iterable[str]:
    left, right = code(comparison.left), code(comparison.right)
    yield f"## {left} and {right} {'do not differ' if comparison.same else 'differ'}\n"
    if not comparison.same:
        yield table(Markdown("Object"), Markdown("Field"), comparison.left, comparison.right)
    rows = [
        *([title, "", "exists", ""] for title in comparison.only_left),
        *([title, "", "", "exists"] for title in comparison.only_right),
        *(
            [each.title, each.field, _value(each, each.left), _value(each, each.right)]
            for each in comparison.differences
        ),
    ]
    for cells in rows:
        yield row(cells)
    if comparison.unknown:
        yield f"\nCannot be compared: {code(', '.join(comparison.unknown), LONGEST_ERROR)}"


def _value(each: Difference, value: Any) -> str:
    return shown(each.field, value)
