"""Users, groups, permissions, API keys, single sign-on."""

from __future__ import annotations

from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.reply import Surprise, same, shown
from verge_pulumi.conformance.lab.requests import Made
from verge_pulumi.conformance.lab.subjects import HOUR

ACCESS = "docs/vergeos/access.md"
SIGN_ON = "docs/vergeos/single-sign-on.md"

TOO_SOON = 6.0
"""Seconds after the deletion of a group until a new one is like any other (docs/vergeos/access.md §2)."""


@assumption("docs/vergeos/quirks.md §W15", Sure.MEASURED, "resources.access.user", "engine.declaring.values")
def small_letters(lab: Lab) -> None:
    """The name and the e-mail address of a user are kept in small letters."""
    values = {"name": lab.name("MiXed"), "email": "MiXed@lab.invalid", "password": lab.password}
    row = lab.read(lab.make("users", values), "name,email")
    same("the user", row, {"name": lab.name("mixed"), "email": "mixed@lab.invalid"})


@assumption(f"{ACCESS} §1", Sure.DOCUMENTED, "resources.access.user")
def slash_in_a_name(lab: Lab) -> None:
    """A user's name with a slash is refused with 422."""
    lab.post("users", {"name": lab.name("a/b"), "password": lab.password}).refused(422)


@assumption(f"{ACCESS} §1", Sure.MEASURED, "resources.access.user", "accounts")
def first_permissions(lab: Lab) -> None:
    """A new user may list and read everything, and list, read and modify itself: two rows of `permissions`."""
    user = lab.make("users", {"name": lab.name("fresh"), "password": lab.password})
    rows = lab.rows("permissions", fields="table,row,modify", filter=f"identity eq {lab.identity(user)}", sort="table")
    same(
        "the permissions of a new user",
        sorted((str(row.get("table")), str(row.get("row")), bool(row.get("modify"))) for row in rows),
        [("/", "0", False), ("users", user.key, True)],
    )


@assumption(f"{ACCESS} §3", Sure.DOCUMENTED, "resources.access.group_member")
def members_as_written(lab: Lab) -> None:
    """A member that is written `/v4/users/<key>` is stored so."""
    user = lab.make("users", {"name": lab.name("spelt"), "password": lab.password})
    written = f"/v4/{user.path}"
    member = lab.make("members", {"parent_group": lab.key("groups"), "member": written})
    same("members.member", lab.read(member, "member").get("member"), written)


@assumption(f"{ACCESS} §3: no source says", Sure.OPEN, "resources.access.group_member")
def spellings_of_a_member(lab: Lab) -> None:
    """`users/<key>` and `/v4/users/<key>` are one member: the second is refused as what must be unique."""
    lab.row("members")
    values = {"parent_group": lab.key("groups"), "member": f"/v4/{lab.row('users').path}"}
    lab.post("members", values).refused(409 if lab.since("26.1.4") else 422)


@assumption(f"{ACCESS} §4", Sure.DOCUMENTED, "resources.access.permission")
def read_lists(lab: Lab) -> None:
    """A permission to read turns `list` on, also where it was written false."""
    values = {"identity": lab.identity(lab.row("groups")), "table": "vnets", "read": True, "list": False}
    same("permissions.list", lab.read(lab.make("permissions", values), "list").get("list"), True)


@assumption(f"{ACCESS} §4: no source says", Sure.OPEN, "resources.access.permission")
def rights_left_out(lab: Lab) -> None:
    """A permission has the rights that its create names, and `list`; a later PUT leaves the others as they are."""
    permission = lab.make("permissions", {"identity": lab.identity(lab.row("groups")), "table": "files"})
    lab.put(permission, {"delete": True}).answered(200)
    row = lab.read(permission, "list,read,create,modify,delete")
    expected = {"list": True, "read": False, "create": False, "modify": False, "delete": True}
    same("the rights", row, expected)


@assumption(f"{ACCESS} §4", Sure.INFERRED, "resources.access.permission", "accounts")
def permission_goes_with_its_row(lab: Lab) -> None:
    """A permission on a row is deleted with the row."""
    vm = lab.make("vms", {"name": lab.name("permitted")})
    values = {"identity": lab.identity(lab.row("users")), "table": "vms", "row": int(vm.key), "read": True}
    permission = lab.make("permissions", values)
    lab.delete(vm).answered(200)
    lab.all_gone([permission])


@assumption(f"{ACCESS} §2: no source says", Sure.OPEN, "resources.access.group", "resources.access.permission")
def permissions_go_with_their_group(lab: Lab) -> None:
    """Deleting a group deletes its permissions and its memberships."""
    group = lab.make("groups", {"name": lab.name("permitted")})
    permission = lab.make("permissions", {"identity": lab.identity(group), "table": "vms"})
    member = lab.make("members", {"parent_group": int(group.key), "member": lab.row("users").path})
    lab.delete(group).answered(200)
    lab.all_gone([permission, member])


@assumption(f"{ACCESS} §2, §3", Sure.MEASURED, "resources.access.group", "resources.access._pause", before="26.2")
def barren_groups(lab: Lab) -> None:
    """A group that is made right after one was deleted gets no members (404); six seconds later one does."""
    lab.delete(lab.make("groups", {"name": lab.name("before")})).answered(200)
    barren = lab.make("groups", {"name": lab.name("barren")})
    member = {"member": lab.row("users").path}
    lab.post("members", {"parent_group": int(barren.key), **member}).refused(404, "members.group")
    lab.clock.sleep(TOO_SOON)
    late = lab.make("groups", {"name": lab.name("late")})
    lab.make("members", {"parent_group": int(late.key), **member})


@assumption(f"{ACCESS} §4: no source says", Sure.OPEN, "resources.access.permission")
def permission_without_rights(lab: Lab) -> None:
    """A permission of which every right is taken back is still there."""
    permission = lab.make("permissions", {"identity": lab.identity(lab.row("groups")), "table": "tenants"})
    lab.put(permission, {"list": False}).answered(200)
    same("permissions.list", lab.read(permission, "list").get("list"), False)


# API keys


@assumption(f"{ACCESS} §5", Sure.DOCUMENTED, "resources.access.api_key", "engine.lifecycle.lives", since="26.0")
def secret_once(lab: Lab) -> None:
    """The receipt of an API key has its secret in `response.private_key`."""
    lab.row("user_api_keys")
    if not lab.life("user_api_keys").reply.response.get("private_key"):
        raise Surprise("the receipt has no private_key")


@assumption(f"{ACCESS} §5", Sure.DOCUMENTED, "resources.access.api_key", since="26.0")
def never_expires(lab: Lab) -> None:
    """An `expires_type` of `never` clears `expires`."""
    key = lab.make("user_api_keys", {"user": lab.key("users"), "name": lab.name("dated"), "expires": lab.now() + HOUR})
    lab.put(key, {"expires_type": "never"}).answered(200)
    found = lab.read(key, "expires").get("expires")
    if found:
        raise Surprise(f"expires of a key that never expires is {shown(found)}")


@assumption(f"{ACCESS} §5", Sure.DOCUMENTED, "resources.access.api_key", since="26.1.4")
def lists_of_addresses(lab: Lab) -> None:
    """Lists of addresses that overlap, or hold `0.0.0.0/0`, are refused with 422."""
    key = lab.row("user_api_keys")
    lab.put(key, {"ip_allow_list": "0.0.0.0/0"}).refused(422)
    lab.put(key, {"ip_allow_list": "192.0.2.0/24", "ip_deny_list": "192.0.2.7"}).refused(422)


@assumption(f"{ACCESS} §1", Sure.DOCUMENTED, "resources.access.user", "resources.access.api_key", since="26.0")
def keys_go_with_their_user(lab: Lab) -> None:
    """Deleting a user deletes its API keys."""
    user = lab.make("users", {"name": lab.name("keyed"), "password": lab.password})
    key = lab.make("user_api_keys", {"user": int(user.key), "name": lab.name("of-keyed")})
    lab.delete(user).answered(200)
    lab.all_gone([key])


# Single sign-on


@assumption(f"{SIGN_ON} §2; docs/vergeos/quirks.md §W7", Sure.MEASURED, "resources.access.auth_source")
def settings_are_replaced(lab: Lab) -> None:
    """A PUT of `settings` of an auth source replaces all of them; VergeOS adds `debug`."""
    source = _source(lab)
    lab.put(source, {"settings": {"scope": "openid"}}).answered(200)
    found = lab.read(source, "settings").get("settings") or {}
    if "client_id" in found:
        raise Surprise("a key that a PUT of settings left out is still there")
    same("the scope", found.get("scope"), "openid")
    same("debug among the settings", "debug" in found, True)


@assumption(f"{SIGN_ON} §1", Sure.DOCUMENTED, "resources.access.auth_source")
def source_in_use(lab: Lab) -> None:
    """DELETE of an auth source that an OIDC application names is refused with 422."""
    source = _source(lab)
    values = {"name": lab.name("forced"), "force_auth_source": int(source.key), "map_user": None}
    lab.make("oidc_applications", values)
    lab.delete(source).refused(422)


@assumption(f"{SIGN_ON} §3", Sure.MEASURED, "resources.access.oidc_application")
def null_has_to_be_named(lab: Lab) -> None:
    """A create of an OIDC application that leaves `force_auth_source` and `map_user` out is refused with 422."""
    lab.post("oidc_applications", {"name": lab.name("unnamed")}).refused(422)


@assumption(f"{SIGN_ON} §3", Sure.DOCUMENTED, "resources.access.oidc_application")
def drawn_credentials(lab: Lab) -> None:
    """VergeOS draws `client_id` and `client_secret` of an OIDC application; neither can be written."""
    application = lab.row("oidc_applications")
    if not lab.read(application, "client_id").get("client_id"):
        raise Surprise("oidc_applications has no client_id")
    lab.put(application, {"client_id": "lab"}).refused(422, "readonly")


@assumption(f"{SIGN_ON} §3: no source says", Sure.OPEN, "resources.access.oidc_application")
def application_of_a_deleted_user(lab: Lab) -> None:
    """An OIDC application stays when the user that it maps to is deleted, and then maps to none."""
    user = lab.make("users", {"name": lab.name("mapped"), "password": lab.password})
    values = {"name": lab.name("mapping"), "force_auth_source": None, "map_user": int(user.key)}
    application = lab.make("oidc_applications", values)
    lab.delete(user).answered(200)
    same("oidc_applications.map_user", lab.read(application, "map_user").get("map_user"), None)


def _source(lab: Lab) -> Made:
    name = lab.name("source")
    known = (made for made in lab.made if made.values.get("name") == name)
    values = {"name": name, "driver": "openid", "settings": {"client_id": "lab", "scope": "openid email"}}
    return next(known, None) or lab.make("auth_sources", values)
