"""How many requests an update will make, from its preview, so that one can warn before it does not fit in the hour.

The numbers are those of the request log of the simulator: what is written costs what the API demands, and what is read
is read in rounds, because calls that run side by side read together.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Mapping
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
    """

    writes: int
    reads: int


COSTS: Mapping[str, Cost] = {
    "create": Cost(writes=1, reads=1),  # POST; read back
    "update": Cost(writes=1, reads=2),  # read before, to see whose it is; PUT; read back
    "delete": Cost(writes=1, reads=1),  # read before, to see whose it is; DELETE
}
"""What a row of a table takes."""

SPECIAL: Mapping[tuple[str, str], Cost] = {
    ("create", "Snapshot"): Cost(writes=2, reads=2),  # look for an earlier attempt; POST; read the VM, read back
    ("create", "Power"): Cost(writes=1, reads=2),  # start; two looks
    ("delete", "Power"): Cost(writes=1, reads=2),  # stop; two looks
    ("delete", "VirtualMachine"): Cost(writes=1, reads=2),  # it must be off, which is looked at once more
}
"""What differs from `COSTS`, by operation and class."""

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
    # A replacement shows up to three steps for one resource.
    planned = {
        (operation, step["urn"])
        for step in preview.get("steps", ())
        for operation in _OPERATIONS.get(step["op"], ())
        if _kind(step["urn"])
    }
    requests = ONCE if planned else 0
    for (operation, kind), count in Counter((operation, _kind(urn)) for operation, urn in planned).items():
        cost = SPECIAL.get((operation, kind), COSTS[operation])
        requests += cost.writes * count + cost.reads * math.ceil(count / at_once)
    usable = max(math.floor(requests_per_hour * (1 - RESERVE)), 1)
    return Estimate(requests, max(requests - 1, 0) // usable if requests_per_hour else 0)


def _kind(urn: str) -> str:
    """Return the class of a resource of this package, "" for another's.

    A URN is ``urn:pulumi:<stack>::<project>::<types of the parents>$<type>::<name>``.
    """
    token = urn.split("::")[2].rpartition("$")[2]
    return token.removeprefix(PREFIX) if token.startswith(PREFIX) else ""
