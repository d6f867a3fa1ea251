"""What has changed in VergeOS since it was read, of the rows that an import is about to record."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache

from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.importing.found import Found
from verge_pulumi.importing.site import Site, importable
from verge_pulumi.resources.firewall.network_rule import NetworkRule
from verge_pulumi.resources.power import TARGETS, Power


def concerned(rows: Iterable[Found]) -> set[Place]:
    """Return the rows behind what is recorded, and those to which it refers."""
    places: set[Place] = set()
    for found in rows:
        keys = found.kept.get("keys")  # a firewall is several rows
        places |= {found.place} if keys is None else {(NetworkRule.declaration.table, key) for key in keys.values()}
        places |= {place for referred in found.references.values() for place in referred}
        places |= {*found.mentioned.values(), *found.keyed.values()}
    return places


def changes(places: Collection[Place], before: Site, after: Site, known: Mapping[Place, Found]) -> Iterator[str]:
    """Yield a line for each row that is not as it was.

    Args:
        places: The rows to compare.
        before: What VergeOS had.
        after: What it has.
        known: The rows as people know them.

    Raises:
        EngineError: One of their tables cannot be read any more.
    """
    for place in sorted(places):
        table, key = place
        if table in after.unread and table not in before.unread:
            raise EngineError(f"{table} cannot be read any more: {after.unread[table]}")
        title = known[place].title if place in known else f"row {key} of {table}"
        old, new = before.rows(table).get(key, {}), after.rows(table).get(key, {})
        if old and not new:
            yield f"{title} is gone"
        elif changed := [name for name in sorted(_meant(table)) if old.get(name) != new.get(name)]:
            yield f"{title}: {', '.join(changed)}"


@cache
def _meant(table: str) -> frozenset[str]:
    """Return the columns that decide what is recorded of a row: the name where that is all that a program says of it.

    Others, such as counters, change all the time.
    """
    meant: set[str] = set()
    for kind in importable():
        declaration = kind.declaration
        if declaration.table == table:
            own = {attribute.column for attribute in declaration.inputs.values()}
            own |= {"description", *declaration.lasting, *declaration.only}
            own |= {Power.declaration.column_of("state")} if table in TARGETS else set()
            meant |= {*filter(None, own), *kind.importing.columns}
    return frozenset(meant or {"name"})
