"""Tenants, as far as references to one and look-ups need them: the tables `tenants` and `tenant_status`."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import R, any_ref, boolean, integer, json, ref, section, table, text, words

# What a client does with a tenant, other than to find one, is not modelled: the simulator's have no network, no address
# and no statistics, so the references to these are null.
TENANTS = table(
    "tenants",
    section(
        "docs/vergeos/other-tables.md §5; types: tsvergeos: services/tenant/types.ts",
        text("name", required=True, max_length=120),
        text("description", default="", max_length=2048),
        text("password", max_length=256, secret=True),
        boolean("change_password", secret=True),
        boolean("expose_cloud_snapshots", default=True),
        boolean("allow_branding", default=False),
        text("url", default=""),
        ref("oidc_application", "oidc_applications"),
        ref("ui_address", "vnet_addresses"),
        ref("ui_fqdn", "vnet_proxy_tenants"),
        text("help_url", default="default"),
        text("note", default="", max_length=1024),
        text("theme_access", default="host_only", choices=words("specified host_only local_only both")),
        json("meta"),
        any_ref("owner", write=R),
        boolean("is_snapshot", write=R, default=False),
        boolean("isolate", write=R, default=False),
        ref("vnet", "vnets", write=R),
        text("uuid", write=R),
        text("creator", write=R),
        integer("created", write=R),
        ref("recipe_instance", "tenant_recipe_instances", write=R),
        ref("status", "tenant_status", write=R),
        ref("stats", "tenant_stats", write=R),
    ),
    short="name",
    dashboard="name description url note is_snapshot isolate vnet ui_address created status",
    nested={"status": "status[running,starting,stopping,migrating,status,state]"},
    unique=(("name",),),
    owner="owner",
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
        integer("started", write=R, default=0),
        integer("stopped", write=R, default=0),
    ),
    short="status state",
    unique=(("tenant",),),
    parent="tenant",
    creatable=False,
    source="docs/vergeos/other-tables.md §5",
)
