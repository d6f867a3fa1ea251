"""What this package takes for granted about VergeOS and no check of its own can tell: one list, by area.

An assumption is a function: its docstring is the sentence that people read, its decorator says where it was read, how
sure it is and what leans on it. The order is that in which they are tried out.
"""

from __future__ import annotations

import inspect

from verge_pulumi.conformance.lab.assumption import Assumption
from verge_pulumi.conformance.lab.assumptions import (
    access,
    appearance,
    dns,
    endings,
    filters,
    firewall,
    logins,
    machines,
    networks,
    placement,
    pools,
    protection,
    queries,
    recipes,
    requests,
    routing,
    rows,
    running,
    storage,
    system,
    tags,
    unique,
    vpn,
)

_AREAS = (
    requests,
    rows,
    unique,
    queries,
    filters,
    machines,
    placement,
    running,
    networks,
    firewall,
    dns,
    vpn,
    routing,
    access,
    logins,
    tags,
    protection,
    storage,
    recipes,
    system,
    pools,
    appearance,
    endings,
)

ASSUMPTIONS: tuple[Assumption, ...] = tuple(
    each for area in _AREAS for each in vars(area).values() if isinstance(each, Assumption)
)
"""All of them, in the order in which they are tried out."""


def summary(area: str) -> str:
    """Return what the assumptions of an area are about, in a sentence."""
    return next(inspect.cleandoc(each.__doc__ or "") for each in _AREAS if each.__name__.endswith(f".{area}"))
