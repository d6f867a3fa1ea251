"""The frozen entry point that users' states refer to.

Every resource in every state holds, in ``__provider``, a pickle that calls `load`. This module's name, the function's
name and what its argument means may never change, or ``pulumi refresh`` and ``pulumi destroy`` fail for states that
exist. The classes it finds may move.
"""

from __future__ import annotations

import importlib
from typing import Any

from pulumi.dynamic import ResourceProvider

from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.frame import PROVIDERS
from verge_pulumi.engine.lifecycle.rows import RowProvider


def load(kind: str) -> ResourceProvider:
    """Return the provider of a kind of resource.

    Args:
        kind: The name of a resource of this package, such as ``Network``; for a resource that is declared elsewhere
            ``package.module:Name``.
    """
    module, _, title = kind.rpartition(":")
    resource = getattr(importlib.import_module(module or "verge_pulumi.resources"), title, None)
    if resource is None:
        raise EngineError(f"this version of verge-pulumi has no resource '{kind}'. Install the version that made it")
    # Where nothing is special about its life, the class that serves every row serves it too.
    special = next((PROVIDERS[base] for base in resource.__mro__ if base in PROVIDERS), RowProvider)
    provider: Any = type(f"{title}Provider", (special,), {"resource": resource})
    loaded: ResourceProvider = provider()
    return loaded
