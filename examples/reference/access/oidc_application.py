"""A wiki into which people log in with their account of this VergeOS."""

import pulumi

from verge_pulumi import OidcApplication

wiki = OidcApplication("wiki", name="Wiki", redirect_uri=["https://wiki.example.com/callback"])
pulumi.export("wiki-client-id", wiki.client_id)
pulumi.export("wiki-client-secret", wiki.client_secret)
