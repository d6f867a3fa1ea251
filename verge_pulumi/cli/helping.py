"""How the help of a command calls what it is given."""

from __future__ import annotations

import re
from typing import Any

from typer.core import TyperCommand


class Command(TyperCommand):
    """A command whose help calls an argument by its name alone.

    typer adds its type as Python spells it, such as ``<list[str]>``, and puts the name in braces if it is required.
    """

    def __init__(self, name: str | None, *, params: list[Any] | None = None, **settings: Any) -> None:
        for each in params or ():
            if each.param_type_name == "argument":
                each.display_type_rich = _no_type
        super().__init__(name, params=params, **settings)

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return what stands behind the name of the command in its usage."""
        return [re.sub(r"^\{(.*)\}", r"\1", piece) for piece in super().collect_usage_pieces(ctx)]


def _no_type(ctx: Any) -> None:
    """Say nothing of the type of an argument."""
