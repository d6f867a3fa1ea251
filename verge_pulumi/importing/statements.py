"""One statement for each row of a plan: the call that declares it, with references to others by their variables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from verge_pulumi.components.server import FORMS
from verge_pulumi.engine.declaring.attributes import Items, NamedItems, Reference, Refs
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.errors import shown
from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.importing.code import Call, Code, Listing, Table, literal, quoted, rendered
from verge_pulumi.importing.naming import snake_case
from verge_pulumi.importing.objects import Found
from verge_pulumi.importing.plan import Plan
from verge_pulumi.importing.plan_file import Line
from verge_pulumi.importing.site import importable


@dataclass(frozen=True)
class Cut:
    """A reference that is a key and no variable, since its row and the one that refers to it refer to each other."""

    place: Place
    argument: str


class Rows:
    """What a program declares, and of what that is made.

    Args:
        plan: The plan.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._wholes = {part.place: vm for vm, parts in plan.servers.items() for part in parts}

    def referred(self, line: Line) -> Iterable[Line]:
        """Yield the managed rows to which a row and its parts refer."""
        own = [self._plan.all[line.place], *self._plan.servers.get(line.place, ())] if line.is_managed else []
        for row in (row for found in own for rows in found.references.values() for row in rows):
            target = self.line(row)
            if target and target.is_managed and target.place != line.place:
                yield target

    @cached_property
    def referable(self) -> set[type[BaseResource]]:
        """The resources to which others may refer."""
        attributes = [attribute for kind in importable() for attribute in kind.declaration.inputs.values()]
        references = [attribute for attribute in attributes if isinstance(attribute, Reference)]
        return {target for reference in references for target in reference.resolved()}

    def line(self, place: Place) -> Line | None:
        """Return the line of what stands for a row in the program."""
        return self._plan.lines.get(self._wholes.get(place, place))

    def of(self, line: Line) -> Found:
        """Return the row of a line."""
        return self._plan.all[line.place]

    def found(self, place: Place) -> Found | None:
        """Return a row."""
        return self._plan.all.get(place)

    def parts(self, place: Place) -> list[Found] | None:
        """Return the parts of a server; None where the row does not become one."""
        return self._plan.servers.get(place)

    def is_powered(self, place: Place) -> bool:
        """Say whether a row gets a power of its own."""
        return place in self._plan.powered

    def is_running(self, place: Place) -> bool:
        """Say whether a VM runs."""
        return bool(self._plan.all[place].outputs.get("running"))

    def is_only_one(self, found: Found, targets: Collection[type[BaseResource]]) -> bool:
        """Say whether its name means this row only, of all that an argument accepts."""
        return sum(self._named[target, found.label] for target in targets) == 1

    @cached_property
    def _named(self) -> Counter[tuple[type[BaseResource], str]]:
        return Counter((found.kind, found.label) for found in self._plan.all.values())


class Statements:
    """The statements of one module.

    Args:
        rows: What the program declares.
        name: The module.
        before: The modules that it may import.

    Attributes:
        imported: What the statements take from this package.
        modules: The modules to which they refer.
        cuts: References that had to be keys.
        secrets: Values that the configuration of the stack has to hold, by key.
    """

    def __init__(self, rows: Rows, name: str, before: list[str]) -> None:
        self._rows = rows
        self._name = name
        self._before = before
        self._written: set[Place] = set()
        self.imported: set[str] = set()
        self.modules: set[str] = set()
        self.cuts: list[Cut] = []
        self.secrets: dict[str, str] = {}

    def block(self, line: Line) -> str:
        """Return the statement that declares a row."""
        found = self._rows.of(line)
        parts = self._rows.parts(line.place)
        call = self._call(line.kind, quoted(line.resource), found)
        if parts is not None:
            call = Call(call.name, call.first, {**call.arguments, **self._parts(line, parts)}, call.notes)
        self.imported.add(line.kind)
        self._written.add(line.place)
        powered = self._rows.is_powered(line.place)
        # What comes later may refer to it too, and finds it by its variable.
        text = rendered(call, before=f"{line.variable} = " if found.kind in self._rows.referable else "")
        if powered:
            self.imported.add("Power")
            state = {"of": line.variable, "state": quoted("running")}
            text += "\n" + rendered(Call("Power", quoted(f"{line.resource}-power"), state))
        return text

    def _call(self, name: str, first: Code | None, found: Found, without: Collection[str] = ()) -> Call:
        arguments: dict[str, Code] = {}
        notes: dict[str, str] = {}
        inputs: Mapping[str, Any] = found.declaration.inputs
        for argument in sorted(inputs, key=lambda name: _rank(found, name)):
            attribute = inputs[argument]
            if argument in without:
                continue
            if argument in found.references:
                told = [self._reference(found, attribute, row) for row in found.references[argument]]
                arguments[argument] = Listing([code for code, _ in told]) if isinstance(attribute, Refs) else told[0][0]
                if note := "; ".join(note for _, note in told if note):
                    notes[argument] = note
            elif argument in found.given:
                arguments[argument] = self._secret(found, argument)
            elif argument in found.arguments:
                value = found.arguments[argument]
                arguments[argument] = self._items(attribute, value)
        return Call(name, first, arguments, notes)

    def _secret(self, found: Found, argument: str) -> Code:
        """Return what reads a secret from the configuration of the stack, which has to hold it."""
        line = self._rows.line(found.place)
        name = line.resource if line else found.key
        key = f"{snake_case(found.declaration.title).replace('_', '-')}-{name}-{argument}"
        self.secrets[key] = found.given[argument]
        return Call("pulumi.Config().require_secret", quoted(key))

    def _items(self, attribute: Any, value: Any) -> Code:
        """Return what an argument is given; parts by name as the objects of their class."""
        if not isinstance(attribute, Items | NamedItems):
            return literal(value)

        def item(values: Mapping[str, Any]) -> Code:
            self.imported.add(attribute.item.__name__)
            known = {name: literal(each) for name, each in values.items() if each not in (None, "", [], {})}
            return Call(attribute.item.__name__, None, known)

        if isinstance(attribute, NamedItems):
            return Table({name: item(each) for name, each in value.items()})
        return Listing([item(each) for each in value])

    def _parts(self, line: Line, parts: list[Found]) -> Mapping[str, Code]:
        given: dict[str, Code] = {}
        for part, (kind, form, _) in FORMS.items():
            own = [found for found in parts if found.kind is kind]
            if own:
                self.imported.add(form.__name__)
                given[part] = Table(
                    {found.called: self._call(form.__name__, None, found, ("vm", "name")) for found in own}
                )
        if not self._rows.is_running(line.place):
            self.imported.add("PowerArgs")
            given["power"] = Call("PowerArgs", None, {"state": quoted("stopped")})
        return given

    def _reference(self, found: Found, attribute: Reference, row: Place) -> tuple[Code, str]:
        """Return what refers to a row: a variable, a look-up by name, or its key with a comment."""
        line, target = self._rows.line(row), self._rows.found(row)
        if line and line.is_managed:
            if line.module == self._name and line.place in self._written:
                return line.variable, ""
            if line.module in self._before:
                self.modules.add(line.module)
                return f"{line.module}.{line.variable}", ""
            self.cuts.append(Cut(found.place, attribute.name))
        key = quoted("/".join(row) if attribute.as_path else row[1])
        if target is None:
            return key, f"a row of {row[0]}"
        is_managed = line is not None and line.is_managed
        if target.label and not is_managed and self._rows.is_only_one(target, attribute.resolved()):
            self.imported.add("by_name")
            return f"by_name({quoted(target.label)})", ""
        return key, shown(target.title)


def _rank(found: Found, argument: str) -> int:
    """Return where an argument stands: the name first, then what it belongs to, then the rest as declared."""
    label, parent = found.declaration.label, found.declaration.parent
    first = [label.name if label else "", parent.name if parent else ""]
    return first.index(argument) if argument in first else len(first)
