"""Hidden inputs: what a program tells the providers of its resources, and people do not see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OWNER = "__owner"
"""Hidden input: ``project/stack`` of the program, which the provider process is not told by the engine."""

NAME = "__name"
"""Hidden input: the name of the resource in the program."""

ORGANIZATION = "__org"
"""Hidden input: the organization of the stack, which a request does not tell either."""

SEED = "__seed"
"""Hidden input: what is derived from a name is derived from this, which stays when the resource is renamed."""

ENDING = "__ending"
"""Hidden input: how to stop a VM that is about to be deleted, where its `Power` is a part of a component."""


ADOPTED = "__adopted"
"""Hidden input of a new object, which `check` takes away: the URNs of what its references name that is to be taken
over, by argument. In a preview their keys are known by these only."""

ASSUMED = "__assumed"
"""Hidden input, likewise: the arguments that a component sets by itself, so that nobody has asked for a change."""

OBJECTS = "__objects"
"""Hidden input, likewise, of the first object of each VergeOS: how many of them the program declares."""

GIVEN = "__given"
"""Hidden input, likewise: the arguments whose values stand in the program as they are. An output may hold a secret, of
which a provider is not told, so only of these an error shows the value."""

TRANSIENT = (ADOPTED, ASSUMED, GIVEN, OBJECTS)
"""What `check` takes away, so that no state has it."""


def scope_of(state: Mapping[str, Any], inputs: Mapping[str, Any], name: str, suffix: str, *, since: str) -> str | None:
    """Return the scope in which a value was derived from names, None where it is derived for the first time.

    Args:
        state: The inputs in the state. Those of the first release have no `SEED`; project, stack and name were it then.
        inputs: What the program says.
        name: The name of the VM in the program.
        suffix: What the name of the resource has after it where a component made it; an old name has it too.
        since: The argument that holds the value.
    """
    if SEED in state or since not in state or OWNER not in state:
        return state.get(SEED)
    before = str(state.get(NAME, ""))
    if inputs.get(NAME) == name + suffix and before.endswith(suffix):
        name = before.removesuffix(suffix)
    return f"{state[OWNER]}/{name}"
