"""What becomes of each row: managed by the program, looked up, or left, and why. People read it, and edit it."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

from verge_pulumi.engine.declaring.attributes import Reference, Refs
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.mark import TOKEN, Mark
from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.importing.firewalls import firewalls
from verge_pulumi.importing.naming import RESERVED, Names, resource_name, snake_case, variable_name
from verge_pulumi.importing.objects import Found, Objects
from verge_pulumi.resources.compute.virtual_machine import VirtualMachine


class Treatment(Enum):
    """What becomes of a row."""

    MANAGE = "manage"
    """It becomes a resource of the program."""
    PART = "part"
    """It becomes a part of the server that its VM becomes."""
    LOOKUP = "lookup"
    """Somebody else manages it; what refers to it looks it up by its name."""
    LEAVE = "leave"
    """It stays as it is, and is in no program."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """One row in the plan.

    Attributes:
        table: Its table.
        key: Its key.
        kind: The resource that it would be.
        name: Its name in VergeOS.
        parent: The row that it was created within, as ``table/key``.
        treatment: What becomes of it.
        reason: Why that is not ``manage``.
        resource: The name of the resource.
        variable: The name of its variable.
        module: The module of the program.
    """

    table: str
    key: str
    kind: str
    name: str
    parent: str
    treatment: str
    reason: str = ""
    resource: str = ""
    variable: str = ""
    module: str = ""

    @property
    def place(self) -> Place:
        """Table and key."""
        return self.table, self.key


_NO_LINE = Line(table="", key="", kind="", name="", parent="", treatment="")


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Which rows are chosen; without any condition all are.

    Attributes:
        only: Patterns such as ``web-*`` or ``Network/lan``, of which an object meets one; its parts come with it.
        exclude: Patterns of which it meets none.
        with_needs: Whether what a chosen object refers to is chosen too.
    """

    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    with_needs: bool = False


class Plan:
    """The treatment of every row that was read.

    Args:
        objects: The rows.
        owner: ``project/stack`` of the program.
        held: The rows that the state of the stack has already.
        scope: Which rows are chosen.
        kept: Lines of an earlier plan, perhaps edited; what they say of names, modules and treatments stays.
        edited: Files that somebody edited; what is new goes into others.
        refused: Rows that a program cannot declare together with the others, and why.
    """

    def __init__(
        self,
        objects: Objects,
        owner: str,
        *,
        held: Iterable[Place] = (),
        scope: Scope = Scope(),
        kept: Mapping[Place, Line] | None = None,
        edited: Collection[str] = (),
        refused: Mapping[Place, str] | None = None,
    ) -> None:
        self.objects = objects
        self.all = dict(objects.all)
        self._owner = Mark.new(owner, "", "").owner
        self._held = frozenset(held)
        self._kept = kept or {}
        self._edited = edited
        self._refused = refused or {}
        self.refused: set[Place] = set(self._refused)
        marks = [found.mark.token for found in self.all.values() if found.mark]
        self._copied = {token for token in marks if marks.count(token) > 1}
        self.treatments: dict[Place, tuple[Treatment, str]] = {
            place: self._treatment(found) for place, found in self.all.items()
        }
        self._choose(scope)
        self._check()
        self._edit()
        self.firewalls = {found.place: (found, rules) for found, rules in firewalls(self._manageable())}
        for place, (found, rules) in self.firewalls.items():
            self.all[place] = found
            self.treatments[place] = Treatment.MANAGE, ""
            title = f"the Firewall of {self.all[found.references['network'][0]].title}"
            self.treatments |= {rule.place: (Treatment.PART, f"a part of {title}") for rule in rules}
        self.servers = {found.place: parts for found, parts in self._servers()}
        for vm, parts in self.servers.items():
            self.treatments |= {part.place: (Treatment.PART, f"a part of {self.all[vm].title}") for part in parts}
        self.lines = {line.place: line for line in self._named()}

    @cached_property
    def powered(self) -> set[Place]:
        """The networks that run, and get a `Power`; of servers it is a part."""
        return {
            found.place
            for found in self.managed()
            if "segment" in found.declaration.roles and found.outputs.get("running")
        }

    def place_of(self, kind: str, name: str) -> Place | None:
        """Return the row that a resource or a part of a server is, None if there is none."""
        for place, line in self.lines.items():
            if (line.kind, line.resource) == (kind, name):
                return place
            for part in self.servers.get(place, ()):
                if (part.declaration.title, f"{line.resource}-{part.label}") == (kind, name):
                    return part.place
        return None

    def managed(self) -> list[Found]:
        """Return what becomes a resource of the program."""
        return [self.all[place] for place, line in self.lines.items() if line.treatment == "manage"]

    # Treatments ------------------------------------------------------------------------------------------------------

    def _treatment(self, found: Found) -> tuple[Treatment, str]:
        """Return what becomes of a row by what it is."""
        if found.place in self._held and self._kept.get(found.place, _NO_LINE).treatment not in ("manage", "part"):
            return Treatment.LOOKUP, "it is in the state of this stack already"
        if found.mark and found.mark.owner != self._owner:
            return Treatment.LOOKUP, f"{found.mark.holder} manages it"
        if found.mark and found.mark.token in self._copied and not found.mark.name.startswith("firewall/"):
            return Treatment.LEAVE, "several rows bear its mark, so it is a copy or was copied"
        if not found.mark and self._is_given(found):
            return Treatment.LEAVE, "VergeOS made it"
        if found.kind.importing.left:
            return Treatment.LEAVE, found.kind.importing.left
        if found.place in self._refused:
            return Treatment.LEAVE, f"a program cannot say it: {self._refused[found.place]}"
        if missing := found.missing:
            secret = [name for name in missing if name in found.secrets]
            why = "VergeOS does not tell, or it is a secret" if secret else "VergeOS does not tell"
            self.refused.add(found.place)
            return Treatment.LEAVE, f"it needs {', '.join(missing)}, which {why}"
        return Treatment.MANAGE, ""

    def _is_given(self, found: Found) -> bool:
        """Say whether VergeOS itself made a row."""
        importing, inventory = found.kind.importing, found.kind.review.inventory
        if importing.is_given(found.row) or (inventory and inventory.is_given(found.row)):
            return True
        if importing.follows_parents:
            required = [name for name, attribute in found.declaration.inputs.items() if attribute.required]
            above = [self.all.get(row) for name in required for row in found.references.get(name, ())]
            if above and all(each and self._is_given(each) for each in above):
                return True
        return not importing.left and bool(self.objects.provider(found.kind).made_by_vergeos(found.row))

    def _choose(self, scope: Scope) -> None:
        """Leave what is out of scope."""
        every = self.all
        chosen = {place for place, found in every.items() if _meets(found, scope.only)} if scope.only else set(every)
        more = chosen if scope.only else set()
        while more:
            more = {place for place, found in every.items() if found.parent in more} - chosen
            if scope.with_needs:
                more |= {row for place in chosen for rows in every[place].references.values() for row in rows} - chosen
            chosen |= (more := more & every.keys())
        for place, found in every.items():
            if self.treatments[place][0] is not Treatment.MANAGE:
                continue
            if place not in chosen:
                self.treatments[place] = Treatment.LOOKUP, "it was not chosen"
            elif scope.exclude and _meets(found, scope.exclude):
                self.treatments[place] = Treatment.LOOKUP, "it was excluded"

    def _check(self) -> None:
        """Leave what the package itself would refuse, without the arguments that may be left out."""
        for place, found in self.all.items():
            if self.treatments[place][0] is Treatment.MANAGE and (problems := self._problems(found)):
                self.refused.add(place)
                self.treatments[place] = Treatment.LEAVE, f"a program cannot say it: {' '.join(problems)}"

    def _problems(self, found: Found) -> list[str]:
        """Return why a row cannot be declared; an optional argument that is refused is left out instead."""
        provider = self.objects.provider(found.kind)
        while True:
            inputs = found.arguments | {name: _keys(found, name) for name in found.references}
            problems = [failure.reason for failure in provider.check({TOKEN: "import"}, inputs).failures]
            refused = {problem.partition(":")[0] for problem in problems}
            said = refused & (found.arguments.keys() | found.references.keys())
            optional = [name for name in said if not found.declaration.inputs[name].required]
            if not optional:
                return problems
            for name in optional:
                found.arguments.pop(name, None)
                found.references.pop(name, None)

    def _edit(self) -> None:
        """Leave what a person decided to leave in the plan of an earlier run."""
        for place, line in self._kept.items():
            manageable = place in self.treatments and self.treatments[place][0] is Treatment.MANAGE
            if manageable and line.treatment not in ("manage", "part"):
                self.treatments[place] = Treatment(line.treatment), line.reason or "as the plan says"

    def _manageable(self) -> list[Found]:
        """Return what is managed so far."""
        return [found for place, found in self.all.items() if self.treatments[place][0] is Treatment.MANAGE]

    def _servers(self) -> Iterable[tuple[Found, list[Found]]]:
        """Yield each VM that becomes a server, with its parts: all of them are managed and have names of their own."""
        parts: dict[Place, list[Found]] = {}
        for found in self.all.values():
            if found.declaration.title in ("Drive", "Nic", "Device") and found.parent:
                parts.setdefault(found.parent, []).append(found)
        for place, found in self.all.items():
            if found.kind is not VirtualMachine or self.treatments[place][0] is not Treatment.MANAGE:
                continue
            own = parts.get(place, [])
            names = [(part.declaration.title, part.label) for part in own]
            whole = all(self.treatments[part.place][0] is Treatment.MANAGE and part.label for part in own)
            if whole and len({*names}) == len(names):
                yield found, own

    # Names -----------------------------------------------------------------------------------------------------------

    def _named(self) -> Iterable[Line]:
        resources: dict[str, Names] = {}
        areas = {found.kind.__module__.split(".")[2] for found in self.all.values()}
        variables: dict[str, Names] = {}
        given: dict[Place, str] = {}

        def of_kind(kind: str) -> Names:
            return resources.setdefault(kind, Names())

        for place, line in self._kept.items():
            if place in self.all and line.resource:
                of_kind(self._title(self.all[place])).take(line.resource)
                variables.setdefault(line.module, Names({*RESERVED, *areas})).take(line.variable)
        # What has no name of its own is named after what it refers to, and what shares one after its parent.
        for found in sorted(self.all.values(), key=lambda found: (found.declaration.label is None, self._depth(found))):
            place = found.place
            treatment, reason = self.treatments[place]
            line = Line(
                table=found.declaration.table,
                key=found.key,
                kind=self._title(found),
                name=found.label,
                parent="/".join(found.parent or ()),
                treatment=treatment.value,
                reason=reason,
            )
            kept = self._kept.get(place)
            if treatment is not Treatment.MANAGE:
                given[place] = resource_name(found.label)
                yield line
                continue
            module = kept.module if kept and kept.module else self._module(found.kind.__module__.split(".")[2])
            name = kept.resource if kept and kept.resource else of_kind(line.kind).first(self._candidates(found, given))
            kind = snake_case(line.kind)
            variable = kept.variable if kept and kept.variable else ""
            if not variable:
                names = variables.setdefault(module, Names({*RESERVED, *areas}))
                plain = variable_name(name, kind)
                variable = names.first([plain, f"{kind}_{plain}"], "_")
            given[place] = name
            yield replace(line, resource=name, variable=variable, module=module)

    def _depth(self, found: Found) -> int:
        """Return how many rows a row lies within, one inside the other."""
        above = self.all.get(found.parent) if found.parent else None
        return 1 + self._depth(above) if above and above is not found else 0

    def _module(self, area: str) -> str:
        """Return the module for what is new: that of its area, or another one beside it if somebody edited that."""
        number, module = 1, area
        while f"infrastructure/{module}.py" in self._edited:
            number += 1
            module = f"{area}_{number}"
        return module

    def _title(self, found: Found) -> str:
        return "Server" if found.place in self.servers else found.declaration.title

    def _candidates(self, found: Found, given: Mapping[Place, str]) -> list[str]:
        """Return names for a resource, the best first."""
        own = resource_name(found.label)
        parent = given.get(found.parent, "") if found.parent else ""
        if not found.declaration.label:
            told = [self._told(found, name, given) for name in found.declaration.unique]
            own = resource_name("-".join(filter(None, told)))
        kind = snake_case(found.declaration.title).replace("_", "-")
        nameless = resource_name("-".join(filter(None, (parent, kind, found.key))))
        if not own:
            return [nameless]
        return [own, f"{parent}-{own}"] if parent else [own]

    def _told(self, found: Found, name: str, given: Mapping[Place, str]) -> str:
        if isinstance(found.declaration.inputs[name], Reference):
            return "-".join(given.get(place, "") or place[1] for place in found.references.get(name, ()))
        return resource_name(str(found.arguments.get(name, "")))


def _meets(found: Found, patterns: Iterable[str]) -> bool:
    named = (found.label, f"{found.declaration.title}/{found.label}")
    return any(fnmatchcase(name.lower(), pattern.lower()) for pattern in patterns for name in named)


def _keys(found: Found, name: str) -> Any:
    """Return what a reference is kept as in the state."""
    attribute: Any = found.declaration.inputs[name]
    rows = [f"{table}/{key}" if attribute.as_path else key for table, key in found.references[name]]
    return rows if isinstance(attribute, Refs) else rows[0]


# The file ------------------------------------------------------------------------------------------------------------

COLUMNS = ("table", "key", "kind", "name", "parent", "treatment", "reason", "resource", "variable", "module")
_FORMULA = ("=", "+", "-", "@", "'")
"""With which a spreadsheet begins a formula; an apostrophe in front keeps it text."""


def write_plan(lines: Iterable[Line], path: Path) -> None:
    """Write a plan, as a whole or not at all."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in lines:
        values = [getattr(line, column) for column in COLUMNS]
        writer.writerow([f"'{value}" if value.startswith(_FORMULA) else value for value in values])
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(text.getvalue(), encoding="utf-8", newline="")
    part.replace(path)


def read_plan(path: Path) -> dict[Place, Line]:
    """Read a plan that people may have edited; {} if there is none yet.

    Raises:
        EngineError: It cannot be read; the text says where.
    """
    if not path.exists():
        return {}
    lines: dict[Place, Line] = {}
    number = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                number += 1
                values = {column: (row.get(column) or "") for column in COLUMNS}
                plain = {name: value[1:] if value[:1] == "'" else value for name, value in values.items()}
                plain["treatment"] = Treatment(plain["treatment"].strip().lower()).value
                line = Line(**plain)
                lines[line.place] = line
    except ValueError:
        words = ", ".join(each.value for each in Treatment)
        raise EngineError(f"line {number} of {path} has another treatment than {words}. Mend it") from None
    except (OSError, csv.Error) as error:
        raise EngineError(f"{path} cannot be read ({error}). Mend or delete it") from None
    return lines
