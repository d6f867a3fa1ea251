"""The files of the program that declares what a plan manages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from verge_pulumi.components.server import FORMS
from verge_pulumi.engine.declaring.attributes import Items, NamedItems, Reference, Refs
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.errors import shown
from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.importing.code import Call, Code, Listing, Table, literal, quoted, rendered
from verge_pulumi.importing.objects import Found
from verge_pulumi.importing.plan import Plan
from verge_pulumi.importing.plan_file import Line
from verge_pulumi.importing.site import importable
from verge_pulumi.importing.skeleton import PACKAGE, PROTECTION, about, imports, main_program


@dataclass(frozen=True)
class Cut:
    """A reference that is a key and no variable, since its row and the one that refers to it refer to each other."""

    place: Place
    argument: str


class Program:
    """The modules of a program, by area; each imports only those before it.

    Args:
        plan: What it declares.

    Attributes:
        cuts: References that had to be keys.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._objects = plan.all
        self.cuts: list[Cut] = []
        self._servers = {part.place: vm for vm, parts in plan.servers.items() for part in parts}

    @cached_property
    def files(self) -> Mapping[str, str]:
        """The text of each file, by its path in the project."""
        modules = self._ordered_modules()
        files = {f"{PACKAGE}/__init__.py": PROTECTION}
        for position, (module, lines) in enumerate(modules.items()):
            if module in self._plan.known.frozen:
                continue
            files[f"{PACKAGE}/{module}.py"] = self._module(module, self._ordered(lines), list(modules)[:position])
        files["__main__.py"] = main_program(list(modules))
        return files

    # Order -----------------------------------------------------------------------------------------------------------

    def _ordered_modules(self) -> Mapping[str, list[Line]]:
        """Return the lines of each module; a module stands after those to which it refers."""
        lines: dict[str, list[Line]] = {}
        for line in self._plan.lines.values():
            if line.is_managed:
                lines.setdefault(line.module, []).append(line)
        needs: dict[str, set[str]] = {module: set() for module in sorted(lines)}
        for line in self._plan.lines.values():
            for _, target in self._referred(line):
                if target.module != line.module:
                    needs.setdefault(line.module, set()).add(target.module)
        order = _ordered(needs)
        return {module: lines[module] for module in order}

    def _ordered(self, lines: Collection[Line]) -> list[Line]:
        """Return lines in an order in which each stands after those to which it refers, as far as that is possible."""
        by_place = {line.place: line for line in lines}
        needs = {
            line.place: [target.place for _, target in self._referred(line) if target.place in by_place]
            for line in lines
        }
        return [by_place[place] for place in _ordered({place: set(needs[place]) for place in by_place})]

    def _referred(self, line: Line) -> Iterable[tuple[str, Line]]:
        """Yield the managed rows to which a row and its parts refer, with the arguments."""
        if not line.is_managed:
            return
        own = [self._objects[line.place], *self._plan.servers.get(line.place, ())]
        for found in own:
            for name, rows in found.references.items():
                for row in rows:
                    target = self._plan.lines.get(self._servers.get(row, row))
                    if target and target.is_managed and target.place != line.place:
                        yield name, target

    # Text ------------------------------------------------------------------------------------------------------------

    def _module(self, module: str, lines: list[Line], before: list[str]) -> str:
        writer = _Module(self, module, before)
        blocks = [writer.block(line) for line in lines]
        head = [f'"""{about(module)}"""', ""]
        head += imports("verge_pulumi", writer.imported)
        if writer.modules:
            head += ["", *imports(".", writer.modules)]
        return "\n".join([*head, "", *blocks]) + "\n"

    @cached_property
    def referable(self) -> set[type[BaseResource]]:
        """The resources to which others may refer."""
        attributes = [attribute for kind in importable() for attribute in kind.declaration.inputs.values()]
        references = [attribute for attribute in attributes if isinstance(attribute, Reference)]
        return {target for reference in references for target in reference.resolved()}

    def title(self, place: Place) -> str:
        """Return how people know a row."""
        return self._objects[place].title

    def line(self, place: Place) -> Line | None:
        """Return the line of what stands for a row in the program."""
        return self._plan.lines.get(self._servers.get(place, place))

    def of(self, line: Line) -> Found:
        """Return the row of a line."""
        return self._objects[line.place]

    def found(self, place: Place) -> Found | None:
        """Return a row."""
        return self._objects.get(place)

    def parts(self, place: Place) -> list[Found] | None:
        """Return the parts of a server; None where the row does not become one."""
        return self._plan.servers.get(place)

    def is_powered(self, place: Place) -> bool:
        """Say whether a row gets a power of its own."""
        return place in self._plan.powered

    def is_running(self, place: Place) -> bool:
        """Say whether a VM runs."""
        return bool(self._objects[place].outputs.get("running"))

    def is_only_one(self, found: Found, targets: Collection[type[BaseResource]]) -> bool:
        """Say whether its name means this row only, of all that an argument accepts."""
        return sum(self._named[target, found.label] for target in targets) == 1

    @cached_property
    def _named(self) -> Counter[tuple[type[BaseResource], str]]:
        return Counter((found.kind, found.label) for found in self._objects.values())


class _Module:
    """Writes one module.

    Args:
        program: The program.
        name: The module.
        before: The modules that it may import.
    """

    def __init__(self, program: Program, name: str, before: list[str]) -> None:
        self._program = program
        self._name = name
        self._before = before
        self._written: set[Place] = set()
        self.imported: set[str] = set()
        self.modules: set[str] = set()

    def block(self, line: Line) -> str:
        """Return the statement that declares a row."""
        found = self._program.of(line)
        parts = self._program.parts(line.place)
        call = self._call(line.kind, quoted(line.resource), found)
        if parts is not None:
            call = Call(call.name, call.first, {**call.arguments, **self._parts(line, parts)}, call.notes)
        self.imported.add(line.kind)
        self._written.add(line.place)
        powered = self._program.is_powered(line.place)
        # What comes later may refer to it too, and finds it by its variable.
        text = rendered(call, before=f"{line.variable} = " if found.kind in self._program.referable else "")
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
            elif argument in found.arguments:
                value = found.arguments[argument]
                arguments[argument] = self._items(attribute, value)
        return Call(name, first, arguments, notes)

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
        if not self._program.is_running(line.place):
            self.imported.add("PowerArgs")
            given["power"] = Call("PowerArgs", None, {"state": quoted("stopped")})
        return given

    def _reference(self, found: Found, attribute: Reference, row: Place) -> tuple[Code, str]:
        """Return what refers to a row: a variable, a look-up by name, or its key with a comment."""
        line, target = self._program.line(row), self._program.found(row)
        if line and line.is_managed:
            if line.module == self._name and line.place in self._written:
                return line.variable, ""
            if line.module in self._before:
                self.modules.add(line.module)
                return f"{line.module}.{line.variable}", ""
            self._program.cuts.append(Cut(found.place, attribute.name))
        key = quoted("/".join(row) if attribute.as_path else row[1])
        if target is None:
            return key, f"a row of {row[0]}"
        is_managed = line is not None and line.is_managed
        if target.label and not is_managed and self._program.is_only_one(target, attribute.resolved()):
            self.imported.add("by_name")
            return f"by_name({quoted(target.label)})", ""
        return key, shown(target.title)


def _rank(found: Found, argument: str) -> int:
    """Return where an argument stands: the name first, then what it belongs to, then the rest as declared."""
    label, parent = found.declaration.label, found.declaration.parent
    first = [label.name if label else "", parent.name if parent else ""]
    return first.index(argument) if argument in first else len(first)


def _ordered(needs: Mapping[Any, set[Any]]) -> list[Any]:
    """Return things after what they need, in the order given as far as possible; a circle is cut where it closes."""
    rank = {each: number for number, each in enumerate(needs)}
    done: dict[Any, None] = {}

    def needed(each: Any) -> Iterator[Any]:
        return iter(sorted(needs[each], key=lambda other: rank[other]))

    for start in needs:
        stack = [(start, needed(start))]
        under_way = {start}
        while stack:
            each, rest = stack[-1]
            following = next((n for n in rest if n not in done and n not in under_way), None)
            if following is not None:
                under_way.add(following)
                stack.append((following, needed(following)))
                continue
            stack.pop()
            done.setdefault(each)
    return list(done)
