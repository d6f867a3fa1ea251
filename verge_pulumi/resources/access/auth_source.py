"""Auth sources: where people may log in from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable

from verge_pulumi.client import printable, where
from verge_pulumi.engine.declaring.attributes import REST, Attr, arg
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.declaring.resource import Resource
from verge_pulumi.engine.declaring.rights import touch
from verge_pulumi.engine.declaring.roles import Review
from verge_pulumi.engine.declaring.values import Json, Secret, Text
from verge_pulumi.engine.lifecycle.rows import RowProvider

SETTINGS = "settings"
"""The column that holds what the provider of the accounts gave (docs/vergeos/single-sign-on.md §2)."""


class AuthSource(Resource, table="auth_sources", unique=("name",)):
    """A provider of accounts by which people may log in: Microsoft Entra ID, Google, GitLab, Okta, or another one.

    ``AuthSource("entra", name="Contoso", driver="azure", tenant_id=..., client_id=..., client_secret=...)``.
    Settings that the program does not name are kept. It is not deleted while users or OIDC applications refer to it.
    """

    review = Review(guards=True)

    name: Attr[str] = arg(min_length=1)
    """Name in VergeOS, and text of the button on the login page; unique on the system."""

    driver: Attr[str] = arg(replaces=True, min_length=1)
    """Kind of provider: ``azure``, ``google``, ``gitlab``, ``okta``, ``openid``, ``openid-well-known`` or ``oauth2``.
    Of ``openid-well-known`` VergeOS fetches the address whenever it saves the settings."""

    client_id: Attr[Text | None] = arg(default=None, column=SETTINGS, member="client_id")
    """The name by which the provider knows this system."""

    client_secret: Attr[Secret[str] | None] = arg(default=None, column=SETTINGS, member="client_secret", min_length=1)
    """The secret that belongs to it. VergeOS returns it to whoever may read the settings."""

    tenant_id: Attr[Text | None] = arg(default=None, column=SETTINGS, member="tenant_id")
    """The directory, with the driver ``azure``."""

    scope: Attr[Text | None] = arg(default=None, column=SETTINGS, member="scope")
    """What is asked of the provider; ``openid profile email`` if unset."""

    auto_create_users: Attr[Text | None] = arg(default=None, column=SETTINGS, member="auto_create_users")
    """Pattern of the users that VergeOS makes when they first log in; ``*`` is all of them."""

    update_remote_user: Attr[bool | None] = arg(default=None, column=SETTINGS, member="update_remote_user")
    """Whether a login brings the user's name at the provider up to date."""

    update_user_email: Attr[bool | None] = arg(default=None, column=SETTINGS, member="update_user_email")
    """Whether a login brings the user's e-mail address up to date."""

    update_user_display_name: Attr[bool | None] = arg(default=None, column=SETTINGS, member="update_user_display_name")
    """Whether a login brings the user's display name up to date."""

    update_group_membership: Attr[bool | None] = arg(default=None, column=SETTINGS, member="update_group_membership")
    """Whether a login brings the groups that the user is in up to date."""

    settings: Attr[Json | None] = arg(default=None, column=SETTINGS, member=REST)
    """Further settings, by their names in VergeOS, such as the addresses of ``openid`` and ``oauth2``. They are no
    secrets: they are shown in previews."""

    menu: Attr[bool | None] = arg(default=None)
    """Whether it is an entry of a menu instead of a button; VergeOS says no if unset."""

    # It turns itself off, which is no drift (docs/vergeos/single-sign-on.md §1).
    debug: Attr[bool | None] = arg(default=None, write_only=True)
    """Whether logins are logged in detail. VergeOS turns it off after about an hour, and it stays off until the program
    says otherwise and then so again."""

    button_background_color: Attr[Text | None] = arg(default=None)
    """Colour of the button, in the words of CSS."""

    button_color: Attr[Text | None] = arg(default=None)
    """Colour of its text."""

    button_fa_icon: Attr[Text | None] = arg(default=None)
    """Icon on it: a class of Bootstrap icons, such as ``bi-google``."""

    icon_color: Attr[Text | None] = arg(default=None)
    """Colour of the icon."""


class AuthSourceProvider(RowProvider[AuthSource]):
    """What is special about an auth source's life."""

    touched = (touch("users", at=("delete",)), touch("oidc_applications", at=("delete",)))

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """What has an argument of its own is not said twice, least of all the secret."""
        further = inputs.get("settings")
        for name, attribute in self.declaration.inputs.items():
            if attribute.member not in (None, REST) and isinstance(further, dict) and attribute.member in further:
                yield f"settings: '{attribute.member}' has an argument of its own, {name}="

    def used_by(self, id: str) -> str:
        """Name the users and the applications that refer to it."""
        find, key = self.connection.reader.find, int(id)
        users = find("users", where("auth_source", "eq", key), ("$key", "name"))
        applications = find("oidc_applications", where("force_auth_source", "eq", key), ("$key", "name"))
        named = [("user", row) for row in users] + [("OIDC application", row) for row in applications]
        return ", ".join(f"{what} '{printable(str(row.get('name')))}'" for what, row in named)
