"""Webhooks: the tables `webhook_urls` and `webhooks`, which lists what was sent."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import R, boolean, integer, ref, section, table, text, words

WEBHOOK_URLS = table(
    "webhook_urls",
    section(
        "docs/vergeos/webhooks.md §1",
        text("name", required=True, max_length=128),
        text("type", default="custom", choices=("custom",)),
        text("url", required=True),
        # One of them may hold a token.
        text("headers", default="", secret=True, hidden=True),
        text("authorization_type", default="none", choices=words("none basic bearer apikey")),
        text("authorization_value", secret=True),
        boolean("allow_insecure", default=False),
        integer("timeout", default=5, minimum=3, maximum=120),
        integer("retries", default=3, minimum=0, maximum=100),
    ),
    short="name url",
    unique=(("name",),),
    source="docs/vergeos/webhooks.md §1",
)

WEBHOOKS = table(
    "webhooks",
    section(
        "docs/vergeos/webhooks.md §2",
        ref("webhook_url", "webhook_urls", write=R),
        text("message", write=R, default=""),
        text("status", write=R, default="queued", choices=words("queued running sent error")),
        text("status_info", write=R, default=""),
        integer("last_attempt", write=R),
        integer("created", write=R),
    ),
    short="status",
    dashboard="status status_info last_attempt",
    parent="webhook_url",
    creatable=False,
    source="docs/vergeos/webhooks.md §2",
)
