"""A VergeOS on loopback, built from the catalogue alone.

Third-party clients run against it, so it answers as docs/vergeos describes: the query language, write rules, power,
receipts and refusals. Whatever is not modelled is answered with 501 and a message that says so.

```python
with Simulator(Options(transition_seconds=0)) as simulator:
    requests.get(f"{simulator.url}/api/v4/vms", auth=(simulator.username, simulator.password))
    simulator.faults({"match": {"verb": "POST", "path": "/vms$"}, "when": "after", "what": "reset"})
```
"""

from __future__ import annotations

import pkgutil
from typing import TYPE_CHECKING, Any

from verge_pulumi._extras import extra

if TYPE_CHECKING:
    from verge_pulumi.simulator.log import Counters, Request
    from verge_pulumi.simulator.simulator import Options, Simulator

__all__ = ["Counters", "Options", "Request", "Simulator"]


def __getattr__(name: str) -> Any:
    """Import what others use when they use it, so that a missing extra is told in one sentence."""
    if name not in __all__:
        raise AttributeError(f"module 'verge_pulumi.simulator' has no attribute '{name}'")
    with extra("simulator", "start the simulator"):
        return pkgutil.resolve_name(f"verge_pulumi.simulator.simulator:{name}")
