"""Keys by which programs log in: the table `user_api_keys`."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import C, R, integer, ref, section, table, text, words

USER_API_KEYS = table(
    "user_api_keys",
    section(
        "docs/vergeos/access.md §5; types: tsvergeos: services/api-key/types.ts",
        ref("user", "users", write=C, required=True),
        text("name", required=True, max_length=128),
        text("description", default="", max_length=2048),
        text("ip_allow_list", default=""),
        text("ip_deny_list", default=""),
        text("expires_type", default="date", choices=words("never date")),
        integer("expires"),
        # No column of a GET: the answer to the POST shows it, and nothing ever after.
        text("private_key", write=R, secret=True),
        integer("lastlogin_stamp", write=R),
        text("lastlogin_ip", write=R),
        # The simulator has no rows of that table, so this is null.
        ref("credential", "sys/credentials", write=R),
        integer("created", write=R),
    ),
    short="name description",
    dashboard="name description expires_type expires",
    unique=(("user", "name"),),
    parent="user",
    since="26.0",
    source="docs/vergeos/access.md §5; unique: docs/vergeos/quirks.md §6",
)
