"""Who may log in, and what they see. Users of the lab read; nobody but the lab itself writes."""

from __future__ import annotations

from verge_pulumi.client import ApiKey, Basic, SessionToken
from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.reply import Surprise, same
from verge_pulumi.conformance.lab.requests import Made

ACCESS = "docs/vergeos/access.md"


@assumption("docs/vergeos/quirks.md §9", Sure.INFERRED, "client.errors.LoginRequired", "client.session")
def wrong_password(lab: Lab) -> None:
    """A wrong password is answered with 401, and with words in `err`."""
    with lab.visitor(Basic(_name(lab.row("users")), "wrong")) as visitor:
        reply = visitor.get("vms", fields="name", limit=1).answered(401)
    if not reply.words:
        raise Surprise("the body of a 401 has no err")


@assumption("docs/vergeos/README.md §2", Sure.DOCUMENTED, "client.auth.SessionToken", "client.auth.Basic")
def passwords_and_tokens(lab: Lab) -> None:
    """A new user logs in by password with each request, and by a session's token, and reads everything."""
    vm, user = lab.row("vms"), lab.row("users")
    for credentials in (Basic(_name(user), lab.password), SessionToken(_name(user), lab.password)):
        with lab.visitor(credentials) as visitor:
            row = visitor.get(vm.path, fields="name").answered(200).value
        same("the row", row, {"name": vm.values["name"]})


@assumption(
    "docs/vergeos/README.md §2", Sure.DOCUMENTED, "client.auth.ApiKey", "resources.access.api_key", since="26.0"
)
def api_keys(lab: Lab) -> None:
    """An API key logs its user in as `Authorization: Bearer`, and is none any more when it is deleted."""
    vm = lab.row("vms")
    values = {"user": lab.key("users"), "name": lab.name("login"), "expires_type": "never"}
    reply = lab.post("user_api_keys", values).answered(201)
    with lab.visitor(ApiKey(str(reply.response["private_key"]))) as visitor:
        visitor.get(vm.path, fields="name").answered(200)
        lab.delete(lab.made[-1]).answered(200)
        visitor.get(vm.path, fields="name").answered(401)


@assumption(f"{ACCESS} §6", Sure.DOCUMENTED, "resources.access.user")
def disabled_users(lab: Lab) -> None:
    """A user that is disabled cannot log in: 401."""
    user = lab.make("users", {"name": lab.name("disabled"), "password": lab.password, "enabled": False})
    with lab.visitor(Basic(_name(user), lab.password)) as visitor:
        visitor.get("vms", fields="name", limit=1).answered(401)


@assumption(f"{ACCESS} §6; docs/vergeos/quirks.md §9", Sure.INFERRED, "client.errors.PermissionDenied", "client.rights")
def denied(lab: Lab) -> None:
    """What a user has no right to is answered with 403 `Permission denied`: a GET of a VM, and each schema."""
    vm = lab.row("vms")
    with lab.visitor(Basic(_name(_onlooker(lab)), lab.password)) as visitor:
        visitor.get(vm.path, fields="name").refused(403, "permission denied")
        visitor.get("vms/$table").refused(403, "permission denied")


@assumption(f"{ACCESS} §6: no source says", Sure.OPEN, "engine.reading.reader", "client.rights")
def listed_not_read(lab: Lab) -> None:
    """A row that may be listed, and not read, shows its key and its name in a list, and nothing else."""
    vm = lab.row("vms")
    with lab.visitor(Basic(_name(_onlooker(lab)), lab.password)) as visitor:
        rows = visitor.rows("vms", fields="$key,name,ram", filter=f"$key eq {vm.key}")
    same("the rows", rows, [{"$key": int(vm.key), "name": vm.values["name"]}])


def _onlooker(lab: Lab) -> Made:
    """Return a user who may list everything and read nothing: those of the type `vdi` begin so."""
    name = lab.name("onlooker")
    known = (made for made in lab.made if made.values.get("name") == name)
    return next(known, None) or lab.make("users", {"name": name, "password": lab.password, "type": "vdi"})


def _name(user: Made) -> str:
    return str(user.values["name"])
