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
from verge_pulumi.engine.lifecycle import lives as lives  # serve what has no provider class of its own
from verge_pulumi.engine.lifecycle import rows as rows
from verge_pulumi.engine.lifecycle.frame import provider_of


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
    provider: Any = type(f"{title}Provider", (provider_of(resource),), {"resource": resource})
    loaded: ResourceProvider = provider()
    return loaded
