"""A partner's repository elsewhere, whose catalogs VergeOS fetches."""

import pulumi

from verge_pulumi import CatalogRepository

config = pulumi.Config()
CatalogRepository(
    "partner",
    name="Partner",
    type="remote",
    url="https://recipes.partner.example.com",
    user="verge",
    password=config.require_secret("partner-password"),
    auto_refresh=True,
    override_default_scope="private",
    timeout=900,
)
