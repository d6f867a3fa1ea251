"""How many requests an update will make, from its preview, so that one can warn before it does not fit in the hour.

The numbers are those of the request log of the simulator: what is written costs what the API demands, and what is read
is read in rounds, because calls that run side by side read together.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from verge_pulumi.client.pace import REQUESTS_PER_HOUR, RESERVE

PREFIX = "pulumi-python:dynamic/vergeos:"
"""How the type tokens of this package's resources begin."""


@dataclass(frozen=True)
class Cost:
    """What an operation on one kind of resource takes.

    Attributes:
        writes: Requests for each resource.
        reads: Requests for each round, that is for as many resources as the engine works on at once.
        applies: How often its network applies it, for each round, if it is `STAGED`.
    """

    writes: int
    reads: int
    applies: int = 1


COSTS: Mapping[str, Cost] = {
    "create": Cost(writes=1, reads=1),  # POST; read back
    "update": Cost(writes=1, reads=2),  # read before, to see whose it is; PUT; read back
    "delete": Cost(writes=1, reads=1),  # read before, to see whose it is; DELETE
}
"""What a row of a table takes."""

RESTARTED = (
    "BgpInterface", "BgpInterfaceCommand", "BgpIp", "BgpRouteMap", "BgpRouteMapCommand", "BgpRouter",
    "BgpRouterCommand", "EigrpRouter", "EigrpRouterCommand", "NetworkProxy", "NetworkProxyTenant", "OspfCommand",
)  # fmt: skip
"""Classes of what waits for a restart of the network; a restart itself adds a few requests."""

SPECIAL: Mapping[tuple[str, str], Cost] = {
    # Without a mark the network tells whose they are. A restart is looked for after each write.
    **{("create", kind): Cost(writes=2, reads=2) for kind in RESTARTED},
    **{("update", kind): Cost(writes=1, reads=4) for kind in RESTARTED},
    **{("delete", kind): Cost(writes=1, reads=3) for kind in RESTARTED},
    **{("update", kind): Cost(writes=1, reads=3) for kind in ("DnsView", "DnsZone", "HostOverride")},
    **{("delete", kind): Cost(writes=1, reads=2) for kind in ("DnsView", "DnsZone", "HostOverride")},
    ("create", "DnsRecord"): Cost(writes=2, reads=1),  # look for an earlier attempt; POST; read back
    ("create", "Firewall"): Cost(writes=2, reads=0),  # list before and after, and one write for each rule
    ("update", "Firewall"): Cost(writes=2, reads=0),
    ("delete", "Firewall"): Cost(writes=1, reads=0),
    ("create", "IpsecTunnel"): Cost(writes=2, reads=3),  # the row that the tunnels of its network share comes first
    ("create", "Power"): Cost(writes=1, reads=2),  # start; two looks
    ("delete", "Power"): Cost(writes=1, reads=2),  # stop; two looks
    ("create", "RuleAlias"): Cost(writes=2, reads=1),  # POST; which rules refer to it; read back
    ("update", "RuleAlias"): Cost(writes=2, reads=2),
    ("create", "Snapshot"): Cost(writes=2, reads=2),  # look for an earlier attempt; POST; read the VM, read back
    ("delete", "VirtualMachine"): Cost(writes=1, reads=2),  # it must be off, which is looked at once more
    ("delete", "WireGuard"): Cost(writes=2, reads=1, applies=2),  # it goes only when it was switched off and applied
}
"""What differs from `COSTS`, by operation and class."""

STAGED: Mapping[str, str] = {
    **dict.fromkeys(("Address", "Firewall", "NetworkBlock", "NetworkRule"), "rules"),
    **dict.fromkeys(("IpsecPhase2", "IpsecTunnel", "WireGuard", "WireGuardPeer"), "rules"),
    **dict.fromkeys(("DnsRecord", "DnsView", "DnsZone", "HostOverride"), "DNS"),
}
"""What takes effect when its network applies it, by class. What is written together shares one apply of its sort."""

PARENTS: Mapping[str, str] = {
    "DnsRecord": "zone", "DnsZone": "view", "IpsecPhase2": "tunnel", "WireGuardPeer": "wireguard"
}  # fmt: skip
"""The argument that names the parent of a row, where that is not its ``network``."""

ONCE = 1
"""Requests of a run, whatever it does: which system is it?"""

_OPERATIONS: Mapping[str, tuple[str, ...]] = {
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
    requests += sum(change.cost.writes + change.rules for change in changes)
    waves = Counter(change.wave for change in changes)
    shared = Counter((change.wave, request) for change in changes for request in change.shared())
    requests += sum(min(count, math.ceil(waves[wave] / at_once)) for (wave, _), count in shared.items())
    usable = max(math.floor(requests_per_hour * (1 - RESERVE)), 1)
    return Estimate(requests, max(requests - 1, 0) // usable if requests_per_hour else 0)


@dataclass(frozen=True, kw_only=True)
class _Change:
    """One operation on one resource.

    Attributes:
        operation: ``create``, ``update`` or ``delete``.
        kind: The class of the resource.
        wave: When it happens: whether that is a deletion, and how many changes have to come before it, one by one.
            What has the same wave happens side by side.
        network: The network that applies what is staged: its URN or its key.
        runs: Whether that network may run then.
        rules: Of a `Firewall`, how many rules are written.
    """

    operation: str
    kind: str
    wave: tuple[bool, int]
    network: str
    runs: bool
    rules: int

    @property
    def cost(self) -> Cost:
        """Return what it takes."""
        return SPECIAL.get((self.operation, self.kind), COSTS[self.operation])

    def shared(self) -> Iterable[Hashable]:
        """Name the requests that it shares with others of its wave."""
        for number in range(self.cost.reads):
            yield self.operation, self.kind, number
        for number in range(self.cost.applies if self.kind in STAGED else 0):
            yield "look whether it runs", STAGED[self.kind], number
            if self.runs:
                yield "apply", STAGED[self.kind], number, self.network
                yield "look whether it is applied", STAGED[self.kind], number


def _changes(steps: Iterable[Mapping[str, Any]]) -> Iterator[_Change]:
    """Yield what a preview says will happen to the resources of this package."""
    steps = list(steps)
    states = {step["urn"]: step.get("newState") or step.get("oldState") or {} for step in steps}
    # A replacement shows up to three steps for one resource.
    planned = {
        (operation, step["urn"]): step
        for step in steps
        for operation in _OPERATIONS.get(step["op"], ())
        if _kind(step["urn"])
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
        if any(each in powered or _kind(each[1]) == "Power" for each in above):
            powered.add((going, urn))
        network = _network(urn, states)
        yield _Change(
            operation=operation,
            kind=_kind(urn),
            wave=(going, depths[going, urn]),
            network=network,
            # A new network is off until its `Power` is made, and one that goes is stopped when that has gone.
            runs=network not in coming_or_going or (going, urn) in powered,
            rules=_rules(operation, step),
        )


def _rules(operation: str, step: Mapping[str, Any]) -> int:
    """Return how many rules of a `Firewall` are written: the new ones, the changed ones and those that go."""
    old = _named(step.get("oldState")) if operation != "create" else {}
    new = _named(step.get("newState")) if operation != "delete" else {}
    return sum(old.get(name) != new.get(name) for name in old.keys() | new.keys())


def _named(state: Mapping[str, Any] | None) -> dict[str, Mapping[str, Any]]:
    """Return the rules of a `Firewall` by name, as far as they are known; others have none."""
    rules = ((state or {}).get("inputs") or {}).get("rules")
    return {str(rule.get("name")): rule for rule in rules if isinstance(rule, dict)} if isinstance(rules, list) else {}


def _network(urn: str, states: Mapping[str, Mapping[str, Any]], levels: int = len(PARENTS)) -> str:
    """Return the network that a row belongs to, by its URN, or by its key if it is none of the program's.

    Args:
        urn: The row.
        states: What the preview says of each resource; it may say that one is its own parent.
        levels: How many parents are followed.
    """
    argument = PARENTS.get(_kind(urn), "network")
    state = states.get(urn, {})
    above = (state.get("propertyDependencies") or {}).get(argument)
    if not above:
        return str((state.get("inputs") or {}).get(argument))
    return above[0] if argument == "network" or not levels else _network(above[0], states, levels - 1)


def _kind(urn: str) -> str:
    """Return the class of a resource of this package, "" for another's.

    A URN is ``urn:pulumi:<stack>::<project>::<types of the parents>$<type>::<name>``.
    """
    token = "".join(urn.split("::")[2:3]).rpartition("$")[2]
    return token.removeprefix(PREFIX) if token.startswith(PREFIX) else ""
