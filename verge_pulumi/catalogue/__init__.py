"""VergeOS's tables as data: what the real system has, each fact with its source.

The simulator and the OpenAPI description are derived from it. It imports nothing of the other packages.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from verge_pulumi.catalogue.model import UNSET, Column, Effect, Table, Type, Write
from verge_pulumi.catalogue.releases import DEFAULT_RELEASE, MOVED_DEFAULTS, RELEASES, for_release, release_number


def _tables() -> Iterator[Table]:
    """Return what the files of all areas define."""
    for area in pkgutil.iter_modules(__path__, f"{__name__}."):
        if area.ispkg:
            for module in pkgutil.iter_modules(importlib.import_module(area.name).__path__, f"{area.name}."):
                yield from (each for each in vars(importlib.import_module(module.name)).values() if type(each) is Table)


TABLES: Mapping[str, Table] = MappingProxyType(
    {table.name: table for table in sorted(_tables(), key=lambda table: table.name)}
)
"""The tables of `DEFAULT_RELEASE` by name, in order of name."""


@functools.cache
def tables_of(release: str) -> Mapping[str, Table]:
    """Return these tables as a release has them.

    Args:
        release: As `for_release` takes it.

    Raises:
        ValueError: The release is not numbers separated by dots.
    """
    return MappingProxyType(dict(for_release(TABLES, release)))


__all__ = [
    "DEFAULT_RELEASE",
    "MOVED_DEFAULTS",
    "RELEASES",
    "TABLES",
    "UNSET",
    "Column",
    "Effect",
    "Table",
    "Type",
    "Write",
    "for_release",
    "release_number",
    "tables_of",
]
