"""Where updates come from and when they are made: `update_settings`, `update_sources`, `update_branches`."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import R, U, boolean, integer, ref, section, table, text

UPDATE_SETTINGS = table(
    "update_settings",
    section(
        "docs/vergeos/system.md §2; types: tsvergeos: services/update-settings/types.ts",
        ref("source", "update_sources", write=U),
        ref("branch", "update_branches", write=U),
        ref("file", "files", write=U),
        text("name", write=U, default=""),
        text("user", write=U, default=""),
        text("password", write=U, secret=True),
        boolean("auto_refresh", write=U, default=True),
        boolean("auto_update", write=U, default=False),
        boolean("auto_reboot", write=U, default=False),
        text("update_time", write=U, default=""),
        integer("max_vsan_usage", write=U, default=80, minimum=10, maximum=100),
        boolean("warm_reboot", write=U, default=False),
        boolean("multi_cluster_update", write=U, default=False),
        boolean("snapshot_cloud_on_update", write=U, default=False),
        integer("snapshot_cloud_expire_seconds", write=U, default=21600),
        boolean("anonymize_statistics", write=U, default=False),
        boolean("installed", write=R, default=False),
        boolean("reboot_required", write=R, default=False),
        boolean("applying_updates", write=R, default=False),
        boolean("applying_updates_force", write=R, default=False),
        text("release_notes_url", write=R, default=""),
    ),
    short="source branch",
    dashboard="source branch auto_refresh auto_update auto_reboot update_time reboot_required",
    creatable=False,
    source="docs/vergeos/system.md §2",
)

UPDATE_SOURCES = table(
    "update_sources",
    section(
        "docs/vergeos/system.md §3; types: tsvergeos: services/update-source/types.ts",
        text("name", required=True),
        text("description", default=""),
        text("url", required=True),
        text("user", default=""),
        text("password", secret=True),
        boolean("enabled", default=True),
        integer("last_updated", write=R, default=0),
        integer("last_refreshed", write=R, default=0),
    ),
    short="name description enabled",
    dashboard="name description url enabled last_updated last_refreshed",
    unique=(("name",),),
    source="docs/vergeos/system.md §3",
)

UPDATE_BRANCHES = table(
    "update_branches",
    section(
        "docs/vergeos/system.md §4",
        text("name", write=R),
        text("description", write=R, default=""),
        integer("created", write=R),
    ),
    short="name description",
    creatable=False,
    source="docs/vergeos/system.md §4",
)
