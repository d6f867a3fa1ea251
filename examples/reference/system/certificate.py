"""A certificate of your own, with its key from the configuration."""

import pulumi

from verge_pulumi import Certificate

config = pulumi.Config()
Certificate(
    "site",
    type="manual",
    domainname="verge.example.com",
    public=config.require("certificate"),
    private=config.require_secret("certificate-key"),
)
