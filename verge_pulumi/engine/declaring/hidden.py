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


def scope_of(olds: Mapping[str, Any], news: Mapping[str, Any], name: str, suffix: str, *, since: str) -> str | None:
    """Return the scope in which a value was derived from names, None where it is derived for the first time.

    Args:
        olds: The inputs in the state. Those of the first release have no `SEED`; project, stack and name were it then.
        news: What the program says.
        name: The name of the VM in the program.
        suffix: What the name of the resource has after it where a component made it; an old name has it too.
        since: The argument that holds the value.
    """
    if SEED in olds or since not in olds or OWNER not in olds:
        return olds.get(SEED)
    before = str(olds.get(NAME, ""))
    if news.get(NAME) == name + suffix and before.endswith(suffix):
        name = before.removesuffix(suffix)
    return f"{olds[OWNER]}/{name}"
