"""Run VergeOS as code: virtual machines, networks and what belongs to them, in Pulumi and Python."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verge_pulumi.engine.connection import Provider
    from verge_pulumi.engine.export import export
    from verge_pulumi.resources import Drive, Network, Nic, Power, VirtualMachine

__all__ = ["Drive", "Network", "Nic", "Power", "Provider", "VirtualMachine", "export"]

_ELSEWHERE = {"Provider": "verge_pulumi.engine.connection", "export": "verge_pulumi.engine.export"}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that the client and the simulator work without Pulumi."""
    if name not in __all__:
        raise AttributeError(f"module 'verge_pulumi' has no attribute '{name}'")
    return getattr(importlib.import_module(_ELSEWHERE.get(name, "verge_pulumi.resources")), name)
