"""Catalogs of recipes, and the repositories that they come from."""

from __future__ import annotations

from tests.engine.subjects import Case, Within

REPOSITORY = Within(argument="repository", noun="CatalogRepository")

CASES = (
    Case(
        noun="CatalogRepository",
        arguments=lambda: {"name": "partner", "description": "for tests", "max_tier": "3"},
        edit=("max_tier", "4"),
        drift=("description", "changed in the UI"),
        unset=("auto_refresh", False),
        replace=("type", "remote"),
    ),
    Case(
        noun="Catalog",
        within=REPOSITORY,
        arguments=lambda: {"name": "servers", "description": "for tests"},
        edit=("publishing_scope", "global"),
        drift=("description", "changed in the UI"),
    ),
)
