"""OIDC applications (docs/vergeos/single-sign-on.md §3)."""

from __future__ import annotations

import secrets

from verge_pulumi.simulator.behaviour.base import Behaviour
from verge_pulumi.simulator.drawing import draw_uuid
from verge_pulumi.simulator.relations import Row


class OidcApplications(Behaviour):
    """The table `oidc_applications`."""

    def before_create(self, row: Row) -> None:
        """Draw what the application logs in by; the form of neither is documented."""
        row["client_id"] = draw_uuid()
        row["client_secret"] = secrets.token_hex(32)
