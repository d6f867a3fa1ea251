"""What the state records of an object apart from what VergeOS has: hidden inputs, and by what the object is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.declaration import Declaration, location, row_key
from verge_pulumi.engine.declaring.hidden import ENDING, NAME, ORGANIZATION, OWNER, SEED
from verge_pulumi.engine.ownership.mark import MANAGED, TOKEN
from verge_pulumi.engine.ownership.states import ORIGIN

UNFINISHED = "__unfinished"
"""Hidden output: why the object is not complete. It outlives a refresh, which clears the engine's own note of it."""

DOWN = "__down"
"""Hidden output: that an unfinished change switched the object off; whoever finishes it switches it on again."""

HIDDEN = (OWNER, NAME, ORGANIZATION, TOKEN, SEED, ENDING)
"""Hidden inputs; the outputs have them too, since only these are there when an object is read or deleted."""


def managed(declaration: Declaration, inputs: Mapping[str, Any]) -> list[str]:
    """Return the arguments that the program sets."""
    return sorted(name for name in declaration.inputs if inputs.get(name) is not None)


def complete(
    connection: Connection, declaration: Declaration, id: str, outs: Mapping[str, Any], inputs: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the outputs with what every object has: its key, its location, and what we keep for ourselves."""
    settings = connection.settings
    return {
        **outs,
        **{name: inputs[name] for name in HIDDEN if name in inputs},
        "$key": row_key(id),
        "location": location(declaration.table, id),
        MANAGED: managed(declaration, inputs),
        ORIGIN: {
            "provider": settings.provider,
            "host": connection.client.host,
            "system": connection.system.identity,
            "name": connection.system.name,
        },
    }
