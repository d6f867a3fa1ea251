"""Tenants, as far as references to one and look-ups need them: the tables `tenants` and `tenant_status`."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import R, boolean, integer, ref, section, table, text, words

TENANTS = table(
    "tenants",
    section(
        "docs/vergeos/other-tables.md §5",
        text("name", required=True, max_length=120),
        text("description", default=""),
        text("password", max_length=256, secret=True),
        text("url", default=""),
        text("note", default=""),
        boolean("is_snapshot", write=R, default=False),
        text("uuid", write=R),
        text("creator", write=R),
        integer("created", write=R),
        ref("status", "tenant_status", write=R),
    ),
    short="name",
    unique=(("name",),),
    source="docs/vergeos/other-tables.md §5",
)

TENANT_STATUS = table(
    "tenant_status",
    section(
        "docs/vergeos/other-tables.md §5",
        ref("tenant", "tenants", write=R),
        boolean("running", write=R, default=False),
        boolean("starting", write=R, default=False),
        boolean("stopping", write=R, default=False),
        boolean("migrating", write=R, default=False),
        text(
            "status",
            write=R,
            default="offline",
            choices=words("online offline starting stopping migrating error reduced provisioning restarting"),
            open_choices=True,
        ),
        text("state", write=R, default="offline", choices=words("online offline warning error")),
    ),
    short="status state",
    unique=(("tenant",),),
    parent="tenant",
    creatable=False,
    source="docs/vergeos/other-tables.md §5",
)
