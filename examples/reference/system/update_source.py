"""A mirror of the updates in the house."""

import pulumi

from verge_pulumi import UpdateSource

config = pulumi.Config()
UpdateSource(
    "mirror",
    name="mirror",
    url="https://updates.example.com",
    user="verge",
    password=config.require_secret("mirror-password"),
)
