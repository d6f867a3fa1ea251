"""What an import of a running site has to know of a resource, apart from what the resource declares anyway."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Importing:
    """How rows are treated that an import finds: ``importing = Importing(given={"system_group": (True,)})``.

    Attributes:
        given: Values of columns by which the rows are known that VergeOS itself made; they are left as they are.
            also: Tables with further rows of which the objects consist, and the columns to read of them.
    """

    given: Mapping[str, Collection[Any]] = field(default_factory=dict)
    left: str = ""
    also: Mapping[str, Collection[str]] = field(default_factory=dict)

    def is_given(self, row: Mapping[str, Any]) -> bool:
        """Say whether VergeOS itself made this row."""
        return any(row.get(column) in values for column, values in self.given.items())
