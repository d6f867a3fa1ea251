"""A repository of this system for recipes of your own."""

from verge_pulumi import CatalogRepository

CatalogRepository("house", name="House", description="Recipes of our own", max_tier="3")
