"""What an import never does to what earlier ones have written: another system, rows that are lost, and rows twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.connecting.settings import NAMESPACE
from verge_pulumi.engine.errors import EngineError, shown
from verge_pulumi.engine.lifecycle.fencing import is_drawn, unlike_known_by, unlike_lasting
from verge_pulumi.engine.ownership.mark import token_in
from verge_pulumi.engine.ownership.states import Held, Place, StackState
from verge_pulumi.importing.found import Found
from verge_pulumi.importing.objects import Objects
from verge_pulumi.importing.plan import Plan
from verge_pulumi.importing.plan_file import Line, Treatment
from verge_pulumi.importing.site import importable
from verge_pulumi.importing.treating import MANAGE, NOT_CHOSEN
from verge_pulumi.importing.written import Earlier
from verge_pulumi.resources.power import Power

NOT_SEEN = "it was not there at the last reading"
"""The reason in a line whose row an import did not see."""


def refuse_other_system(connection: Connection, planned: Mapping[str, Any], state: StackState) -> None:
    """See that the VergeOS is the one of the plan, and of what the state has of the same provider.

    Args:
        connection: To where.
        planned: Of which one the plan is; {} if there is none yet.
        state: What the stack has.

    Raises:
        EngineError: It is another one.
    """
    provider = connection.settings.provider
    told = [("what the state of this stack has", each) for each in state.origins if each.get("provider") == provider]
    for what, origin in [*told, *([("the plan in vergeos-import", planned)] if planned else [])]:
        if not connection.is_at(origin["system"]):
            raise EngineError(
                f"{what} belongs to the system '{shown(str(origin.get('name')))}', and {connection.client.host} is the "
                f"system '{shown(connection.system.name)}'. Point it back, or import the other system with --provider; "
                f"if it was renamed, set {provider or NAMESPACE}:formerName to '{shown(origin['system'])}' for this run"
            )


def refuse_strangers(objects: Objects, held: Mapping[Place, Held]) -> None:
    """See that what the state has is what VergeOS has under its keys: a key may have been given to another object.

    A part of that would come into the state as one of ours, and an update would take it from its owner.

    Args:
        objects: What VergeOS has.
        held: What the state has, by its rows.

    Raises:
        EngineError: A row is another one, or cannot be read.
    """
    for place, each in held.items():
        what = f"{_kind(each.type)} '{shown(each.name)}'"
        if why := objects.unread(place[0]):
            raise EngineError(
                f"the state of this stack has {what}, and {place[0]} cannot be read now: {why.rstrip('.')}. Run the "
                "command again when it can"
            )
        found = objects.all.get(place)
        if found and _is_another(each, found):
            whose = f", which {found.mark.holder} manages" if found.mark else ""
            raise EngineError(
                f"the state of this stack has {what} as row {place[1]} of {place[0]}, and that is another object by now"
                f"{whose}. Run 'pulumi refresh' first, which tells what became of it"
            )


def gone(objects: Objects, held: Mapping[Place, Held]) -> list[str]:
    """Return what the state has and VergeOS has no more, which an update would not notice.

    Args:
        objects: What VergeOS has.
        held: What the state has, by its rows.
    """
    imported = {kind.declaration.table for kind in importable()}
    lost = set[str]()
    for place, each in held.items():
        if each.leaving or place[0] not in imported:
            continue
        title = f"{_kind(each.type)} '{shown(each.name)}'"
        if each.place == place and place not in objects.all:
            lost.add(title)
        # The rules of a firewall are known by their names.
        for name, key in (each.outputs.get("keys") or {}).items() if each.place is None else ():
            rule = objects.all.get((place[0], str(key)))
            if rule is None or rule.label != name:
                lost.add(f"the rule '{shown(name)}' of {title}")
    return sorted(lost)


def _is_another(held: Held, found: Found) -> bool:
    """Say whether a row is not the one that the state means, as a refresh would.

    What another stack has marked meanwhile, or people have renamed, is the same object as long as what VergeOS drew for
    it is the same; marks are told elsewhere. The rules of a firewall are told by their network.
    """
    if held.place is None or (found.mark and found.mark.token == token_in(held.outputs)):
        return False
    if unlike_lasting(found.row, held.outputs):
        return True
    return not is_drawn(found.declaration, held.outputs) and bool(
        unlike_known_by(found.declaration, found.row, held.outputs)
    )


class Keeping:
    """Sees that a plan loses nothing of what is written and recorded.

    Args:
        earlier: What was written.
        objects: What VergeOS has.
        held: What the state has, by its rows.
        stack: The stack, as ``project/stack``.
        path: The plan as a file.

    Attributes:
        held: As given.
        modules: Modules that stay as they are, whatever the plan says: somebody edited them, or the state has something
            of them that VergeOS has lost, and a refresh has to tell so first.
    """

    def __init__(self, earlier: Earlier, objects: Objects, held: Mapping[Place, Held], stack: str, path: Path) -> None:
        lost = held.keys() - objects.all.keys()
        self.held = held
        self.modules = {*earlier.edited, *(module for module, rows in earlier.rows.items() if lost & {*rows})}
        self._earlier = earlier
        self._stack = stack
        self._path = path

    def see(self, plan: Plan, places: Mapping[tuple[str, str], Place]) -> None:
        """See that nothing is lost, that nothing comes into the state twice, and that what people decided can be.

        Args:
            plan: The plan, with the lines of the last one.
            places: The row behind each resource of the program, by its type and its name.

        Raises:
            EngineError: Something is, or cannot.
        """
        self._refuse_unknown(plan)
        self._refuse_lost(plan)
        self._refuse_left(plan)
        self._refuse_twice(plan, places)
        self._refuse_impossible(plan)

    def unseen(self, plan: Plan) -> Iterator[Line]:
        """Yield the lines of rows that this run does not see and the next one may: decisions of people, and names.

        An account may have lost a right for a while, and VergeOS leaves out of its lists what a reader may not see.
        """
        for place, line in plan.known.lines.items():
            kept = bool(plan.objects.unread(place[0])) or (line.is_decided and not line.is_in_program)
            if place not in plan.lines and kept:
                yield replace(line, reason=line.reason or NOT_SEEN)

    def _refuse_unknown(self, plan: Plan) -> None:
        """Refuse to go on where nothing says what was written: none of the rest could be seen."""
        recorded = [line for line in plan.known.lines.values() if line.is_managed and line.place in self.held]
        if recorded and not self._earlier.stacks:
            raise EngineError(
                "vergeos-import/written.json is not there, so nothing says what earlier imports wrote. Put it back "
                "from version control"
            )

    def _refuse_lost(self, plan: Plan) -> None:
        lost = [place for place, _ in self._declared(plan) if place not in plan.known.lines]
        if lost:
            raise EngineError(
                f"{self._path} has no line for {_titles(plan, lost)}, which the program declares. Put the file back "
                "from version control"
            )

    def _refuse_left(self, plan: Plan) -> None:
        """Refuse to take out of the program what the state of a stack has or may have."""
        left = [(place, edited) for place, edited in self._declared(plan) if not plan.lines[place].is_in_program]
        own = [place for place, edited in left if place in self.held and not edited]
        own.sort(key=lambda place: plan.known.line(place).is_in_program)  # that follows what people left out
        if own:
            raise EngineError(
                f"the state of this stack has {_titles(plan, own)}, so the plan cannot leave that out. Set the "
                "treatment as it was; to give it back, run 'verge-pulumi eject' and take it out of the program"
            )
        others = [each for each in self._earlier.stacks if each != self._stack]
        shared = [place for place, edited in left if not edited]
        if shared and others:
            raise EngineError(
                f"the program in this folder was written for the stack '{shown(others[0])}', too, and would lose "
                f"{_titles(plan, shared)} ({plan.lines[shared[0]].reason}). Import into '{shown(self._stack)}' in a "
                "folder of its own"
            )
        owners = plan.known.owners
        forgotten = [place for place in shared if plan.lines[place].reason == NOT_CHOSEN]
        if forgotten:
            raise EngineError(
                f"the program in this folder declares {_titles(plan, forgotten)}, which the state does not have yet "
                "and this run does not choose. Run 'verge-pulumi import' to record it first, choose it as well, or set "
                "its treatment to 'leave' in the plan"
            )
        undecided = [place for place in shared if not plan.known.line(place).is_decided]
        taken = [place for place in undecided if (owners.decision(plan.all[place]) or MANAGE)[0] is Treatment.LOOKUP]
        if taken:
            raise EngineError(
                f"the program in this folder declares {_titles(plan, taken)}, and {plan.lines[taken[0]].reason}. "
                "Import into that stack, add --take-over, or set the treatment to 'leave' in the plan"
            )

    def _declared(self, plan: Plan) -> Iterator[tuple[Place, bool]]:
        """Yield each row that a module declares and VergeOS has, and whether somebody edited that module since.

        People may have taken out of it what no state has any more.
        """
        for module, rows in self._earlier.rows.items():
            edited = module in self._earlier.edited
            yield from ((row, edited) for row in rows if row in plan.lines and (row in self.held or not edited))

    def _refuse_twice(self, plan: Plan, places: Mapping[tuple[str, str], Place]) -> None:
        for (path, name), place in places.items():
            if path.endswith(Power.declaration.type_token):
                continue
            for row in plan.rows(place):
                held = self.held.get(row)
                if held and not held.leaving and (held.urn.split("::")[2], held.name) != (path, name):
                    raise EngineError(
                        f"{shown(plan.all[row].title)} is in the state as {_kind(held.type)} '{shown(held.name)}', and "
                        f"would be {_kind(path)} '{shown(name)}' as well. Set its line in {self._path} as it was"
                    )

    def _refuse_impossible(self, plan: Plan) -> None:
        """Refuse a decision that would have no effect; what a program cannot say is told elsewhere."""
        for place, line in plan.lines.items():
            before = plan.known.line(place)
            if not (before.is_decided and before.is_in_program) or before.treatment == line.treatment:
                continue
            if place not in plan.unsaid:
                why = line.reason or "nothing of the program has such a part"
                raise EngineError(
                    f"{self._path} says '{before.treatment}' for {_titles(plan, [place])}, but {why}. Set it to "
                    f"'{line.treatment}'"
                )


def _titles(plan: Plan, places: list[Place]) -> str:
    more = f" and {len(places) - 1:,} more" if places[1:] else ""
    return f"{shown(plan.all[places[0]].title)}{more}"


def _kind(path: str) -> str:
    return path.rpartition(":")[2]
