"""How many requests an update will make, from its preview, so that one can warn before it does not fit in the hour.

The numbers are those of the request log of the simulator: what is written costs what the API demands, and what is read
is read in rounds, because calls that run side by side read together. What is special about a kind of resource is said
by the life that its class declares.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verge_pulumi.client.pace import REQUESTS_PER_HOUR, RESERVE
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.lives import Cost, DeletedBy, Life, Operation, Staged, Switches
from verge_pulumi.engine.ownership.states import OURS
from verge_pulumi.review.kinds import declaration_of
from verge_pulumi.review.urns import token_of

ONCE = 1
"""Requests of a run, whatever it does: which system is it?"""

MOST_LEVELS = 10
"""How many parents are followed to the network that applies a row; a document may say that one is its own parent."""

_OPERATIONS: Mapping[str, tuple[Operation, ...]] = {
    "create": ("create",),
    "create-replacement": ("create",),
    "update": ("update",),
    "delete": ("delete",),
    "delete-replaced": ("delete",),
    "replace": ("create", "delete"),
}


@dataclass(frozen=True)
class Estimate:
    """What an update will take.

    Attributes:
        requests: Requests to VergeOS; waits for slow machines add a few.
        hours: Whole hours that pass before the last of them may be sent, if all of this hour's are still left.
    """

    requests: int
    hours: int


def estimate(
    preview: Mapping[str, Any], *, parallel: int | None = None, requests_per_hour: int = REQUESTS_PER_HOUR
) -> Estimate:
    """Estimate the requests of ``pulumi up`` from what ``pulumi preview --json`` printed.

    Args:
        preview: The JSON object. Resources of other packages in it cost nothing here.
        parallel: Resources that the engine works on at once, as in ``--parallel``; by default, as Pulumi has it, four
            for each processor.
        requests_per_hour: The limit; 0 for none.
    """
    at_once = parallel or 4 * (os.cpu_count() or 1)
    changes = list(_changes(preview.get("steps", ())))
    requests = ONCE if changes else 0
    requests += sum(change.cost.writes + change.rows for change in changes)
    waves = Counter(change.wave for change in changes)
    shared = Counter((change.wave, request) for change in changes for request in change.shared())
    requests += sum(min(count, math.ceil(waves[wave] / at_once)) for (wave, _), count in shared.items())
    usable = max(math.floor(requests_per_hour * (1 - RESERVE)), 1)
    return Estimate(requests, max(requests - 1, 0) // usable if requests_per_hour else 0)


def cost_of(declaration: Declaration, operation: Operation) -> Cost:
    """Return what an operation on one object takes: what its life says, else what the declaration suggests."""
    if special := declaration.life.cost(operation):
        return special
    looks = declaration.life.looks_after_write
    if operation == "create":
        # Where VergeOS would not refuse a second one, an earlier attempt is looked for. POST; read back.
        return Cost(writes=1 if declaration.unique else 2, reads=1 + looks)
    # Read before, to see whose it is; without a mark the row that it was created within tells that.
    reads = 1 + looks + (not declaration.markable and declaration.parent is not None)
    # PUT; read back.
    return Cost(writes=1, reads=reads + (operation == "update"))


@dataclass(frozen=True, kw_only=True)
class _Change:
    """One operation on one resource.

    Attributes:
        operation: What is done.
        declaration: What its class declares.
        wave: When it happens: whether that is a deletion, and how many changes have to come before it, one by one.
            What has the same wave happens side by side.
        network: The network that applies what is staged: its URN or its key.
        runs: Whether that network may run then.
        rows: How many rows are written of one that consists of several.
    """

    operation: Operation
    declaration: Declaration
    wave: tuple[bool, int]
    network: str
    runs: bool
    rows: int

    @property
    def cost(self) -> Cost:
        """Return what it takes."""
        return cost_of(self.declaration, self.operation)

    def shared(self) -> Iterable[Hashable]:
        """Name the requests that it shares with others of its wave."""
        for number in range(self.cost.reads):
            yield self.operation, self.declaration.title, number
        life = self.declaration.life
        if not isinstance(life, Staged):
            return
        for number in range(self.cost.applies):
            yield "look whether it runs", life.what, number
            if self.runs:
                yield "apply", life.what, number, self.network
                yield "look whether it is applied", life.what, number


def _changes(steps: Iterable[Mapping[str, Any]]) -> Iterator[_Change]:
    """Yield what a preview says will happen to the resources of this package."""
    steps = list(steps)
    states = {step["urn"]: step.get("newState") or step.get("oldState") or {} for step in steps}
    # A replacement shows up to three steps for one resource.
    planned: dict[tuple[Operation, str], Mapping[str, Any]] = {
        (operation, step["urn"]): step
        for step in steps
        for operation in _OPERATIONS.get(step["op"], ())
        if token_of(step["urn"]).startswith(OURS)
    }
    coming_or_going = {urn for operation, urn in planned if operation != "update"}
    depths: dict[tuple[bool, str], int] = {}
    powered: set[tuple[bool, str]] = set()
    made = [key for key in planned if key[0] != "delete"]
    gone = [key for key in planned if key[0] == "delete"]
    for operation, urn in [*made, *reversed(gone)]:
        step, going = planned[operation, urn], operation == "delete"
        state = step.get("oldState" if going else "newState") or {}
        above = [(going, each) for each in state.get("dependencies") or ()]
        depths[going, urn] = 1 + max((depths.get(each, 0) for each in above), default=0)
        if any(each in powered or isinstance(declaration_of(each[1]).life, Switches) for each in above):
            powered.add((going, urn))
        network, declaration = _network(urn, states), declaration_of(urn)
        yield _Change(
            operation=operation,
            declaration=declaration,
            wave=(going, depths[going, urn]),
            network=network,
            # A new network is off until it is switched on, and one that goes is off when what switches it has gone.
            runs=network not in coming_or_going or (going, urn) in powered,
            rows=_rows(operation, declaration.life, step),
        )


def _rows(operation: Operation, life: Life, step: Mapping[str, Any]) -> int:
    """Return how many rows are written of an object that consists of several: new ones, changed ones, deleted ones."""
    if operation == "delete" and isinstance(life, DeletedBy):
        return 0  # they go with it
    old = _named(step.get("oldState"), life) if operation != "create" else {}
    new = _named(step.get("newState"), life) if operation != "delete" else {}
    return sum(old.get(name) != new.get(name) for name in old.keys() | new.keys())


def _named(state: Mapping[str, Any] | None, life: Life) -> dict[str, Mapping[str, Any]]:
    """Return the rows of an object by name, as far as they are known; other objects have none."""
    rows = ((state or {}).get("inputs") or {}).get(life.rows)
    if isinstance(rows, dict):
        return rows
    return {str(row.get("name")): row for row in rows if isinstance(row, dict)} if isinstance(rows, list) else {}


def _network(urn: str, states: Mapping[str, Mapping[str, Any]], levels: int = MOST_LEVELS) -> str:
    """Return the network that applies a row, by its URN, or by its key if it is none of the program's; "" for others.

    Args:
        urn: The row.
        states: What the preview says of each resource; it may say that one is its own parent.
        levels: How many parents are followed.
    """
    declaration = declaration_of(urn)
    parent = declaration.parent
    if parent is None or not isinstance(declaration.life, Staged):
        return ""
    state = states.get(urn, {})
    above = (state.get("propertyDependencies") or {}).get(parent.name)
    if not above:
        return str((state.get("inputs") or {}).get(parent.name))
    further = levels and isinstance(declaration_of(above[0]).life, Staged)
    return _network(above[0], states, levels - 1) if further else str(above[0])
