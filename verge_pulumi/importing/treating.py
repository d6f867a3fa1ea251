"""What becomes of each row, and why: it is managed, looked up, or left as it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi.dynamic import CheckResult

from verge_pulumi.engine.declaring.model import differing
from verge_pulumi.engine.ownership.mark import TOKEN
from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.importing.found import Found
from verge_pulumi.importing.objects import Objects
from verge_pulumi.importing.owners import Owners
from verge_pulumi.importing.plan_file import DECIDED, PART_OF, Decision, Line, Treatment
from verge_pulumi.importing.scope import Chosen, Scope, meets

GIVEN = "VergeOS made it"
OF_ANOTHER_TABLE = "it is a part of what no program declares, such as a node"
NOT_CHOSEN = "it was not chosen"
MANAGE: Decision = (Treatment.MANAGE, "")


@dataclass(frozen=True, kw_only=True)
class Known:
    """What earlier runs and the state of the stack tell.

    Attributes:
        owners: Whose the rows are.
        held: The rows that the state has.
        lines: The lines of the last plan, perhaps edited.
        frozen: Modules that are left as they are: somebody edited them, or the state has what they declare.
        refused: Rows that a program cannot declare together with the others, and why.
        prefix: How the names of resources begin: with the system where the program has others, too.
        taken: Kinds and names of the resources that the program has of other systems.
        split: Whether modules that would be long are split.
    """

    owners: Owners
    held: Collection[Place] = ()
    lines: Mapping[Place, Line] = field(default_factory=dict)
    frozen: Collection[str] = ()
    refused: Mapping[Place, str] = field(default_factory=dict)
    prefix: str = ""
    taken: Collection[tuple[str, str]] = ()
    split: bool = False

    def line(self, place: Place) -> Line:
        """Return the last line of a row; one that says nothing if there is none."""
        return self.lines.get(place) or Line(table=place[0], key=place[1])


class Treatments:
    """Decides on every row.

    Args:
        objects: The rows.
        known: What was known before.
        scope: Which rows are chosen.

    Attributes:
        of: What becomes of each row.
        unsaid: The rows that a program cannot say.
        wanted: The secrets without which it cannot say a row, by their arguments.
    """

    def __init__(self, objects: Objects, known: Known, scope: Scope) -> None:
        self._objects = objects
        self._known = known
        self._scope = scope
        self.unsaid: set[Place] = set()
        self.wanted: dict[Place, list[str]] = {}
        self._chosen = Chosen(objects, scope).rows
        self.of: dict[Place, Decision] = {}
        for found in objects.all.values():
            self._decide(found)

    def _decide(self, found: Found) -> Decision:
        if found.place not in self.of:
            self.of[found.place] = self._decision(found, self._chosen, self._scope)
        return self.of[found.place]

    def _decision(self, found: Found, chosen: Collection[Place], scope: Scope) -> Decision:
        place, line = found.place, self._known.line(found.place)
        if place in self._known.held:
            stays = line.is_in_program and not self._left_out(found, Scope())
            return MANAGE if stays else (Treatment.LOOKUP, "it is in the state of this stack already")
        if decision := self._of_others(found):
            return decision
        if found.left:
            return Treatment.LEAVE, found.left
        if not found.mark and not line.is_managed and self._is_given(found):
            return Treatment.LEAVE, GIVEN
        if self._is_of_another_table(found):
            return Treatment.LEAVE, OF_ANOTHER_TABLE
        if left_out := self._left_out(found, scope):
            return left_out
        if place in scope.left and not line.is_in_program:
            return Treatment.LEAVE, scope.left[place]
        if place not in chosen and not line.is_decided:
            return Treatment.LOOKUP, NOT_CHOSEN
        if why := self._why_not(found):
            self.unsaid.add(place)
            return Treatment.LEAVE, why
        holder = self._known.owners.holder(found)
        return Treatment.MANAGE, f"taken over from {holder}" if holder else ""

    def _left_out(self, found: Found, scope: Scope) -> Decision | None:
        """Return what people decided who leave out a row or what it is within; None if nobody does."""
        line = self._known.line(found.place)
        if line.is_decided:
            return None if line.is_in_program else (Treatment(line.treatment), _decided(line))
        if meets(found, scope.exclude):
            return Treatment.LOOKUP, "it was excluded"
        above = self._objects.all.get(found.parent) if found.parent else None
        left_out = self._left_out(above, scope) if above and above is not found else None
        return (left_out[0], f"{above.title} is left out") if above and left_out else None

    def _of_others(self, found: Found) -> Decision | None:
        """Return what becomes of a row that is another stack's, or bears a mark that proves nothing."""
        owners = self._known.owners
        if decision := owners.decision(found):
            return decision
        above = owners.above(found)
        if above and (holder := owners.holder(above)) and self._decide(above)[0] is not Treatment.MANAGE:
            return Treatment.LOOKUP, f"{holder} manages what it is within"
        return None

    def _is_given(self, found: Found) -> bool:
        """Say whether VergeOS itself made a row."""
        importing, inventory = found.kind.importing, found.kind.review.inventory
        if importing.is_given(found.row) or (inventory and inventory.is_given(found.row)):
            return True
        if importing.follows_parents:
            above = [self._objects.all.get(row) for name in _required(found) for row in found.references.get(name, ())]
            if above and all(each and self._is_given(each) for each in above):
                return True
        return not importing.left and bool(self._objects.provider(found.kind).made_by_vergeos(found.row))

    def _is_of_another_table(self, found: Found) -> bool:
        """Say whether a row is a part of another kind of row than a program can declare: the drive of a node."""
        parent = found.declaration.parent
        if parent is None or parent.through is None or parent.name in found.references:
            return False
        unread = any(self._objects.unread(target.declaration.table) for target in parent.resolved())
        return found.row.get(str(parent.column)) is not None and not unread

    def _why_not(self, found: Found) -> str:
        """Return why a program cannot say a row, "" if it can."""
        if why := self._known.refused.get(found.place):
            return f"a program cannot say it: {why}"
        needed = [row for name in _required(found) for row in found.references.get(name, ())]
        if unread := [table for table, _ in needed if self._objects.unread(table)]:
            return f"it refers to a row of {unread[0]}, which cannot be read"
        if missing := found.missing:
            self.wanted[found.place] = sorted(found.secrets.intersection(missing))
            secret = "" if found.secrets.isdisjoint(missing) else ", or it is a secret"
            return f"it needs {', '.join(missing)}, which VergeOS does not tell{secret}"
        if problems := self._problems(found):
            self.wanted[found.place] = sorted(found.secrets.intersection(_arguments(problems)))
            return f"a program cannot say it: {' '.join(problems)}"
        return ""

    def _problems(self, found: Found) -> list[str]:
        """Return why a row cannot be declared; an optional argument that cannot say it is left out instead."""
        while True:
            inputs = {**found.said} | found.referring
            checked = self._checked(found, inputs)
            refusals = [failure.reason for failure in checked.failures]
            problems = refusals or [
                f"{name}: the program would change it."
                for name in differing(found.declaration, found.outputs, checked.inputs)
                if name not in found.references and name not in found.given
            ]
            refused = _arguments(problems)
            said = refused & (found.arguments.keys() | found.references.keys())
            optional = [name for name in said if not found.declaration.inputs[name].required]
            if not optional and refusals:
                optional = self._origin(found, inputs)
            if not optional:
                return problems
            for name in optional:
                found.arguments.pop(name, None)
                found.references.pop(name, None)

    def _origin(self, found: Found, inputs: Mapping[str, Any]) -> list[str]:
        """Return what only says from what VergeOS once made a row, if that can be declared without it."""
        declared = found.declaration.inputs
        fixed = [name for name in found.arguments if declared[name].replaces and not declared[name].required]
        rests = {name: {each: value for each, value in inputs.items() if each != name} for name in fixed}
        return [name for name, rest in rests.items() if not self._checked(found, rest).failures][:1]

    def _checked(self, found: Found, inputs: Mapping[str, Any]) -> CheckResult:
        checked: CheckResult = self._objects.provider(found.kind).check({TOKEN: "import"}, inputs)
        return checked


def _required(found: Found) -> list[str]:
    return [name for name, attribute in found.declaration.inputs.items() if attribute.required]


def _arguments(problems: Iterable[str]) -> set[str]:
    """Return the arguments of which problems speak: each begins with one, unless it is about several together."""
    return {found[0] for problem in problems if (found := re.match(r"\w+(?=[ :])", problem))}


def _decided(line: Line) -> str:
    """Return the reason for what a person decided: what they wrote, if they did."""
    return DECIDED if not line.reason or line.reason.startswith(PART_OF) else line.reason


def candidates_of(objects: Objects, owners: Owners, held: Collection[Place]) -> dict[str, list[dict[str, Any]]]:
    """Return id and outputs of each row that a resource of a stack may be, by the title of its kind.

    Args:
        objects: The rows.
        owners: Whose they are.
        held: Those that the state of the stack has already.
    """
    candidates: dict[str, list[dict[str, Any]]] = {}
    for place, found in objects.all.items():
        if place not in held and not owners.decision(found):
            outputs = {**found.outputs, **found.referring}
            known = {name: value for name, value in outputs.items() if value is not None}
            candidates.setdefault(found.declaration.title, []).append({"id": found.key, "outputs": known})
    return candidates
