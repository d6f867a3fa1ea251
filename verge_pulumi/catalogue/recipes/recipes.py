"""Recipes of virtual machines and of tenants: the tables `vm_recipes` and `tenant_recipes`."""

from __future__ import annotations

from verge_pulumi.catalogue.model import Column
from verge_pulumi.catalogue.notation import R, U, boolean, integer, ref, section, table, text


def _recipe(*special: Column) -> tuple[Column, ...]:
    """Return the columns of a recipe; it comes with its catalog, or out of the user interface."""
    return (
        ref("catalog", "catalogs", write=R),
        text("name", write=U, max_length=128),
        text("version", write=U, default="1.0.0"),
        text("description", write=U, default="", max_length=2048),
        text("icon", write=U, default=""),
        *special,
        integer("build", write=R, default=0),
        boolean("downloaded", write=R, default=False),
        boolean("update_available", write=R, default=False),
        boolean("needs_republish", write=R, default=False),
        text("id", write=R),
        text("creator", write=R),
    )


VM_RECIPES = table(
    "vm_recipes",
    section(
        "docs/vergeos/catalogs.md §4; types: tsvergeos: services/vm-recipe/types.ts",
        *_recipe(ref("vm", "vms", write=U), ref("vm_snapshot", "vms", write=U)),
    ),
    short="name version",
    dashboard="name description version icon downloaded",
    parent="catalog",
    key="hex",
    creatable=False,
    source="docs/vergeos/catalogs.md §4",
)

TENANT_RECIPES = table(
    "tenant_recipes",
    section(
        "docs/vergeos/catalogs.md §4; types: tsvergeos: services/tenant-recipe/types.ts",
        *_recipe(
            ref("tenant", "tenants", write=U),
            ref("tenant_snapshot", "tenants", write=U),
            boolean("preserve_certs", write=U, default=False),
        ),
    ),
    short="name version",
    dashboard="name description version icon downloaded",
    parent="catalog",
    key="hex",
    creatable=False,
    source="docs/vergeos/catalogs.md §4",
)
