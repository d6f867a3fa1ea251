"""OIDC applications: systems elsewhere into which people log in by an account of this one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verge_pulumi.engine.declaring.attributes import Attr, OptionalRef, arg, computed, ref
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.roles import Review
from verge_pulumi.engine.declaring.values import LineList, Secret
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.resources._describable import Describable
from verge_pulumi.resources.access.auth_source import AuthSource
from verge_pulumi.resources.access.user import User


class OidcApplication(
    Describable, Resource, table="oidc_applications", named_by="name", fixed=("client_id", "created")
):
    """A system elsewhere into which people log in by an account of this VergeOS.

    ``OidcApplication("wiki", name="Wiki", redirect_uri=["https://wiki.example.com/callback"])``. VergeOS draws
    `client_id` and `client_secret`, which the other system wants to know.
    """

    review = Review(guards=True)

    name: Attr[str] = arg(min_length=1)
    """Name in VergeOS."""

    enabled: Attr[bool | None] = arg(default=None)
    """Whether logins are possible; VergeOS says yes if unset."""

    redirect_uri: Attr[LineList | None] = arg(default=None)
    """Addresses to which people may be sent back, with wildcards: ``https://*.example.com``."""

    force_auth_source: OptionalRef[AuthSource] = ref(default=None)
    """Where people are sent at once to log in; they choose if unset."""

    map_user: OptionalRef[User] = ref(default=None)
    """The user that everybody is who logs in; each is somebody else if unset."""

    restrict_access: Attr[bool | None] = arg(default=None)
    """Whether only the users and groups may log in that an `OidcApplicationUser` or `OidcApplicationGroup` names;
    VergeOS says no if unset."""

    scope_profile: Attr[bool | None] = arg(default=None)
    """Whether it is told the user's name."""

    scope_email: Attr[bool | None] = arg(default=None)
    """Whether it is told the user's e-mail address."""

    scope_groups: Attr[bool | None] = arg(default=None)
    """Whether it is told the groups that the user is in."""

    client_id: Attr[str | None] = computed()
    """The name by which the other system makes itself known."""

    client_secret: Attr[Secret[str] | None] = computed()
    """The secret that belongs to it; it cannot be changed."""


class OidcApplicationProvider(RowProvider[OidcApplication]):
    """What is special about an application's life."""

    def make(self, inputs: Inputs, values: Mapping[str, Any]) -> str:
        """Name what VergeOS wants to be named, though it be none (docs/vergeos/single-sign-on.md §3)."""
        return super().make(inputs, {"force_auth_source": None, "map_user": None, **values})
