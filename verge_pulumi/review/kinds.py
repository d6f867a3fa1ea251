"""The resources of this package as previews and states name them, and what each of them declares."""

from __future__ import annotations

from collections.abc import Iterator

from verge_pulumi import resources
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.ownership.states import OURS
from verge_pulumi.review.urns import token_of

COMPONENTS = "vergeos:index:"
"""How the type tokens of this package's components begin."""

UNDECLARED = Declaration(title="", module="", table="")
"""What is declared of anything else: nothing, so that no attribute has a role."""


def every_kind() -> Iterator[type[BaseResource]]:
    """Yield the resources of this package; all of them are imported."""
    for name in resources.__all__:
        yield getattr(resources, name)


def declaration_of(urn: str) -> Declaration:
    """Return what the resource with this URN declares, `UNDECLARED` for another package's."""
    ours, kind = token_of(urn).startswith(OURS), token_of(urn).removeprefix(OURS)
    return getattr(resources, kind).declaration if ours and kind in resources.__all__ else UNDECLARED
