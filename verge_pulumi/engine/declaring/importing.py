"""What an import of a running site has to know of a resource, apart from what the resource declares anyway."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

_NONE = (None, "", 0, False, "none")
"""What columns hold that say of something that there is none."""


class Importing(NamedTuple):
    """How rows are treated that an import finds: ``importing = Importing(given={"system_group": (True,)})``.

    Attributes:
        given: Values of columns by which the rows are known that VergeOS itself made; they are left as they are.
        owned_by: The column that says for what VergeOS made a row; one that holds something is left, too.
        follows_parents: Whether VergeOS made every row between rows that it made, such as who is in its groups.
        filled: The column out of which VergeOS fills another one, by that; it is written only where they differ.
        left: Why rows are not written into a program at all; "" where they are.
        content: The argument that holds what no GET of the rows returns. It is read on demand; rows of which it is
            known are not `left`.
        module: The module of the program for it; "" for that of its area.
        secrets: The column that tells whether VergeOS keeps a secret which it does not tell, by the argument for that.
        also: Tables with further rows of which the objects consist, and the columns to read of them.
    """

    given: Mapping[str, Collection[Any]] = MappingProxyType({})
    owned_by: str = ""
    follows_parents: bool = False
    filled: Mapping[str, str] = MappingProxyType({})
    left: str = ""
    content: str = ""
    module: str = ""
    secrets: Mapping[str, str] = MappingProxyType({})
    also: Mapping[str, Collection[str]] = MappingProxyType({})

    def is_given(self, row: Mapping[str, Any]) -> bool:
        """Say whether VergeOS itself made this row."""
        return any(row.get(column) in values for column, values in self.given.items()) or bool(row.get(self.owned_by))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that tell."""
        return (*self.given, *([self.owned_by] if self.owned_by else []), *self.secrets.values())

    def keeps(self, argument: str, row: Mapping[str, Any]) -> bool:
        """Say whether VergeOS keeps a secret of a row which it does not tell."""
        return argument in self.secrets and row.get(self.secrets[argument]) not in _NONE
