"""Messages with a token and headers, which are tried again when the receiver does not answer."""

import pulumi

from verge_pulumi import Webhook

config = pulumi.Config()
Webhook(
    "pager",
    name="pager",
    url="https://hooks.example.com/pager",
    headers={"Content-Type": "application/json"},
    authorization_type="bearer",
    authorization_value=config.require_secret("pager-token"),
    timeout=10,
    retries=5,
)
