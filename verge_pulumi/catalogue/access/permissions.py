"""Who may do what: the table `permissions`."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import C, R, boolean, integer, ref, section, table, text

PERMISSIONS = table(
    "permissions",
    section(
        "docs/vergeos/access.md §4; types: tsvergeos: services/permission/types.ts",
        ref("identity", "sys/identities", write=C, required=True),
        text("table", write=C, required=True),
        integer("row", write=C, default=0, minimum=0),
        boolean("list", default=True),
        boolean("read", default=False),
        boolean("create", default=False),
        boolean("modify", default=False),
        boolean("delete", default=False),
        text("rowdisplay", write=R),
        text("identity_display", write=R),
        # What it looks like no source says; the simulator writes `users/1`, and knows no numbers of tables.
        text("identity_owner", write=R),
        integer("tableid", write=R),
    ),
    short="identity table row",
    dashboard="identity_display table row list read create modify delete",
    unique=(("identity", "table", "row"),),
    source="docs/vergeos/access.md §4",
)
