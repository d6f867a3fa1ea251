"""Who may log in: the table `users`."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import C, R, U, boolean, integer, ref, section, table, text, words

USERS = table(
    "users",
    section(
        "docs/vergeos/access.md §1; types: tsvergeos: services/user/types.ts",
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
        ref("theme", "themes"),
        ref("auth_source", "auth_sources", write=C),
        # The default is the name.
        text("remote_name"),
        text("id", write=R),
        integer("created", write=R),
        integer("last_login", write=R, default=0),
        integer("last_forgot_password", write=R, default=0),
        integer("last_forgot_username", write=R, default=0),
        integer("account_locked", write=U, default=0),
        integer("failed_attempts", write=U, default=0),
        ref("identity", "sys/identities", write=R, as_text=True),
        # The simulator has no rows of either table, so these are null.
        ref("credential", "sys/credentials", write=R),
        ref("settings", "user_settings", write=R),
        text("creator", write=R, default=""),
    ),
    short="name displayname enabled",
    dashboard="name displayname email type enabled last_login",
    unique=(("name",),),
    source="docs/vergeos/access.md §1; case: docs/vergeos/quirks.md §W15; unique: docs/vergeos/quirks.md §6",
)
