"""People log in with their account at Microsoft Entra ID."""

import pulumi

from verge_pulumi import AuthSource

config = pulumi.Config()
AuthSource(
    "entra",
    name="Sign in with Entra ID",
    driver="azure",
    tenant_id="6b1ef3a4-5c0d-4a0e-9d4b-2f0e8a7f9c11",
    client_id="0f6c1f5e-1d7a-4f6e-8f0f-64f2b1d2c3aa",
    client_secret=config.require_secret("entra-secret"),
)
