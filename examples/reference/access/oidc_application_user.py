"""An application into which one user may log in."""

from verge_pulumi import OidcApplication, OidcApplicationUser, User

auditor = User("auditor", name="auditor")
archive = OidcApplication(
    "archive", name="Archive", redirect_uri=["https://archive.example.com/callback"], restrict_access=True
)
OidcApplicationUser("archive-auditor", oidc_application=archive, user=auditor)
