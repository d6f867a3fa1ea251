"""What would lock out whoever runs the program, or everybody.

Of a login by user name all is known. Of an API key VergeOS does not say whose it is; it is known where an `ApiKey` of
the same stack made it, whose state then has its `fingerprint`.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import operator
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from verge_pulumi.client import PermissionDenied, Row, any_of, where
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.rights import RIGHTS
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.states import Place

ADMINISTRATOR = "admin"
FIRST_USER = "1"
"""Name and key of the user that every system has (docs/vergeos/access.md §1)."""

FINGERPRINT = "__fingerprint"
"""Hidden output of an `ApiKey`: tells whether a key is that one, without telling the key."""

WAY_OUT = "Run it with another login"

FORGET = "to take it out of the program and leave it as it is, run 'pulumi state delete' first"


def fingerprint(key: str) -> str:
    """Return what tells an API key from others without telling it; the key is long and random."""
    return hashlib.sha256(f"verge-pulumi {key}".encode()).hexdigest()[:32]


def login_name(connection: Connection) -> str:
    """Return the name of the user that this run logs in as; "" with an API key."""
    settings = connection.settings
    return "" if settings.api_key else settings.username.lower()


def is_login(connection: Connection, key: Any) -> bool:
    """Say whether a secret is the API key that this run logs in with."""
    return bool(connection.settings.api_key) and key == connection.settings.api_key


def key_owner(connection: Connection, stack: str) -> str:
    """Return the key of the user whose API key this run logs in with; "" where that is not known."""
    if not connection.settings.api_key:
        return ""
    wanted = fingerprint(connection.settings.api_key)
    with contextlib.suppress(EngineError):  # the state cannot be read
        for held in connection.evidence.states.of(stack).held:
            if held.outputs.get(FINGERPRINT) == wanted:
                return _key(held.outputs.get("user"))
    return ""


def why_vital(connection: Connection, stack: str, key: Any, name: Any) -> str:
    """Say why a user must stay and be able to log in, as the end of a sentence; "" if it need not.

    Args:
        connection: Where to.
        stack: The stack that runs.
        key: The user's key; None if it has none yet.
        name: Its name.
    """
    if name == ADMINISTRATOR or _key(key) == FIRST_USER:
        return "it is the administrator that every VergeOS has"
    if name and name == login_name(connection):
        return "this run logs in as that user"
    if key is not None and _key(key) == key_owner(connection, stack):
        return "the API key that this run logs in with is that user's"
    return ""


def shut_out(connection: Connection, why: str, name: Any, inputs: Mapping[str, Any], changed: Collection[str]) -> str:
    """Say which change of a user that is vital would keep it from logging in; "" if none would.

    Args:
        connection: Where to.
        why: What `why_vital` says of it.
        name: Its name so far.
        inputs: What the program says.
        changed: The arguments that differ.
    """
    if not why:
        return ""
    if "enabled" in changed and inputs.get("enabled") is False:
        return f"enabled: this would disable it, and {why}. {WAY_OUT}, or leave it enabled"
    if not name or name != login_name(connection):
        return ""
    if "name" in changed:
        return f"name: this would rename it, and {why}. {WAY_OUT}"
    password = inputs.get("password")
    if "password" in changed and isinstance(password, str) and password != connection.settings.password:
        return f"password: this would change it in the middle of the run, and {why}. {WAY_OUT}"
    asked = ("two_factor_authentication", "two_factor_setup_next_login")
    if second := [each for each in asked if each in changed and inputs.get(each) is True]:
        return f"{second[0]}: the API asks for a code then, and {why}. {WAY_OUT}"
    return ""


def is_whole(permission: Mapping[str, Any]) -> bool:
    """Say whether a permission gives all rights on everything."""
    return permission.get("table") == "/" and not permission.get("row") and all(permission.get(each) for each in RIGHTS)


def loses_all_rights(connection: Connection, stack: str, place: Place) -> bool:
    """Say whether the user that this run logs in as has all rights on everything, and would not without a row.

    Args:
        connection: Where to.
        stack: The stack that runs.
        place: The row, of `permissions`, `members` or `groups`.
    """
    with contextlib.suppress(PermissionDenied):  # whoever may not see them has not all rights
        own = _login_row(connection, stack)
        return own is not None and not _is_almighty(connection, own, place) and _is_almighty(connection, own, None)
    return False


def is_other_user(connection: Connection, stack: str, user: str) -> bool:
    """Say whether a user, as ``users/5``, is not the one that this run logs in as, as far as that is known."""
    own = None
    with contextlib.suppress(PermissionDenied):  # whoever may not see users has not all rights
        own = _login_row(connection, stack)
    return own is None or user != f"users/{_key(own['$key'])}"


class _Known(dict[str, Row | None]):
    """The user that this run logs in as, looked up once."""


def _login_row(connection: Connection, stack: str) -> Row | None:
    """Return the user that this run logs in as, None where that is not known."""
    known = connection.shared(_Known)
    name, owner = login_name(connection), key_owner(connection, stack)
    if name and name not in known:
        rows = connection.reader.find("users", where("name", "eq", name), ("$key", "name", "identity"))
        known[name] = next((row for row in rows if row.get("name") == name), None)
    elif owner and owner not in known:
        rows = connection.reader.find("users", any_of("$key", [int(owner)]), ("$key", "name", "identity"))
        known[owner] = next(iter(rows), None)
    return known.get(name or owner)


def _is_almighty(connection: Connection, user: Row, without: Place | None) -> bool:
    """Say whether a user has all rights on everything, by itself or by its groups (docs/vergeos/access.md §4)."""
    if _has_all(connection, [user["identity"]], without):
        return True
    groups = list(_identities(connection, f"users/{_key(user['$key'])}", without))
    return bool(groups) and _has_all(connection, groups, without)


def _has_all(connection: Connection, identities: Iterable[Any], without: Place | None) -> bool:
    """Say whether one of these identities has all rights on everything."""
    condition = where("table", "eq", "/") & any_of("identity", identities)
    rows = connection.reader.find("permissions", condition, ("$key", "table", "row", *RIGHTS))
    return any(is_whole(row) and ("permissions", _key(row["$key"])) != without for row in rows)


def _identities(connection: Connection, user: str, without: Place | None) -> Iterator[Any]:
    """Yield the identities of the groups that a user is in, by way of other groups too."""
    members, seen = {user}, {user}
    while members:
        spelt = [where("member", "eq", f"{prefix}{member}") for member in members for prefix in ("", "/v4/")]
        rows = connection.reader.find("members", functools.reduce(operator.or_, spelt), ("$key", "parent_group"))
        keys = {_key(row["parent_group"]) for row in rows if ("members", _key(row["$key"])) != without}
        groups = _groups(connection, [key for key in keys if f"groups/{key}" not in seen])
        members = set()
        for row in groups:
            if row.get("enabled") is not False and ("groups", _key(row["$key"])) != without:
                yield row["identity"]
                members.add(f"groups/{_key(row['$key'])}")
        seen |= members


def _groups(connection: Connection, keys: Iterable[str]) -> list[Row]:
    numbers = [int(key) for key in keys]
    fields = ("$key", "identity", "enabled")
    return connection.reader.find("groups", any_of("$key", numbers), fields) if numbers else []


def _key(value: Any) -> str:
    """Return a key as text; Pulumi makes floats of numbers."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
