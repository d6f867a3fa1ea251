"""Groups whose members may log in to a system elsewhere."""

from __future__ import annotations

from verge_pulumi.engine.declaring.attributes import Attr, Ref, arg, ref
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.roles import Review
from verge_pulumi.engine.declaring.values import Key
from verge_pulumi.resources.access.oidc_application import OidcApplication


class OidcApplicationGroup(Resource, table="oidc_application_groups"):
    """A group whose members may log in to an `OidcApplication` whose `restrict_access` is on."""

    review = Review(guards=True)

    oidc_application: Ref[OidcApplication] = ref(replaces=True)
    """The application."""

    group: Attr[Key] = arg(replaces=True)
    """Key of the group."""
