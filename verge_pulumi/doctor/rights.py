"""The rights of the account beside those that programs take."""

from __future__ import annotations

from collections.abc import Sequence

from verge_pulumi.accounts import rights_taken
from verge_pulumi.client import VergeError
from verge_pulumi.doctor.findings import Finding, ok, problem, unchecked, warning
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.declaring.rights import RIGHTS, STAGES, Rights
from verge_pulumi.engine.lifecycle.granted import granted
from verge_pulumi.review.escaping import LONGEST_MESSAGE, text

MOST_TABLES = 8
"""Tables that are named in one sentence."""

ADVICE = "Give it these in VergeOS, or make an account with exactly what is needed (docs/access.md#accounts)."

UNKNOWN = "Say --user NAME if an API key is that user's. docs/permissions.md lists what is needed."


def rights(
    connection: Connection,
    stack: str,
    kinds: Sequence[type[BaseResource]],
    tables: Sequence[str],
    *,
    claimed: str,
    preview: bool,
) -> Finding:
    """Say whether the account may do what programs take.

    Args:
        connection: Where to.
        stack: ``organization/project/stack`` whose state may tell whose an API key is; "" for none.
        kinds: The kinds of resources that they use.
        tables: The tables that their look-ups read.
        claimed: Whose an API key is, as a person says; "" if nobody does.
        preview: Whether it is to preview and refresh only.
    """
    if not kinds and not tables:
        return unchecked("no program here uses verge_pulumi, and no state has an object of it", "rights")[0]
    needs = rights_taken(kinds, tables, ("read",) if preview else STAGES)
    what = "previews and refreshes" if preview else "'pulumi up'"
    try:
        account = granted(connection, stack, claimed)
    except VergeError as error:
        return warning("rights", f"VergeOS did not tell them: {text(error.reason, LONGEST_MESSAGE)}", error.advice)
    if account.unknown:
        return warning("rights", account.unknown, UNKNOWN)
    found = account.compare(needs)
    if found.missing:
        return problem("rights", f"{account.who} lacks for {what}: {_spelt(found.missing)}", ADVICE)
    if found.unsure:
        why = "has these on some rows at most" if account.complete else "may not see all that gives it rights"
        return warning("rights", f"{account.who} {why}, and {what} takes: {_spelt(found.unsure)}", ADVICE)
    return ok("rights", f"{account.who} may do what {what} takes, on {len(needs)} tables")


def _spelt(rights: Rights) -> str:
    """Return rights by table as part of a sentence, those first that take most."""
    told = [
        f"{', '.join(right for right in RIGHTS if right in given)} on {table}"
        for table, given in sorted(rights.items(), key=lambda each: (-len(each[1]), each[0]))[:MOST_TABLES]
    ]
    more = len(rights) - len(told)
    return "; ".join([*told, f"and on {more} more tables"] if more else told)
