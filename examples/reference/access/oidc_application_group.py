"""An application into which only the members of a group may log in."""

from verge_pulumi import Group, OidcApplication, OidcApplicationGroup

developers = Group("developers", name="developers")
forge = OidcApplication("forge", name="Forge", redirect_uri=["https://git.example.com/callback"], restrict_access=True)
OidcApplicationGroup("forge-developers", oidc_application=forge, group=developers)
