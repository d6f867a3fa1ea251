"""Addresses to which messages go (docs/vergeos/webhooks.md §1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.errors import invalid
from verge_pulumi.simulator.relations import Row


class WebhookUrls(Behaviour):
    """The table `webhook_urls`."""

    in_path = frozenset({"send"})

    def before_create(self, row: Row) -> None:
        """Refuse an address of another kind."""
        self.before_update(row, row)

    def before_update(self, row: Row, changes: Row) -> None:
        """Refuse an address of another kind."""
        if "url" in changes and not str(changes["url"]).startswith(("http://", "https://")):
            raise invalid("url")

    def act_with(self, row: Row, action: str, body: Mapping[str, Any]) -> Response | None:
        """Queue a message; nothing is sent."""
        if action != "send":
            return super().act_with(row, action, body)
        if not isinstance(body.get("message"), str):
            raise invalid("message")
        self.backend.add("webhooks", {"webhook_url": row["$key"], "message": body["message"]})
        return None
