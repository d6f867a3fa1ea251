"""Where recipes come from: `catalog_repositories`, `catalog_repository_status`, `catalogs`, and their logs."""

from __future__ import annotations

from verge_pulumi.catalogue.logs import log_table
from verge_pulumi.catalogue.notation import C, R, boolean, integer, ref, section, table, text, words

SCOPES = words("private global tenant none")

CATALOG_REPOSITORIES = table(
    "catalog_repositories",
    section(
        "docs/vergeos/catalogs.md §1; types: tsvergeos: services/catalog-repository/types.ts",
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
        text("override_default_scope", default="none", choices=SCOPES),
        boolean("enabled", default=True),
        integer("last_refreshed", write=R, default=0),
        ref("status", "catalog_repository_status", write=R),
    ),
    short="name type enabled",
    dashboard="name description type url enabled auto_refresh",
    unique=(("name",),),
    singular="catalog_repository",
    acted_on="repository",
    actions=("refresh",),
    source="docs/vergeos/catalogs.md §1; unique: tsvergeos: services/catalog-repository/types.ts",
)

CATALOG_REPOSITORY_STATUS = table(
    "catalog_repository_status",
    section(
        "docs/vergeos/catalogs.md §2",
        ref("repository", "catalog_repositories", write=R),
        text("status", write=R, default="online"),
        text("state", write=R, default="online", choices=words("online offline warning error"), open_choices=True),
        text("info", write=R, default=""),
        integer("last_update", write=R),
    ),
    short="status state",
    unique=(("repository",),),
    parent="repository",
    creatable=False,
    source="docs/vergeos/catalogs.md §2",
)

CATALOGS = table(
    "catalogs",
    section(
        "docs/vergeos/catalogs.md §3; types: tsvergeos: services/catalog/types.ts",
        ref("repository", "catalog_repositories", write=C, required=True),
        text("name", required=True, max_length=255),
        text("description", default="", max_length=512),
        text("publishing_scope", default="private", choices=SCOPES),
        boolean("enabled", default=True),
        text("id", write=R),
        integer("created", write=R),
    ),
    short="name description",
    dashboard="name description publishing_scope enabled",
    parent="repository",
    key="hex",
    source="docs/vergeos/catalogs.md §3",
)

CATALOG_REPOSITORY_LOGS = log_table(
    "catalog_repository_logs",
    ref("catalog_repository", "catalog_repositories", write=R),
    "docs/vergeos/catalogs.md §5",
)

CATALOG_LOGS = log_table("catalog_logs", ref("catalog", "catalogs", write=R), "docs/vergeos/catalogs.md §5")
