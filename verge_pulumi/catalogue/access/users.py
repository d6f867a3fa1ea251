"""Who may log in: the tables `users`, `groups` and `members`."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import (
    C,
    R,
    any_ref,
    boolean,
    integer,
    ref,
    section,
    table,
    text,
    words,
)

USERS = table(
    "users",
    section(
        "docs/vergeos/other-tables.md §1; types: tsvergeos: services/user/types.ts",
        text("name", required=True, max_length=128, lower=True),
        text("password", max_length=256, secret=True),
        text("displayname", default=""),
        text("email", default="", lower=True),
        text("type", write=C, default="normal", choices=words("normal api vdi"), open_choices=True),
        boolean("enabled", default=True),
        boolean("change_password", default=False),
        boolean("physical_access", default=False),
        boolean("two_factor_authentication", default=False),
        text("two_factor_type", default="email", choices=words("email authenticator")),
        # No secret, but never returned either (docs/vergeos/quirks.md §5).
        boolean("two_factor_setup_next_login", secret=True),
        text("ssh_keys", default=""),
        ref("auth_source", "auth_sources"),
        text("remote_name", default=""),
        integer("created", write=R),
        integer("last_login", write=R, default=0),
        integer("account_locked", write=R, default=0),
        integer("failed_attempts", write=R, default=0),
        ref("identity", "sys/identities", write=R),
        text("creator", write=R),
    ),
    short="name displayname enabled",
    summary="name displayname email type enabled last_login",
    unique=(("name",),),
    source="docs/vergeos/other-tables.md §1; case: docs/vergeos/quirks.md §W15; unique: docs/vergeos/quirks.md §6",
)

GROUPS = table(
    "groups",
    section(
        "docs/vergeos/other-tables.md §1; types: tsvergeos: services/group/types.ts",
        text("name", required=True, max_length=128),
        text("description", default="", max_length=2048),
        text("email", default=""),
        text("id"),
        boolean("enabled", default=True),
        ref("identity", "sys/identities", write=R),
        boolean("system_group", write=R, default=False),
        integer("created", write=R),
        text("creator", write=R),
    ),
    short="name description enabled",
    summary="name description email enabled system_group",
    unique=(("name",),),
    source="docs/vergeos/other-tables.md §1; unique: docs/vergeos/quirks.md §6",
)

# Created and deleted, never changed. `member` is stored as written, with or without the prefix ``/v4/``.
MEMBERS = table(
    "members",
    section(
        "docs/vergeos/other-tables.md §1",
        ref("parent_group", "groups", write=C, required=True),
        any_ref("member", write=C, required=True),
    ),
    short="member",
    unique=(("parent_group", "member"),),
    parent="parent_group",
    source="docs/vergeos/other-tables.md §1",
)
