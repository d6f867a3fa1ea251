"""Where people may log in from elsewhere: the tables `auth_sources` and `auth_source_states`."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import C, R, boolean, integer, json, ref, section, table, text, words

AUTH_SOURCES = table(
    "auth_sources",
    section(
        "docs/vergeos/single-sign-on.md §1",
        text("name", required=True),
        text(
            "driver",
            write=C,
            required=True,
            choices=words("azure google gitlab okta openid openid-well-known oauth2"),
            open_choices=True,
        ),
        # Whoever names it is told the client secret in it.
        json("settings", secret=True, hidden=True, source="docs/vergeos/single-sign-on.md §2"),
        boolean("menu", default=False),
        boolean("debug", default=False),
        integer("debug_ts", write=R, default=0),
        text("button_background_color", default=""),
        text("button_color", default=""),
        text("button_fa_icon", default=""),
        text("icon_color", default=""),
    ),
    short="name driver",
    dashboard="name driver menu debug",
    unique=(("name",),),
    source="docs/vergeos/single-sign-on.md §1",
)

# Logins under way; here nobody logs in.
AUTH_SOURCE_STATES = table(
    "auth_source_states",
    section(
        "docs/vergeos/single-sign-on.md §5",
        text("state", write=R),
        ref("auth_source", "auth_sources", write=R),
        json("meta", write=R),
        integer("timestamp", write=R),
    ),
    short="state timestamp",
    parent="auth_source",
    key="hex",
    creatable=False,
    source="docs/vergeos/single-sign-on.md §5",
)
