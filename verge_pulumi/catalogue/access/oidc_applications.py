"""Who logs in elsewhere as a user of this system: `oidc_applications`, and the users and groups that may."""

from __future__ import annotations

from verge_pulumi.catalogue.logs import log_table
from verge_pulumi.catalogue.notation import C, R, boolean, integer, ref, section, table, text

OIDC_APPLICATIONS = table(
    "oidc_applications",
    section(
        "docs/vergeos/single-sign-on.md §3",
        text("name", required=True),
        boolean("enabled", default=True),
        text("description", default=""),
        text("redirect_uri", default=""),
        ref("force_auth_source", "auth_sources", required=True, nullable=True),
        ref("map_user", "users", required=True, nullable=True),
        boolean("restrict_access", default=False),
        boolean("scope_profile", default=True),
        boolean("scope_email", default=True),
        boolean("scope_groups", default=True),
        text("client_id", write=R),
        text("client_secret", write=R, secret=True, hidden=True),
        integer("created", write=R),
    ),
    short="name enabled",
    dashboard="name enabled description redirect_uri client_id",
    source="docs/vergeos/single-sign-on.md §3",
)

OIDC_APPLICATION_USERS = table(
    "oidc_application_users",
    section(
        "docs/vergeos/single-sign-on.md §4",
        ref("oidc_application", "oidc_applications", write=C, required=True),
        ref("user", "users", write=C, required=True),
    ),
    short="user",
    parent="oidc_application",
    source="docs/vergeos/single-sign-on.md §4",
)

OIDC_APPLICATION_GROUPS = table(
    "oidc_application_groups",
    section(
        "docs/vergeos/single-sign-on.md §4",
        ref("oidc_application", "oidc_applications", write=C, required=True),
        ref("group", "groups", write=C, required=True),
    ),
    short="group",
    parent="oidc_application",
    source="docs/vergeos/single-sign-on.md §4",
)

OIDC_APPLICATION_LOGS = log_table(
    "oidc_application_logs",
    ref("oidc_application", "oidc_applications", write=R),
    "docs/vergeos/single-sign-on.md §5",
)
