"""The resources of this package as previews and states name them, and what each of them declares."""

from __future__ import annotations

from collections.abc import Iterator

from verge_pulumi import resources
from verge_pulumi.engine.declaring.declaration import BaseResource, Declaration
from verge_pulumi.review.estimate import PREFIX

COMPONENTS = "vergeos:index:"
"""How the type tokens of this package's components begin."""

UNDECLARED = Declaration(title="", module="", table="")
"""What is declared of anything else: nothing, so that no attribute has a role."""


def every_kind() -> Iterator[type[BaseResource]]:
    """Yield the resources of this package; all of them are imported."""
    for name in resources.__all__:
        yield getattr(resources, name)


def declared_by(kind: str) -> Declaration:
    """Return what a resource of this package declares, `UNDECLARED` for any other word."""
    return getattr(resources, kind).declaration if kind in resources.__all__ else UNDECLARED


def token_of(urn: str) -> str:
    """Return the type token of a URN, which is ``urn:pulumi:<stack>::<project>::<types of the parents>$<type>::…``."""
    return "".join(urn.split("::")[2:3]).rpartition("$")[2]


def declaration_of(urn: str) -> Declaration:
    """Return what the resource with this URN declares, `UNDECLARED` for another package's."""
    token = token_of(urn)
    return declared_by(token.removeprefix(PREFIX)) if token.startswith(PREFIX) else UNDECLARED
