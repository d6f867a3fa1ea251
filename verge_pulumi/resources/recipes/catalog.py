"""Catalogs, which recipes are sorted into."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from verge_pulumi.client import Row
from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, policy, ref
from verge_pulumi.engine.declaring.lives import Cost, Life
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.values import Text
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.resources.recipes._cascade import TOUCHED, forbid, recipes_in
from verge_pulumi.resources.recipes._short_descriptions import overlong
from verge_pulumi.resources.recipes.catalog_repository import CatalogRepository

LONGEST_DESCRIPTION = 512
"""Characters that VergeOS keeps, the mark included (docs/vergeos/catalogs.md §3)."""


class Catalog(
    Resource,
    table="catalogs",
    named_by="name",
    fixed=("id", "created"),
    # Both kinds of recipes are looked for before it is deleted.
    life=Life(delete=Cost(writes=3, reads=1)),
):
    """A catalog of recipes, in a repository of this system.

    ``Catalog("ours", repository=by_name("Local"), name="Our servers")``. The catalogs of other repositories come with
    these; a program looks them up with `get_catalog`. Deleting a catalog deletes its recipes.
    """

    repository: Ref[CatalogRepository] = ref(replaces=True)
    """The repository it is in."""

    name: Attr[str] = arg(min_length=1, max_length=255)
    """Name in VergeOS."""

    description: Attr[Text | None] = arg(default=None, max_length=LONGEST_DESCRIPTION)
    """Free text. The mark of this package follows it in VergeOS; both have room for 512 characters together."""

    publishing_scope: Attr[Literal["private", "global", "tenant", "none"] | None] = arg(default=None)
    """Who sees it; ``private`` if unset."""

    enabled: Attr[bool | None] = arg(default=None)
    """Whether it is used; VergeOS says yes if unset."""

    allow_cascade: Attr[bool | None] = policy(default=None, role="along", loss="the recipes in it")
    """Whether it may be deleted while there are recipes in it, which VergeOS deletes along with it."""


class CatalogProvider(RowProvider[Catalog]):
    """What is special about a catalog's life."""

    touched = TOUCHED

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """The mark needs room in the description."""
        return overlong(self.connection.settings, inputs, LONGEST_DESCRIPTION)

    def before_delete(self, id: str, row: Row, state: Inputs) -> None:
        """Refuse to lose recipes that nobody said may be lost."""
        forbid(state, recipes=recipes_in(self.connection.reader, [id]))
