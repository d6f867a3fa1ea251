"""Stack outputs in the form that people and other programs expect of VergeOS objects."""

from __future__ import annotations

import pulumi

from verge_pulumi.client import printable
from verge_pulumi.engine.declaring.attributes import Whole
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.errors import Refusal


def export(name: str, resource: BaseResource | Whole[BaseResource]) -> None:
    """Export a resource as a stack output ``{"$key": 42, "location": "/v4/vms/42"}``.

    Args:
        name: Name of the output.
        resource: The resource; of a component its main one.

    Raises:
        Refusal: It is no resource.
    """
    row: object = resource.main if isinstance(resource, Whole) else resource
    if not isinstance(row, BaseResource):
        text = printable(name)
        raise Refusal(
            f"Unable to export '{text}': {type(resource).__name__} is no resource of VergeOS. "
            f"Pass one, or write pulumi.export('{text}', ...) for any other value."
        )
    pulumi.export(name, {"$key": row.key, "location": row.location})
