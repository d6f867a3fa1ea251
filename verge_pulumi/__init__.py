"""Run VergeOS as code: virtual machines, networks and what belongs to them, in Pulumi and Python.

`make docs` reads the public names off the files that define them: `_names.py` tells Python where each is, and
`__init__.pyi` tells type checkers.
"""

from __future__ import annotations

import pkgutil
from typing import Any

from verge_pulumi._names import OTHERS, RESOURCES
from verge_pulumi.engine.declaring import checking

_NAMES = {**RESOURCES, **OTHERS}

__all__ = sorted(_NAMES)  # pyright: ignore[reportUnsupportedDunderAll]  # __init__.pyi has the list


def _checks() -> checking.Checks:
    """Return the checks of a program; they are imported when one runs, not by a provider."""
    from verge_pulumi.checks import Checks

    return Checks()


checking.register(_checks)


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that the client and the simulator work without Pulumi."""
    if name not in _NAMES:
        raise AttributeError(f"module 'verge_pulumi' has no attribute '{name}'")
    return pkgutil.resolve_name(_NAMES[name])
