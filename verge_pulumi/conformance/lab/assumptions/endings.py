"""How the rows of all tables go."""

from __future__ import annotations

from collections.abc import Iterator

from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.cleaning import clean
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.lives import tables_of
from verge_pulumi.conformance.lab.reply import NotHere, Surprise, shown
from verge_pulumi.conformance.lab.requests import Made

BY_OTHER_MEANS = frozenset({"snapshot_profiles", "vnet_wireguards"})
"""Tables whose rows are not deleted by a DELETE alone; they have assumptions of their own."""


@assumption("docs/vergeos/README.md §6.4", Sure.DOCUMENTED, "client.table.Table.delete", "engine.lifecycle.rows")
def deleted(lab: Lab) -> None:
    """A DELETE of a row of any table is answered with 200 and nothing, and a GET of it with 404 after that."""
    lines: list[str] = []
    ones = list(_ones(lab))
    clean(lab, spared=ones)
    for table in ("vms", "vnets"):
        lab.power(lab.row(table), on=False)
    for made in [each for each in reversed(lab.made) if each in ones and each.table not in BY_OTHER_MEANS]:
        reply = lab.delete(made)
        if reply.status != 200 or reply.value not in (None, {}, []):
            lines.append(f"DELETE {made.table} answered {reply.told} {shown(reply.value)}")
        elif (after := lab.get(made.path, fields="$key")).status != 404:
            lines.append(f"GET {made.table} after the DELETE answered {after.told}")
    if lines:
        raise Surprise(*lines)


def _ones(lab: Lab) -> Iterator[Made]:
    """Yield the one row of each table."""
    for table in tables_of(lab):
        try:
            yield lab.row(table)
        except (NotHere, Surprise):
            continue  # why there is none is told by others
