"""Look-ups of recipes and their catalogs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from verge_pulumi.engine.connecting.answers import Kind
from verge_pulumi.lookups._facts import DescribedDrawn, Switch, Text
from verge_pulumi.lookups._lookup import Named


@dataclass(frozen=True, kw_only=True)
class GetCatalogResult(DescribedDrawn):
    """A catalog of recipes."""

    repository: int
    repository_name: Annotated[Text, "repository#name"]
    publishing_scope: Text
    enabled: Switch


@dataclass(frozen=True, kw_only=True)
class GetRecipeResult(DescribedDrawn):
    """A recipe of virtual machines; one that is not `downloaded` has to be before it is used."""

    version: Text
    catalog: str
    catalog_name: Annotated[Text, "catalog#name"]
    downloaded: Switch
    update_available: Switch


get_catalog: Named[GetCatalogResult] = Named(GetCatalogResult, Kind("catalog", "catalogs"))
get_recipe: Named[GetRecipeResult] = Named(GetRecipeResult, Kind("recipe", "vm_recipes"))

get_catalog_output = get_catalog.output
get_recipe_output = get_recipe.output
