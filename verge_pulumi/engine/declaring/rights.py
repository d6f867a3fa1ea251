"""Rights on tables: what VergeOS asks for, and what declarations say of it (docs/vergeos/access.md §4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, get_args

Right = Literal["list", "read", "create", "modify", "delete"]

RIGHTS: tuple[Right, ...] = get_args(Right)

Rights = Mapping[str, frozenset[Right]]
"""What an account may do, by table."""

SEE: frozenset[Right] = frozenset(("list", "read"))

Stage = Literal["read", "create", "update", "delete"]
"""What is done with an object: it is read, for a refresh or a comparison, or it comes, changes and goes."""

STAGES: tuple[Stage, ...] = get_args(Stage)

WRITING: tuple[Stage, ...] = ("create", "update", "delete")


class Touch(NamedTuple):
    """Rows that a kind of resource reads or writes beside what its declaration tells.

    Attributes:
        table: Their table; "" for its own, or where `of` tells.
        rights: What it does with them, in addition to reading them.
        at: In which stages.
        of: The reference that names them.
    """

    table: str = ""
    rights: frozenset[Right] = frozenset()
    at: tuple[Stage, ...] = STAGES
    of: str = ""


def touch(table: str, *rights: Right, at: tuple[Stage, ...] = STAGES) -> Touch:
    """Say that rows of a table are read, and what else is done with them; "" is the table of the resource."""
    return Touch(table, frozenset(rights), at)
