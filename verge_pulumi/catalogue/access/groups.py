"""Groups of users and groups, and who is in them: the tables `groups` and `members`."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import C, R, any_ref, boolean, integer, ref, section, table, text

GROUPS = table(
    "groups",
    section(
        "docs/vergeos/access.md §2; types: tsvergeos: services/group/types.ts",
        text("name", required=True, max_length=128),
        text("description", default="", max_length=2048),
        text("email", default=""),
        # The default is the name.
        text("id"),
        boolean("enabled", default=True),
        ref("identity", "sys/identities", write=R, as_text=True),
        ref("auth_source", "auth_sources", write=R),
        # The simulator has no rows of that table, so this is null.
        ref("sysgroup", "sys/groups", write=R),
        boolean("system_group", write=R, default=False),
        integer("created", write=R),
        text("creator", write=R, default=""),
    ),
    short="name description enabled",
    dashboard="name description email enabled system_group",
    unique=(("name",), ("id",)),
    source="docs/vergeos/access.md §2; unique: docs/vergeos/quirks.md §6",
)

# Created and deleted, never changed. `member` is stored as written, with or without the prefix ``/v4/``.
MEMBERS = table(
    "members",
    section(
        "docs/vergeos/access.md §3; types: tsvergeos: services/member/types.ts",
        ref("parent_group", "groups", write=C, required=True),
        any_ref("member", write=C, required=True),
        # Null, as `groups.sysgroup`.
        ref("sys_member", "sys/members", write=R),
        boolean("system", write=R, default=False),
        text("creator", write=R, default=""),
    ),
    short="member",
    unique=(("parent_group", "member"),),
    parent="parent_group",
    source="docs/vergeos/access.md §3",
)
