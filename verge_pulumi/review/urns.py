"""What URNs say: ``urn:pulumi:<stack>::<project>::<types of the parents>$<type>::<name>``."""

from __future__ import annotations

STACK = "pulumi:pulumi:Stack"
"""The type of a stack, which is a resource of its own in previews and states."""


def stack_of(urn: str) -> tuple[str, str]:
    """Return the stack and the project; "" for what is no URN."""
    stack, _, rest = urn.removeprefix("urn:pulumi:").partition("::")
    return stack, rest.partition("::")[0]


def token_of(urn: str) -> str:
    """Return the type token; "" for what is no URN."""
    return "".join(urn.split("::")[2:3]).rpartition("$")[2]


def name_of(urn: str) -> str:
    """Return the name in the program, which may hold anything; what is no URN as it is."""
    return urn.split("::", 3)[-1]
