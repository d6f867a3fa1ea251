"""What the program is going to declare: which resources, made of which rows, and what they are called.

It is one file, since what is a resource of its own, its name and its module depend on one another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from functools import cached_property

from verge_pulumi.components.server import FORMS
from verge_pulumi.engine.declaring.attributes import Reference
from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.importing.firewalls import firewalls
from verge_pulumi.importing.found import Found
from verge_pulumi.importing.modules import Modules, Piece, size_of, word_of
from verge_pulumi.importing.naming import OPTIONS, RESERVED, Names, resource_name, snake_case, variable_name
from verge_pulumi.importing.objects import Objects
from verge_pulumi.importing.parts import addressed, tagged
from verge_pulumi.importing.plan_file import PART_OF, Line, Treatment
from verge_pulumi.importing.scope import Scope
from verge_pulumi.importing.treating import MANAGE, Known, Treatments
from verge_pulumi.resources.compute.virtual_machine import VirtualMachine

PARTS = tuple(kind for kind, _, _ in FORMS.values())
"""What becomes a part of the server that its VM becomes."""


class Plan:
    """The treatment of every row that was read.

    Args:
        objects: The rows.
        known: What was known before.
        scope: Which rows are chosen.

    Attributes:
        objects: As given.
        known: As given.
        all: The rows, and the firewalls that rules become.
        servers: The VMs that become servers, with their parts.
        addresses: The addresses that are reserved for NICs of servers, by the places of these.
        tags: What puts tags on what the program manages, by the places of that.
        families: What rows are called that people made together.
        unsaid: The rows that a program cannot say, and why.
        wanted: The secrets without which it cannot say a row, by their arguments.
        lines: A line for each row.
    """

    def __init__(self, objects: Objects, known: Known, scope: Scope) -> None:
        self.objects = objects
        self.known = known
        self.all = dict(objects.all)
        treatments = Treatments(objects, known, scope)
        self._of = treatments.of
        self._labels = scope.labels
        self.families = scope.families
        self.unsaid = {place: treatments.of[place][1] for place in sorted(treatments.unsaid)}
        self.wanted = {place: treatments.wanted.get(place, []) for place in self.unsaid}
        self._wholes: dict[Place, Place] = {}
        self._gather_firewalls()
        self.servers = dict(self._gather_servers())
        self.addresses = dict(self._gather_addresses())
        self.tags = self._gather_tags()
        self.lines: Mapping[Place, Line] = {line.place: line for line in self._named()}

    def managed(self) -> list[Found]:
        """Return what becomes a resource of the program."""
        return [self.all[place] for place, line in self.lines.items() if line.is_managed]

    def is_frozen(self, place: Place) -> bool:
        """Say whether a row is in a module that is left as it is."""
        line = self.known.line(place)
        return line.is_managed and line.module in self.known.frozen

    def rows(self, place: Place) -> list[Place]:
        """Return the rows that a line is about: one, or a firewall with its rules."""
        keys = self.all[place].kept.get("keys", {})
        return [place, *((place[0], str(key)) for key in keys.values())]

    @property
    def modules(self) -> Mapping[str, Collection[Place]]:
        """The rows that each module declares, those that are parts of others too."""
        modules: dict[str, list[Place]] = {}
        for place, line in self.lines.items():
            if line.is_in_program:
                modules.setdefault(self.lines[self._wholes.get(place, place)].module, []).append(place)
        return modules

    @cached_property
    def powered(self) -> set[Place]:
        """The networks that run, and get a `Power`; of servers it is a part."""
        networks = [found for found in self.managed() if "segment" in found.declaration.roles]
        return {found.place for found in networks if found.outputs.get("running")}

    def parts(self, place: Place) -> Iterable[tuple[Found, str]]:
        """Yield what belongs to a resource and is declared with it, each with its name."""
        name = self.lines[place].resource
        for part in self.servers.get(place, ()):
            yield part, f"{name}-{part.called}"
            if address := self.addresses.get(part.place):
                yield address, f"{name}-{part.called}-address"
        for assignment in self.tags.get(place, ()):
            yield assignment, f"{name}{'-vm' if place in self.servers else ''}-{self.tag_name(assignment)}"

    def secret_key(self, found: Found, argument: str) -> str:
        """Return under which key the configuration of a stack has a secret."""
        return found.secret_key(self.lines[found.place].resource or found.key, argument)

    @property
    def untold(self) -> list[str]:
        """The keys of the secrets that VergeOS keeps of what the program declares, and that nobody has told."""
        own = [self.all[line.place] for line in self.lines.values() if line.is_in_program]
        return [self.secret_key(found, name) for found in own for name in found.untold]

    def tag_name(self, assignment: Found) -> str:
        """Return by which name a resource has a tag: that of its category if that allows one tag, else its own."""
        (tag,) = assignment.references["tag"]
        (category,) = self.all[tag].references["category"]
        is_single = category in self.all and self.all[category].arguments.get("single_tag_selection") is True
        return self.lines[category if is_single and self.lines[category].is_managed else tag].resource

    def place_of(self, kind: str, name: str) -> Place | None:
        """Return the row that a resource or a part of one is, None if there is none."""
        for place, line in self.lines.items():
            if (line.kind, line.resource) == (kind, name):
                return place
            for part, own in self.parts(place):
                if (part.declaration.title, own) == (kind, name):
                    return part.place
        return None

    # What is made of several rows ------------------------------------------------------------------------------------

    def _manageable(self) -> list[Found]:
        return [found for place, found in self.all.items() if self._of[place][0] is Treatment.MANAGE]

    def _become(self, whole: Found, parts: Iterable[Found], text: str) -> None:
        self._of.setdefault(whole.place, MANAGE)
        for part in parts:
            self._of[part.place] = Treatment.PART, f"{PART_OF}{text}"
            self._wholes[part.place] = whole.place

    def _may_join(self, whole: Place, part: Found) -> bool:
        """Say whether a row may become a part: not a new one of what is written down already."""
        return self.known.line(part.place).treatment == Treatment.PART.value or not self.is_frozen(whole)

    def _gather_firewalls(self) -> None:
        """Let the rules of a network become one firewall, where all of them can."""
        part = Treatment.PART.value
        held = {place for place in self.known.held if self.known.line(place).treatment == part}
        for found, rules in firewalls(self._manageable(), held):
            # What other resources are already stays so, and so does a firewall.
            if found.place in self.known.refused or any(self.known.line(rule.place).is_managed for rule in rules):
                continue
            own = [rule for rule in rules if self._may_join(found.place, rule)]
            self.all[found.place] = found
            self._become(found, own, f"the Firewall of {self.all[found.references['network'][0]].title}")

    def _gather_servers(self) -> Iterable[tuple[Place, list[Found]]]:
        """Let a VM become a server with its parts, where all of them are managed and have names of their own."""
        parts: dict[Place, list[Found]] = {}
        for found in self.all.values():
            if found.kind in PARTS and found.parent:
                parts.setdefault(found.parent, []).append(found)
        for vm in [found for found in self._manageable() if found.kind is VirtualMachine]:
            before = self.known.line(vm.place)
            own = [part for part in parts.get(vm.place, []) if self._may_join(vm.place, part)]
            names = [(part.kind, part.called) for part in own]
            whole = all(self._of[part.place][0] is Treatment.MANAGE and part.called for part in own)
            # What is or is to be a resource by itself stays one, and so do the others of that VM.
            whole = whole and not any(self.known.line(part.place).is_managed for part in own)
            if before.kind == VirtualMachine.__name__ and before.is_managed:
                continue
            if whole and len({*names}) == len(names):
                self._become(vm, own, vm.title)
                yield vm.place, own

    def _gather_addresses(self) -> Iterable[tuple[Place, Found]]:
        """Let an address that is reserved for a NIC of a server be said with that."""
        servers = [(self.all[place], parts) for place, parts in self.servers.items()]
        for vm, nic, found in addressed(servers, self._manageable()):
            if self._is_free(vm.place, found):
                self._become(vm, [found], vm.title)
                yield nic.place, found

    def _gather_tags(self) -> Mapping[Place, list[Found]]:
        """Let a tag be said with what has it."""
        tags: dict[Place, list[Found]] = {}
        for whole, found in tagged(self._manageable()):
            if self._is_free(whole.place, found):
                self._become(whole, [found], whole.title)
                tags.setdefault(whole.place, []).append(found)
        return tags

    def _is_free(self, whole: Place, part: Found) -> bool:
        """Say whether a row may become a part that is no resource already."""
        return not self.known.line(part.place).is_managed and self._may_join(whole, part)

    # Names -----------------------------------------------------------------------------------------------------------

    def _named(self) -> Iterable[Line]:
        """Yield the line of each row; a name that it had is kept."""
        areas = {found.area for found in self.all.values()}
        resources: dict[str, Names] = {}
        variables: dict[str, Names] = {}
        given: dict[Place, str] = {}
        labelled: dict[Place, str] = {}
        for kind, name in self.known.taken:
            resources.setdefault(kind, Names()).take(name)
        for place, line in self.known.lines.items():
            if place in self.all and line.resource:
                resources.setdefault(line.kind, Names()).take(line.resource)
                variables.setdefault(line.module, Names({*RESERVED, *areas, OPTIONS})).take(line.variable)
        for place, label in self._labels.items():
            if place in self.all and not self.known.line(place).resource:
                line = self._line(self.all[place])
                names = resources.setdefault(line.kind, Names())
                labelled |= {place: names.first(self._prefixed([label]))} if line.is_managed else {}
        lines: list[Line] = []
        # What has no name of its own is named after what it refers to, and what shares one after its parent.
        for found in sorted(self.all.values(), key=lambda found: (found.declaration.label is None, self._depth(found))):
            line = self._line(found)
            given[found.place] = resource_name(found.label)
            if line.is_managed:
                names = resources.setdefault(line.kind, Names())
                known = self.known.line(found.place).resource or labelled.get(found.place)
                line = replace(line, resource=known or names.first(self._prefixed(self._candidates(found, given))))
                given[found.place] = line.resource.removeprefix(self.known.prefix)
            lines.append(line)
        modules = self._modules({line.place: line for line in lines if line.is_managed})
        hidden = {*RESERVED, *areas, *modules.values(), OPTIONS}
        for line in lines:
            if line.is_managed:
                before, module = self.known.line(line.place), modules[line.place]
                kind = snake_case(line.kind)
                plain = variable_name(line.resource, kind)
                taken = variables.setdefault(module, Names(hidden))
                variable = before.variable or taken.first([plain, f"{kind}_{plain}"], "_")
                folded = before.folded if self.is_frozen(line.place) else ""
                line = replace(line, variable=variable, module=module, folded=folded)
            yield line

    def _modules(self, lines: Mapping[Place, Line]) -> Mapping[Place, str]:
        """Return the module of each resource; one that it had is kept."""
        wholes = {part.place: place for place in lines for part in self._pieces(place)}
        modules = {place: module for place in lines if (module := self.known.line(place).module)}
        used, new = Counter[str](), list[Piece]()
        for place in lines:
            found = self.all[place]
            own = [found, *self._pieces(place)]
            size = size_of(found, own[1:])
            if place in modules:
                used[modules[place]] += size
                continue
            rows = {
                row
                for each in own
                for named in (*each.references.values(), [*each.mentioned.values()])
                for row in named
            }
            area, above = _module(found), found
            while above.parent and above.parent in lines and _module(self.all[above.parent]) == area:
                above = self.all[above.parent]
            name = lines[above.place].resource.removeprefix(self.known.prefix)
            word = word_of(name, lines[above.place].kind)
            needs = {wholes.get(row, row) for row in rows} - {place}
            new.append(Piece(place=place, area=area, word=word, size=size, needs=needs))
        taken = {line.variable for line in self.known.lines.values()}
        return modules | Modules(used, self.known.frozen, taken).assign(new, split=self.known.split)

    def _pieces(self, place: Place) -> Iterable[Found]:
        """Yield what is declared with a resource."""
        for part in self.servers.get(place, ()):
            yield part
            if address := self.addresses.get(part.place):
                yield address
        yield from self.tags.get(place, ())

    def _line(self, found: Found) -> Line:
        treatment, reason = self._of[found.place]
        before = self.known.line(found.place)
        return Line(
            table=found.declaration.table,
            key=found.key,
            kind="Server" if found.place in self.servers else found.declaration.title,
            name=found.label,
            parent="/".join(found.parent or ()),
            treatment=treatment.value,
            planned=before.planned if before.is_decided else treatment.value,
            reason=reason,
        )

    def _depth(self, found: Found) -> int:
        """Return how many rows a row lies within, one inside the other."""
        above = self.all.get(found.parent) if found.parent else None
        return 1 + self._depth(above) if above and above is not found else 0

    def _candidates(self, found: Found, given: Mapping[Place, str]) -> list[str]:
        """Return names for a resource, the best first."""
        own = resource_name(found.label)
        parent = given.get(found.parent, "") if found.parent else ""
        if not found.declaration.label:
            told = [self._told(found, name, given) for name in found.declaration.unique]
            own = resource_name("-".join(filter(None, told)))
        if not own:
            kind = snake_case(found.declaration.title).replace("_", "-")
            return [resource_name("-".join(filter(None, (parent, kind, found.key))))]
        return [own, f"{parent}-{own}"] if parent else [own]

    def _prefixed(self, names: Iterable[str]) -> list[str]:
        return [resource_name(f"{self.known.prefix}{name}") for name in names]

    def _told(self, found: Found, name: str, given: Mapping[Place, str]) -> str:
        if isinstance(found.declaration.inputs[name], Reference):
            return "-".join(given.get(place, "") or place[1] for place in found.references.get(name, ()))
        return resource_name(str(found.arguments.get(name, "")))


def _module(found: Found) -> str:
    """Return the module of the area of a row."""
    return found.kind.importing.module or found.area
