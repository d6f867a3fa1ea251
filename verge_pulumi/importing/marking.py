"""The marks of what the state of a stack has and that bears none of it yet, written to VergeOS and then to the state.

Each row bears the token that its entry in the state has already, so a run that is cut off between the two leaves
nothing behind that the providers, or the next run, would not know.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from verge_pulumi import resources
from verge_pulumi.client import NoAnswer, Throttled, Unreachable, VergeError
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.hidden import NAME, OWNER
from verge_pulumi.engine.declaring.lives import TakenOn
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.home import Home
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.engine.loader import load
from verge_pulumi.engine.ownership.mark import MARK, PARENT, TOKEN, token_in
from verge_pulumi.engine.ownership.states import OURS, Held, Place, StackState
from verge_pulumi.importing.objects import Objects
from verge_pulumi.importing.owners import Owners, held_places
from verge_pulumi.resources.firewall.firewall import FirewallProvider
from verge_pulumi.review.escaping import text
from verge_pulumi.review.output import error_text
from verge_pulumi.review.stack_commands import Document
from verge_pulumi.review.systems import CALLS

Marker = RowProvider[Any] | FirewallProvider
"""What writes the mark of an object."""

TOLD_EVERY = 100
"""Objects after which a line tells how far it is."""


@dataclass(frozen=True)
class Due:
    """An object that is to bear a mark.

    Attributes:
        held: What the state has.
        provider: What serves it.
        replaces: The token of a mark that it bears and that goes; "" for none.
        holder: Which other stack manages it, as that mark tells; "" for none.
    """

    held: Held
    provider: Marker
    replaces: str
    holder: str

    @property
    def title(self) -> str:
        """How people know it: its kind and its name in the program."""
        return f"{self.held.type.removeprefix(OURS)} '{text(self.held.name)}'"


@dataclass(kw_only=True)
class Marking:
    """What is to bear a mark, and what cannot.

    Attributes:
        due: The objects.
        without: How many of each kind have no place for a mark.
        failed: Why objects bear none, a sentence each.
        marks: The marks that were written, by URN.
    """

    due: list[Due] = field(default_factory=list)
    without: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    marks: dict[str, str] = field(default_factory=dict)

    @property
    def writes(self) -> int:
        """How many rows are written to; of a firewall that are its rules."""
        return sum(len(due.held.outputs.get("keys") or [due]) for due in self.due)

    @property
    def taken(self) -> list[str]:
        """Those that other stacks manage, with whose they are."""
        return [f"{due.title}, which {due.holder} manages" for due in self.due if due.holder]

    @property
    def waiting(self) -> list[str]:
        """Those of which the network says that it has to take them on, since that goes for their description too."""
        return sorted(
            due.title
            for due in self.due
            if due.held.urn in self.marks and isinstance(due.provider.declaration.life, TakenOn)
        )


def find_due(state: StackState, objects: Objects, owners: Owners, provider: str = "") -> Marking:
    """Find what of a state bears no mark of it.

    Args:
        state: What the stack has; of several systems only what is on that of the rows.
        objects: The rows, as they are.
        owners: Whose they are.
        provider: The provider that has them; "" for the default one.
    """
    marking = Marking()
    for held in state.held:
        known = held.outputs
        if held.leaving or MARK in known or not {OWNER, NAME, TOKEN} <= known.keys():
            continue
        if held.origin.get("provider") != provider or not objects.has(held):
            continue
        marker = _provider(held)
        if marker is None:
            continue
        if isinstance(marker, RowProvider) and not marker.declaration.markable:
            marking.without[marker.declaration.title] += 1
            continue
        rows = (found for place in held_places(held) if (found := objects.all.get(place)))
        marked = ((owners.holder(found), found.mark) for found in rows if found.mark and not owners.proof(found))
        holder, mark = next(marked, ("", None))
        marking.due.append(Due(held, marker, mark.token if mark else "", holder))
    return marking


def write(marking: Marking, connection: Connection, tell: Callable[[str], None]) -> None:
    """Write the marks, several side by side; what fails is told in `Marking.failed`, and the others go on.

    Args:
        marking: What is due.
        connection: To where; it may write.
        tell: Receives a line now and then.

    Raises:
        VergeError: VergeOS does not answer any more.
    """

    def one(due: Due) -> None:
        known = dict(due.held.outputs)
        due.provider.connection = connection
        try:
            Home(connection).guard(known)
            marking.marks[due.held.urn] = str(due.provider.mark(due.held.id, known, due.replaces))
        except (Unreachable, NoAnswer, Throttled):
            raise
        except (EngineError, VergeError) as error:
            marking.failed.append(f"Unable to mark {due.title}: {error_text(error)}")

    with ThreadPoolExecutor(CALLS) as pool:
        for number, _ in enumerate(pool.map(one, marking.due), 1):
            if number % TOLD_EVERY == 0 or number == len(marking.due):
                tell(f"{len(marking.marks):,} of {len(marking.due):,} objects bear their mark")


def recorded(document: Document, marking: Marking, objects: Objects) -> dict[str, Any]:
    """Return a state with the marks that were written, by which their parts are known from now on, too."""
    changed = copy.deepcopy(dict(document))
    entries: list[dict[str, Any]] = changed["deployment"]["resources"]
    for entry in entries:
        if entry["urn"] in marking.marks and not entry.get("delete"):
            entry["outputs"][MARK] = marking.marks[entry["urn"]]
    # Keys of another system may be the same.
    own = [each for each in StackState(changed["deployment"]).held if objects.has(each)]
    tokens = {held.place: token_in(held.outputs) for held in own if held.place and MARK in held.outputs}
    parents = {held.urn: tokens.get(place) for held in own if (place := _above(held, objects))}
    for entry in entries:
        if (token := parents.get(entry["urn"])) and entry["outputs"].get(PARENT) == "":
            entry["outputs"][PARENT] = token
    return changed


def _provider(held: Held) -> Marker | None:
    """Return what serves an object that is a row, or several; None for power, and what this package does not know."""
    title = held.type.removeprefix(OURS)
    provider = load(title) if title in resources.__all__ else None
    return provider if isinstance(provider, RowProvider | FirewallProvider) else None


def _above(held: Held, objects: Objects) -> Place | None:
    """Return the row that an object is known by in addition to its own, or instead of one."""
    if held.outputs.get(PARENT) != "":
        return None
    table, _, key = held.id.rpartition("/")
    if table:
        return table, key
    provider = _provider(held)
    return objects.above(provider.resource, held.outputs) if provider else None
