"""What would be deleted along with a catalog or a repository, and the leave to delete it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from verge_pulumi.client import printable, where
from verge_pulumi.engine.declaring.rights import touch
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.reading.reader import Reader

KINDS = ("vm_recipes", "tenant_recipes")

TOUCHED = tuple(touch(kind, at=("delete",)) for kind in KINDS)
"""What is read before a deletion."""

MOST_NAMES = 10
"""Names in an error; what else there is is counted."""

WAY_OUT = "To allow it set allow_cascade=True and run 'pulumi up' before this change"


def recipes_in(reader: Reader, catalogs: Iterable[str]) -> list[str]:
    """Return the names of the recipes in some catalogs."""
    keys = set(catalogs)
    if not keys:
        return []
    condition = where("catalog", "eq", next(iter(keys))) if len(keys) == 1 else None
    rows = [row for kind in KINDS for row in reader.find(kind, condition, ("$key", "name", "catalog"))]
    return [str(row.get("name")) for row in rows if str(row.get("catalog")) in keys]


def forbid(state: Mapping[str, Any], **lost: Iterable[str]) -> None:
    """Refuse a deletion that takes other objects along.

    Args:
        state: The outputs in the state, which say whether it is allowed.
        lost: The names of what would be lost, by what people call it.

    Raises:
        EngineError: It would take some along, and that is not allowed; the text names them.
    """
    told = [f"the {what} {_listed([*names])}" for what, names in lost.items() if names]
    if told and not state.get("allow_cascade"):
        raise EngineError(f"VergeOS would delete {' and '.join(told)} along with it. {WAY_OUT}")


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"'{printable(name)}'" for name in names[:MOST_NAMES])
    return f"{shown} and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else shown
