"""Stack outputs in the form that people and other programs expect of VergeOS objects."""

from __future__ import annotations

import pulumi

from verge_pulumi.engine.declaring.attributes import Whole
from verge_pulumi.engine.declaring.resource import BaseResource


def export(name: str, resource: BaseResource | Whole[BaseResource]) -> None:
    """Export a resource as a stack output ``{"$key": 42, "location": "/v4/vms/42"}``.

    Args:
        name: Name of the output.
        resource: The resource; of a component its main one.
    """
    row = resource.main if isinstance(resource, Whole) else resource
    pulumi.export(name, {"$key": row.key, "location": row.location})
