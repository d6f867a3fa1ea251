"""Single sign-on: where people may log in from, and what they may log in to."""

from __future__ import annotations

from tests.engine.subjects import Case, Within

APPLICATION = Within(argument="oidc_application", noun="OidcApplication")

CASES = (
    Case(
        noun="AuthSource",
        arguments=lambda: {
            "name": "Contoso",
            "driver": "azure",
            "client_id": "shop",
            "client_secret": "canary-client-secret",
            "settings": {"group_scope": "groups"},
            "button_color": "#ffffff",
        },
        edit=("scope", "openid email"),
        drift=("button_color", "#000000"),
        unset=("menu", True),
        replace=("driver", "gitlab"),
    ),
    Case(
        noun="OidcApplication",
        arguments=lambda: {
            "name": "wiki",
            "description": "for tests",
            "redirect_uri": ["https://wiki.example.com/callback"],
        },
        edit=("restrict_access", True),
        drift=("description", "changed in the UI"),
        unset=("scope_groups", False),
        replace=None,
    ),
    Case(
        noun="OidcApplicationUser",
        within=APPLICATION,
        arguments=lambda: {"user": 1},
        edit=None,
        drift=None,
        unset=None,
    ),
    Case(
        noun="OidcApplicationGroup",
        within=APPLICATION,
        arguments=lambda: {"group": 2},
        edit=None,
        drift=None,
        unset=None,
    ),
)
