"""What the host of dynamic providers does before it has loaded one of ours.

``pulumi import TYPE NAME ID`` hands the host a type and an id. What would load our provider is in the inputs of a
resource, of which there are none, so the host ends in ``KeyError: '__provider'`` before anything of this package runs.
`verge_pulumi_host.pth`, which is installed beside the package, imports this module when a Python starts to be such a
host, and only then.
"""

from __future__ import annotations

import functools
import gc
import sys
from typing import Any

from pulumi.runtime import rpc

from verge_pulumi.client import printable
from verge_pulumi.engine.errors import Reported
from verge_pulumi.engine.runtime import plain_properties, provider_process

OURS = "pulumi-python:dynamic/vergeos:"
"""How the types of this package's resources begin."""

FEW_COLLECTIONS = (10_000, 20, 20)
"""When garbage is collected: a host lives for one command, whose objects are freed as they are no longer used."""


def refuse_import() -> None:
    """Say what to do instead, if this thread serves the read of an import of one of our types.

    Raises:
        Reported: It does.
    """
    urn = provider_process.urn_without_provider()
    kind, name = (urn.split("::")[2].rpartition("$")[2], urn.rpartition("::")[2]) if urn else ("", "")
    if not kind.startswith(OURS):
        return
    sys.tracebacklimit = 0
    what = f"{printable(kind.removeprefix(OURS))} '{printable(name)}'"
    raise Reported(
        f"Unable to import {what}: Pulumi imports nothing that a dynamic provider manages. Declare it in the program "
        "with adopt=True, which takes the existing row over; 'pulumi preview' names what would change."
    )


def _watched(deserialize: Any) -> Any:
    @functools.wraps(deserialize)
    def watched(properties: Any, *arguments: Any, **options: Any) -> Any:
        if "__provider" not in properties:
            refuse_import()
        return deserialize(properties, *arguments, **options)

    return watched


if provider_process.is_host():
    rpc.deserialize_properties = _watched(rpc.deserialize_properties)
    plain_properties.install()
    gc.set_threshold(*FEW_COLLECTIONS)
