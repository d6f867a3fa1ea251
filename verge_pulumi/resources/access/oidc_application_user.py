"""Users who may log in to a system elsewhere."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Ref, ref
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.roles import Review
from verge_pulumi.resources.access.oidc_application import OidcApplication
from verge_pulumi.resources.access.user import User


class OidcApplicationUser(Resource, table="oidc_application_users", parent="oidc_application"):
    """A user who may log in to an `OidcApplication` whose `restrict_access` is on."""

    review = Review(guards=True)

    oidc_application: Ref[OidcApplication] = ref(replaces=True)
    """The application."""

    user: Ref[User] = ref(replaces=True)
    """The user."""
