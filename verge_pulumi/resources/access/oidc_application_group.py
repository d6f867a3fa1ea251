"""Groups whose members may log in to a system elsewhere."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Ref, ref
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.roles import Review
from verge_pulumi.resources.access.group import Group
from verge_pulumi.resources.access.oidc_application import OidcApplication


class OidcApplicationGroup(Resource, table="oidc_application_groups", parent="oidc_application"):
    """A group whose members may log in to an `OidcApplication` whose `restrict_access` is on."""

    review = Review(guards=True)

    oidc_application: Ref[OidcApplication] = ref(replaces=True)
    """The application."""

    group: Ref[Group] = ref(replaces=True)
    """The group."""
