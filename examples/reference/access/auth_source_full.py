"""An OpenID provider by its addresses, whose users are made at their first login and belong to its groups."""

import pulumi

from verge_pulumi import AuthSource

config = pulumi.Config()
AuthSource(
    "keycloak",
    name="Company account",
    driver="openid",
    client_id="vergeos",
    client_secret=config.require_secret("keycloak-secret"),
    scope="openid email profile",
    auto_create_users="true",
    update_user_email=True,
    update_user_display_name=True,
    update_group_membership=True,
    settings={
        "authorization_endpoint": "https://id.example.com/auth",
        "token_endpoint": "https://id.example.com/token",
    },
    menu=True,
    button_fa_icon="bi-building-lock",
    button_color="#ffffff",
    button_background_color="#336699",
)
