"""What would lock out whoever runs the program, or everybody."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from verge_pulumi.client import PermissionDenied, Row, any_of, where
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.rights import RIGHTS
from verge_pulumi.engine.lifecycle.login import identities_of_groups, key_owner, key_text, login_name, login_row
from verge_pulumi.engine.ownership.states import Place

ADMINISTRATOR = "admin"
FIRST_USER = "1"
"""Name and key of the user that every system has (docs/vergeos/access.md §1)."""

WAY_OUT = "Run it with another login"

FORGET = "to take it out of the program and leave it as it is, run 'pulumi state delete' first"


def why_vital(connection: Connection, stack: str, key: Any, name: Any) -> str:
    """Say why a user must stay and be able to log in, as the end of a sentence; "" if it need not.

    Args:
        connection: Where to.
        stack: The stack that runs.
        key: The user's key; None if it has none yet.
        name: Its name.
    """
    if name == ADMINISTRATOR or key_text(key) == FIRST_USER:
        return "it is the administrator that every VergeOS has"
    if name and name == login_name(connection):
        return "this run logs in as that user"
    if key is not None and key_text(key) == key_owner(connection, stack):
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
        own = login_row(connection, stack)
        return own is not None and not _is_almighty(connection, own, place) and _is_almighty(connection, own, None)
    return False


def is_other_user(connection: Connection, stack: str, user: str) -> bool:
    """Say whether a user, as ``users/5``, is not the one that this run logs in as, as far as that is known."""
    own = None
    with contextlib.suppress(PermissionDenied):  # whoever may not see users has not all rights
        own = login_row(connection, stack)
    return own is None or user != f"users/{key_text(own['$key'])}"


def _is_almighty(connection: Connection, user: Row, without: Place | None) -> bool:
    """Say whether a user has all rights on everything, by itself or by its groups (docs/vergeos/access.md §4)."""
    if user.get("identity") is None:
        return False  # whoever may not read itself has not all rights
    if _has_all(connection, [user["identity"]], without):
        return True
    groups = identities_of_groups(connection, user, without)
    return bool(groups) and _has_all(connection, groups, without)


def _has_all(connection: Connection, identities: Iterable[Any], without: Place | None) -> bool:
    """Say whether one of these identities has all rights on everything."""
    condition = where("table", "eq", "/") & any_of("identity", identities)
    rows = connection.reader.find("permissions", condition, ("$key", "table", "row", *RIGHTS))
    return any(is_whole(row) and ("permissions", key_text(row["$key"])) != without for row in rows)
