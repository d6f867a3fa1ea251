"""What a program declares, and of what that is made."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

from verge_pulumi.client import InvalidQuery, where
from verge_pulumi.engine.declaring.attributes import Reference
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.importing.code import Subscript, quoted
from verge_pulumi.importing.found import Found
from verge_pulumi.importing.plan import Plan
from verge_pulumi.importing.plan_file import Line
from verge_pulumi.importing.site import importable


class Rows:
    """What a program declares, and of what that is made.

    Args:
        plan: The plan.

    Attributes:
        folded: In which mapping a resource is found under its name, if it has no variable of its own.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.folded = {line.place: line.folded for line in plan.lines.values() if line.folded}
        self._wholes = {part.place: place for place in plan.lines for part, _ in plan.parts(place)}

    def referred(self, line: Line) -> Iterable[Line]:
        """Yield the managed rows to which a row and its parts refer."""
        if not line.is_managed:
            return
        own = [self._plan.all[line.place], *(part for part, _ in self._plan.parts(line.place))]
        references = [row for found in own for rows in found.references.values() for row in rows]
        for row in (*references, *(row for found in own for row in found.mentioned.values())):
            target = self.line(row)
            if target and target.is_managed and target.place != line.place:
                yield target

    @cached_property
    def referable(self) -> set[type[BaseResource]]:
        """The resources to which others may refer."""
        attributes = [attribute for kind in importable() for attribute in kind.declaration.inputs.values()]
        references = [attribute for attribute in attributes if isinstance(attribute, Reference)]
        mentioned = {table for attribute in attributes for table in attribute.value.mentioned}
        targets = {target for reference in references for target in reference.resolved()}
        return targets | {kind for kind in importable() if kind.declaration.table in mentioned}

    def line(self, place: Place) -> Line | None:
        """Return the line of what stands for a row in the program."""
        return self._plan.lines.get(self._wholes.get(place, place))

    def elsewhere(self, line: Line) -> str | Subscript:
        """Return what another module calls a resource."""
        if folded := self.folded.get(line.place):
            return Subscript(f"{line.module}.{folded}", (quoted(line.resource),))
        return f"{line.module}.{line.variable}"

    def secret_key(self, found: Found, argument: str) -> str:
        """Return under which key the configuration of a stack has a secret."""
        return self._plan.secret_key(found, argument)

    def of(self, line: Line) -> Found:
        """Return the row of a line."""
        return self._plan.all[line.place]

    def found(self, place: Place) -> Found | None:
        """Return a row."""
        return self._plan.all.get(place)

    def parts(self, place: Place) -> list[Found] | None:
        """Return the parts of a server; None where the row does not become one."""
        return self._plan.servers.get(place)

    def family(self, line: Line) -> str:
        """Return what rows that belong together are called: what Terraform says, or their name without its numbers."""
        return self._plan.families.get(line.place) or re.sub(r"\d+", "-", line.resource)

    def address(self, nic: Place) -> Found | None:
        """Return the address that is reserved for a NIC of a server, None if there is none."""
        return self._plan.addresses.get(nic)

    def tags(self, place: Place) -> Mapping[str, Found]:
        """Return what puts tags on a row, by the names of the tags there."""
        return {self._plan.tag_name(found): found for found in self._plan.tags.get(place, ())}

    def is_powered(self, place: Place) -> bool:
        """Say whether a row gets a power of its own."""
        return place in self._plan.powered

    def is_running(self, place: Place) -> bool:
        """Say whether a VM runs."""
        return bool(self._plan.all[place].outputs.get("running"))

    def is_only_one(self, found: Found, targets: Collection[type[BaseResource]]) -> bool:
        """Say whether VergeOS can be asked for its name, and that is this row only of all that an argument accepts."""
        return _may_be_asked(found.label) and sum(self._named[target, found.label] for target in targets) == 1

    def name_of(self, place: Place) -> str:
        """Return the name of a row that no program declares; "" if that is not known."""
        return self._plan.objects.name_of(place)

    def is_named_once(self, place: Place) -> bool:
        """Say whether VergeOS can be asked for the name of a row that no program declares, which only that row has."""
        return _may_be_asked(self.name_of(place)) and self._plan.objects.is_named_once(place)

    @cached_property
    def _named(self) -> Counter[tuple[type[BaseResource], str]]:
        return Counter((found.kind, found.label) for found in self._plan.all.values())


def _may_be_asked(name: str) -> bool:
    """Say whether a filter can hold a name."""
    try:
        where("name", "eq", name)
    except InvalidQuery:
        return False
    return bool(name)
