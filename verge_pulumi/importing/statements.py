"""One statement for each row of a plan: the call that declares it, with references to others by their variables."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args, get_origin

from verge_pulumi.components.server import FORMS
from verge_pulumi.engine.declaring.attributes import Attribute, Items, NamedItems, Reference, Refs
from verge_pulumi.engine.declaring.mentions import Mention
from verge_pulumi.engine.errors import shown
from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.importing.code import Call, Code, Listing, Table, Value, literal, quoted, rendered
from verge_pulumi.importing.found import Found
from verge_pulumi.importing.keys import LOOKUPS
from verge_pulumi.importing.naming import file_name
from verge_pulumi.importing.plan_file import Line
from verge_pulumi.importing.rows import Rows
from verge_pulumi.importing.secrets import Secret

GUEST_FILE = "guest_file"
"""The function of a program that reads such a file."""

NO_NOTES: Mapping[str, str] = {}


@dataclass(frozen=True)
class Cut:
    """A reference that is a key and no variable, since its row and the one that refers to it refer to each other."""

    place: Place
    argument: str


@dataclass(frozen=True)
class Statement:
    """What declares a row."""

    line: Line
    call: Code
    is_named: bool
    """Whether others may refer to it, also what comes later, and find it by its variable."""
    is_powered: bool
    """Whether it gets a power of its own."""
    family: str
    """What is common to the names of those that people made together."""

    @property
    def text(self) -> str:
        """The statement as code."""
        text = rendered(self.call, before=f"{self.line.variable} = " if self.is_named else "")
        if self.is_powered:
            power = power_of(self.line.variable, quoted(f"{self.line.resource}-power"), self.call)
            text += f"\n{rendered(power)}"
        return text


def power_of(variable: str, name: Code, call: Code) -> Call:
    """Return what keeps a resource running.

    Args:
        variable: That of the resource.
        name: The name of the power.
        call: What declares the resource; the power has the same options.
    """
    options = {name: each for name, each in call.arguments.items() if name == "opts"} if isinstance(call, Call) else {}
    return Call("Power", name, {**options, "of": variable, "state": quoted("running")})


class Statements:
    """The statements of one module.

    Args:
        rows: What the program declares.
        name: The module.
        before: The modules that it may import.
        options: The variable of the package with the options of all resources; "" if there is none.

    Attributes:
        imported: What the statements take from this package.
        modules: The modules to which they refer.
        cuts: References that had to be keys.
        secrets: Values that the configuration of the stack has to hold, by key.
        files: What files beside the program have to hold, by their names.
    """

    def __init__(self, rows: Rows, name: str, before: list[str], options: str = "") -> None:
        self._rows = rows
        self._options = options
        self._name = name
        self._before = before
        self._written: set[Place] = set()
        self.imported: set[str] = set()
        self.modules: set[str] = set()
        self.cuts: list[Cut] = []
        self.secrets: dict[str, Secret] = {}
        self.files: dict[str, str] = {}

    def statement(self, line: Line) -> Statement:
        """Return the statement that declares a row."""
        found = self._rows.of(line)
        parts = self._rows.parts(line.place)
        call = self._call(line.kind, literal(line.resource), found)
        if parts is not None:
            call = _with(call, self._parts(line, parts))
        call = self._tags(call, line.place)
        self.imported.add(line.kind)
        self._written.add(line.place)
        powered = self._rows.is_powered(line.place)
        if powered:
            self.imported.add("Power")
        return Statement(line, call, found.kind in self._rows.referable, powered, self._rows.family(line))

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
            elif argument in found.files:
                arguments[argument] = self._file(found, argument)
            elif argument in found.given:
                arguments[argument] = self._secret(found, argument)
            elif argument in found.arguments:
                arguments[argument], note = self._items(found, attribute, found.arguments[argument])
                if note:
                    notes[argument] = note
        unset = {argument: self._configured(found, argument) for argument in found.untold}
        return Call(name, first, (self._with_options() if first else {}) | arguments, notes, unset=unset)

    def _with_options(self) -> dict[str, Code]:
        """Return the argument by which a resource gets the options of all."""
        if self._options:
            self.modules.add(self._options)
        return {"opts": self._options} if self._options else {}

    def _secret(self, found: Found, argument: str) -> Code:
        """Return what reads a secret from the configuration of the stack, which has to hold it."""
        given = found.given[argument]
        value = json.dumps(given) if found.is_object(argument) else given
        is_told = argument == found.kind.importing.content
        self.secrets[self._rows.secret_key(found, argument)] = Secret(value, is_told=is_told)
        return self._configured(found, argument)

    def _configured(self, found: Found, argument: str) -> Code:
        """Return what reads a secret from the configuration of the stack."""
        function = "require_secret_object" if found.is_object(argument) else "require_secret"
        return Call(f"pulumi.Config().{function}", literal(self._rows.secret_key(found, argument)))

    def _file(self, found: Found, argument: str) -> Code:
        """Return what reads a file that stands beside the program."""
        line = self._rows.line(found.place)
        name = file_name(line.resource if line else found.key)
        while name in self.files:  # another resource has this very name
            name += "-"
        self.files[name] = found.files[argument]
        return Call(GUEST_FILE, literal(name))

    def _items(self, found: Found, attribute: Any, value: Any) -> tuple[Code, str]:
        """Return what an argument is given; parts by name as the objects of their class."""
        if attribute.name in found.keyed:
            return self._key(value, found.keyed[attribute.name])
        if not isinstance(attribute, Items | NamedItems):
            return self._value(found, attribute, value)

        def item(values: Mapping[str, Any]) -> Code:
            self.imported.add(attribute.item.__name__)
            own = attribute.item.attributes
            said = {name: each for name, each in values.items() if each not in (None, "", [], {})}
            known = {name: self._value(found, own[name], each) for name, each in said.items()}
            notes = {name: note for name, (_, note) in known.items() if note}
            return Call(attribute.item.__name__, None, {name: code for name, (code, _) in known.items()}, notes)

        if isinstance(attribute, NamedItems):
            return Table({name: item(each) for name, each in value.items()}), ""
        return Listing([item(each) for each in value]), ""

    def _key(self, value: str, place: Place) -> tuple[Code, str]:
        """Return what tells the row of a key, such as a cluster, and what it is if that is the key."""
        table, key = place
        target, name = self._rows.found(place), self._rows.name_of(place)
        if target is None and value == key and table in LOOKUPS and self._rows.is_named_once(place):
            function, _ = LOOKUPS[table]
            self.imported.add(function)
            where: dict[str, Code] = {"provider": f"{self._options}.provider"} if self._with_options() else {}
            return Call(function, None, {"name": literal(name), **where}, then=".key"), ""
        return literal(value), shown(
            target.title if target else f"row '{name}' of {table}" if name else f"a row of {table}"
        )

    def _value(self, found: Found, attribute: Attribute, value: Any) -> tuple[Code, str]:
        """Return a value, and of which rows it holds keys; in a text the rows of the program are their variables."""
        mentions = attribute.value.mentions(value)
        told = [self._mention(found, attribute, each) for each in mentions]
        named, note = [code for code, _ in told], "; ".join(note for _, note in told if note)
        if not any(isinstance(each, Call) for each in named):
            return literal(value, _choices(attribute.value_type)), note
        self.imported.add("rule_addresses")
        return named[0] if len(named) == 1 else Call("rule_addresses.any_of", named[0], more=named[1:]), note

    def _mention(self, found: Found, attribute: Attribute, mention: Mention) -> tuple[Code, str]:
        """Return a term of a text, and which row it is if it holds the key of one."""
        place = found.mentioned.get(mention.text)
        line = self._rows.line(place) if place else None
        variable = self._variable(line) if line and line.is_managed else None
        if variable:
            return Call(mention.function, variable, more=[literal(mention.part)] if mention.part else []), ""
        if line and line.is_managed:
            self.cuts.append(Cut(found.place, attribute.name))
        target = self._rows.found(place) if place and mention.column == "$key" else None
        return literal(mention.text), shown(target.title) if target else ""

    def _variable(self, line: Line) -> Value | None:
        """Return what a resource is called here; None if it is declared later."""
        if line.module == self._name and line.place in self._written:
            return Value(line.variable, line.kind)
        if line.module in self._before:
            self.modules.add(line.module)
            return Value(self._rows.elsewhere(line), line.kind)
        return None

    def _parts(self, line: Line, parts: list[Found]) -> Mapping[str, Code]:
        given: dict[str, Code] = {}
        for part, (kind, form, _) in FORMS.items():
            own = [found for found in parts if found.kind is kind]
            if own:
                self.imported.add(form.__name__)
                given[part] = Table({found.called: self._part(form.__name__, found) for found in own})
        if not self._rows.is_running(line.place):
            self.imported.add("PowerArgs")
            given["power"] = Call("PowerArgs", None, {"state": quoted("stopped")})
        return given

    def _part(self, form: str, found: Found) -> Call:
        address = self._rows.address(found.place)
        said = {"address": literal(address.arguments["ip"])} if address else {}
        return _with(self._call(form, None, found, ("vm", "name")), said)

    def _tags(self, call: Call, place: Place) -> Call:
        """Return a call with the tags of a row; they are in a list where all are variables."""
        tags: dict[str, Code] = {}
        notes: list[str] = []
        for name, found in self._rows.tags(place).items():
            inputs: Mapping[str, Any] = found.declaration.inputs
            tags[name], note = self._reference(found, inputs["tag"], found.references["tag"][0])
            notes += [note] if note else []
        if not tags:
            return call
        code = Table(tags) if notes else Listing([*tags.values()])
        return _with(call, {"tags": code}, {"tags": "; ".join(notes)})

    def _reference(self, found: Found, attribute: Reference, row: Place) -> tuple[Code, str]:
        """Return what refers to a row: a variable, a look-up by name, or its key with a comment."""
        line, target = self._rows.line(row), self._rows.found(row)
        if line and line.is_managed:
            variable = self._variable(line)
            if variable:
                return variable, ""
            self.cuts.append(Cut(found.place, attribute.name))
        key = quoted("/".join(row) if attribute.as_path else row[1])
        if target is None:
            return key, f"a row of {row[0]}"
        is_managed = line is not None and line.is_managed
        if target.label and not is_managed and self._rows.is_only_one(target, attribute.resolved()):
            self.imported.add("by_name")
            return Call("by_name", literal(target.label)), ""
        return key, shown(target.title)


def _with(call: Call, arguments: Mapping[str, Code], notes: Mapping[str, str] = NO_NOTES) -> Call:
    """Return a call with further arguments."""
    return replace(call, arguments={**call.arguments, **arguments}, notes={**call.notes, **notes})


def _rank(found: Found, argument: str) -> int:
    """Return where an argument stands: the name first, then what it belongs to, then the rest as declared."""
    label, parent = found.declaration.label, found.declaration.parent
    first = [label.name if label else "", parent.name if parent else ""]
    return first.index(argument) if argument in first else len(first)


def _choices(annotation: Any) -> tuple[Any, ...]:
    """Return the literals that a type allows, () if it is none of literals."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return next(filter(None, map(_choices, get_args(annotation))), ())
