"""Who a run logs in as, and the groups that this user is in.

Of a login by user name all is known. Of an API key VergeOS does not say whose it is; it is known where an `ApiKey` of
the same stack made it, whose state then has its `fingerprint`.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from verge_pulumi.client import Filter, Row, any_of, where
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.states import Place

FINGERPRINT = "__fingerprint"
"""Hidden output of an `ApiKey`: tells whether a key is that one, without telling the key."""

_COLUMNS = ("$key", "name", "identity", "physical_access")

Find = Callable[[str, Filter | None, Sequence[str]], Iterable[Row]]
"""Lists the rows of a table that meet a condition, with these columns; it may return other rows as well."""


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
    """Return the key of the user whose API key this run logs in with; "" where that is not known.

    Args:
        connection: Where to.
        stack: ``organization/project/stack`` whose state may tell; "" for none.
    """
    if not connection.settings.api_key or not stack:
        return ""
    wanted = fingerprint(connection.settings.api_key)
    with contextlib.suppress(EngineError):  # the state cannot be read
        for held in connection.evidence.states.of(stack).held:
            if held.outputs.get(FINGERPRINT) == wanted:
                return key_text(held.outputs.get("user"))
    return ""


class _Known(dict[str, Row | None]):
    """The user that this run logs in as, looked up once."""


def login_row(connection: Connection, stack: str, claimed: str = "", find: Find | None = None) -> Row | None:
    """Return the user that this run logs in as, None where that is not known; read once.

    Args:
        connection: Where to.
        stack: As for `key_owner`.
        claimed: Whose the API key is, as a person says; "" if nobody does.
        find: Lists users; None to ask VergeOS.

    Raises:
        PermissionDenied: Users may not be listed.
    """
    known, find = connection.shared(_Known), find or connection.reader.find
    name, owner = login_name(connection) or claimed.lower(), key_owner(connection, stack)
    if name and name not in known:
        rows = find("users", where("name", "eq", name), _COLUMNS)
        known[name] = next((row for row in rows if row.get("name") == name), None)
    elif owner and owner not in known:
        rows = find("users", any_of("$key", [int(owner)]), _COLUMNS)
        known[owner] = next((row for row in rows if key_text(row["$key"]) == owner), None)
    return known.get(name or owner)


def identities_of_groups(
    connection: Connection, user: Row, without: Place | None = None, find: Find | None = None
) -> list[Any]:
    """Return the identities of the enabled groups that a user is in, by way of other groups too, in two requests.

    Args:
        connection: Where to.
        user: Its row.
        without: A row of `members` or `groups` that does not count.
        find: Lists them; None to ask VergeOS.

    Raises:
        PermissionDenied: Members or groups may not be listed.
    """
    within, find = dict[str, list[str]](), find or connection.reader.find
    for row in find("members", None, ("$key", "parent_group", "member")):
        if ("members", key_text(row["$key"])) != without:
            member = str(row.get("member")).removeprefix("/v4/")
            within.setdefault(member, []).append(f"groups/{key_text(row.get('parent_group'))}")
    enabled = {
        f"groups/{key_text(row['$key'])}": row["identity"]
        for row in find("groups", None, ("$key", "identity", "enabled"))
        if row.get("identity") and row.get("enabled") is not False and ("groups", key_text(row["$key"])) != without
    }
    waiting, found = [f"users/{key_text(user['$key'])}"], dict[str, Any]()
    while waiting:
        for group in within.get(waiting.pop(), ()):
            if group in enabled and group not in found:
                found[group] = enabled[group]
                waiting.append(group)
    return list(found.values())


def key_text(value: Any) -> str:
    """Return a key as text; Pulumi makes floats of numbers."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
