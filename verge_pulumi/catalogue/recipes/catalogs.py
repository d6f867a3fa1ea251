"""Recipe catalogs: the table `catalog_repositories`."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import C, boolean, section, table, text, words

# Its action table wants the row under `repository`, not under the singular of the table (docs/vergeos/README.md §6.5).
# The model cannot say that, so the one action, `refresh`, is left out.
CATALOG_REPOSITORIES = table(
    "catalog_repositories",
    section(
        "docs/vergeos/other-tables.md §7; types: tsvergeos: services/catalog-repository/types.ts",
        text("name", required=True, max_length=255),
        text(
            "type",
            write=C,
            default="local",
            choices=words("local provider remote remote-git yottabyte"),
            open_choices=True,
        ),
        text("description", default="", max_length=256),
        text("url", default=""),
        text("user", default="", max_length=64),
        text("password", max_length=256, secret=True),
        boolean("allow_insecure", default=False),
        boolean("auto_refresh", default=True),
        # A number as text (docs/vergeos/README.md §8).
        text("max_tier", default="1", choices=words("1 2 3 4 5")),
        text("override_default_scope", default="none", choices=words("private global tenant none")),
        boolean("enabled", default=True),
    ),
    short="name type enabled",
    summary="name description type url enabled auto_refresh",
    unique=(("name",),),
    source="docs/vergeos/other-tables.md §7; unique: tsvergeos: services/catalog-repository/types.ts",
)
