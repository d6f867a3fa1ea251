"""What the account that a run logs in with may do, as VergeOS tells: the counterpart of `needs`.

It is worked out from at most four lists: the user, the members of groups, the groups, and the permissions of both. What
an account may not see it is not told, so its own rights say whether it has seen all that gives it some
(docs/vergeos/access.md §4, §6).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from verge_pulumi.client import PermissionDenied, Row, any_of, printable
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.rights import RIGHTS, SEE, Right, Rights
from verge_pulumi.engine.lifecycle.login import Find, identities_of_groups, key_text, login_row
from verge_pulumi.engine.lifecycle.releases import is_older

EVERYTHING = "/"
"""What a permission for all tables names as its table."""

TOLD_BY = ("permissions", "members", "groups")
"""The tables that tell what an account may do."""

_NONE: frozenset[Right] = frozenset()


@dataclass(frozen=True)
class Comparison:
    """What an account may do, beside what it needs.

    Attributes:
        missing: The rights that it has not.
        unsure: Those that it may have or not: on some rows only, by way of other rows, or because it may not see.
    """

    missing: Rights
    unsure: Rights


@dataclass(frozen=True)
class Granted:
    """What an account may do.

    Attributes:
        who: Whose rights they are, such as ``user 'ci'``; "" where that is not known.
        on_tables: The rights on all rows of a table, by table; under "/" those on everything.
        on_rows: Those on some rows of a table.
        complete: Whether the account sees all that gives it rights; if not, it may have more of them.
        unknown: Why nothing is known, as the end of a sentence; "" if something is.
    """

    who: str = ""
    on_tables: Rights = field(default_factory=dict)
    on_rows: Rights = field(default_factory=dict)
    complete: bool = False
    unknown: str = ""

    def compare(self, needs: Rights) -> Comparison:
        """Return which of some rights it has not, and of which that is not known."""
        missing, unsure = dict[str, frozenset[Right]](), dict[str, frozenset[Right]]()
        for table, rights in needs.items():
            lacking = rights - _on(self.on_tables, table)
            perhaps = lacking & self._perhaps(table) if self.complete else lacking
            if perhaps:
                unsure[table] = perhaps
            if lacking - perhaps:
                missing[table] = lacking - perhaps
        return Comparison(missing, unsure)

    def _perhaps(self, table: str) -> frozenset[Right]:
        """Return the rights that it has on some rows of a table, by a permission or by way of another row."""
        from verge_pulumi.catalogue import TABLES, Write  # as in `needs`

        found = _NONE
        for each in _within(table):
            found |= self.on_rows.get(each, _NONE)
            for other in TABLES.values():
                column = other.column(other.runs_as) if other.runs_as else None
                if column and column.target == each:
                    found |= _on(self.on_tables, other.name) | self.on_rows.get(other.name, _NONE)
            known = TABLES.get(each)
            owner = known.column(known.owner) if known and known.owner else None
            if owner and owner.write is not Write.NEVER:  # else VergeOS alone names one, in rows of its own
                found |= frozenset().union(*self.on_tables.values(), *self.on_rows.values())
            if known and known.viewer:
                found |= SEE
        return found


def granted(connection: Connection, stack: str = "", claimed: str = "", find: Find | None = None) -> Granted:
    """Ask VergeOS what the account that a connection logs in with may do.

    It takes at most four requests, and one for the release if nobody has asked for it and the user has physical access.

    Args:
        connection: Where to.
        stack: ``organization/project/stack`` whose state may tell whose an API key is; "" for none.
        claimed: The name of the user whose API key it is, as a person says; "" if nobody does.
        find: Lists the tables that tell it, for who has them already; None to ask VergeOS.

    Raises:
        VergeError: VergeOS does not answer.
    """
    try:
        user = login_row(connection, stack, claimed, find)
    except PermissionDenied:
        return Granted(unknown="the account may not list users")
    if user is None and connection.settings.api_key and not claimed:
        return Granted(unknown="VergeOS does not tell whose an API key is, and no ApiKey of this stack made it")
    if user is None or user.get("identity") is None:
        return Granted(unknown="the account may not read its own row of users, or there is no such user")
    who = f"user '{printable(str(user.get('name')))}'"
    if user.get("physical_access") and _physical_access_is_all(connection):
        return Granted(who, {EVERYTHING: frozenset(RIGHTS)}, complete=True)
    try:
        holders = [user["identity"], *identities_of_groups(connection, user, find=find)]
        columns = ("identity", "table", "row", *RIGHTS)
        rows = (find or connection.reader.find)("permissions", any_of("identity", holders), columns)
    except PermissionDenied:
        return Granted(who, unknown="the account may not list what tells its rights")
    own = {key_text(holder) for holder in holders}
    return _added_up(who, [row for row in rows if key_text(row.get("identity")) in own])


def _added_up(who: str, permissions: Iterable[Row]) -> Granted:
    on_tables: dict[str, frozenset[Right]] = defaultdict(frozenset)
    on_rows: dict[str, frozenset[Right]] = defaultdict(frozenset)
    for row in permissions:
        rights = on_rows if row.get("row") else on_tables
        rights[str(row.get("table"))] |= frozenset(right for right in RIGHTS if row.get(right))
    return Granted(who, dict(on_tables), dict(on_rows), all(_on(on_tables, table) >= SEE for table in TOLD_BY))


def _physical_access_is_all(connection: Connection) -> bool:
    """Say whether users with physical access are administrators on this release (docs/vergeos/access.md §1)."""
    connection.see_system()
    return bool(connection.release) and is_older(connection.release, "26.2")


def _on(rights: Rights, table: str) -> frozenset[Right]:
    """Return the rights on each row of a table: on everything, on the table, and on what its rows are parts of."""
    return frozenset().union(*(rights.get(each, _NONE) for each in (EVERYTHING, *_within(table))))


def _within(table: str) -> Iterator[str]:
    """Yield a table, and those of which its rows are parts, as the drives of a machine are."""
    from verge_pulumi.catalogue import TABLES  # as in `needs`

    known, seen = TABLES.get(table), set[str]()
    yield table
    while known and known.parent and known.name not in seen:
        seen.add(known.name)
        column = known.column(known.parent)
        known = TABLES.get(column.target) if column and column.target else None
        if known:
            yield known.name
