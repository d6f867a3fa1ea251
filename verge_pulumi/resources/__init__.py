"""The resources, one folder per area and one file per noun: a declaration, and what is special about its life.

Each is imported when it is first used, so a provider starts with those alone that its stack has.
"""

from __future__ import annotations

import pkgutil
from typing import Any

from verge_pulumi._names import RESOURCES

__all__ = sorted(RESOURCES)  # pyright: ignore[reportUnsupportedDunderAll]  # __init__.pyi has the list


def __getattr__(name: str) -> Any:
    """Import a resource."""
    if name not in RESOURCES:
        raise AttributeError(f"module 'verge_pulumi.resources' has no attribute '{name}'")
    return pkgutil.resolve_name(RESOURCES[name])
