"""An imported program on a VergeOS that has nothing of what it declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tests.providers.bench import Bench
from verge_pulumi import resources
from verge_pulumi.catalogue import TABLES, Table
from verge_pulumi.engine.declaring.attributes import Reference
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.ownership.mark import without_mark
from verge_pulumi.engine.ownership.states import OURS, Place
from verge_pulumi.importing.recording import Registered
from verge_pulumi.importing.secrets import opened
from verge_pulumi.simulator import Simulator

DRAWN = {"machine", "identity", "macaddress", "mac", "uuid", "serial", "id", "status", "created", "modified", "creator"}
"""Columns of which each system has its own: keys, what it draws for an object, and times."""


def rebuild(registered: Iterable[Registered], bench: Bench) -> dict[Place, Place]:
    """Create what a program registers; return the new row of each old one."""
    rows: dict[Place, Place] = {}
    for each in registered:
        if not each.custom:
            continue
        kind = each.type.removeprefix(OURS)
        declaration: Declaration = getattr(resources, kind).declaration
        said = {name: opened(value) for name, value in each.inputs.items() if not name.startswith("__")}
        for name, attribute in declaration.inputs.items():
            if isinstance(attribute, Reference) and said.get(name) is not None:
                said[name] = _referred(attribute, said[name], rows)
        made = bench.create(kind, each.name, **said)
        rows[declaration.table, each.id] = declaration.table, made.id
    return rows


def _referred(attribute: Reference, value: Any, rows: dict[Place, Place]) -> Any:
    """Return a reference to the new row of that to which it refers; one that the program does not make stays."""
    if isinstance(value, list):
        return [_referred(attribute, each, rows) for each in value]
    new = next((rows[place] for place in attribute.refers_to(value) if place in rows), None)
    if new is None:
        return value
    return "/".join(new) if attribute.as_path else new[1]


def differing(
    old: Simulator, new: Simulator, rows: Mapping[Place, Place], tables: Mapping[str, Table] = TABLES
) -> list[str]:
    """Return in which columns of these tables new rows differ from the old ones that they stand for.

    References are followed.
    """
    found: list[str] = []
    for (table, key), (_, other) in rows.items():
        (before,) = [row for row in old.rows(table) if str(row["$key"]) == key]
        (after,) = [row for row in new.rows(table) if str(row["$key"]) == other]
        for column in [column for column in tables[table].columns if column.name not in DRAWN]:
            was, now = before.get(column.name), after.get(column.name)
            target, _, referred = str(was).rpartition("/")
            if place := rows.get((column.target or target, referred)):
                was = "/".join(place) if target else place[1]
            if column.name == "description":
                was, now = was or "", without_mark(now or "")
            found += [f"{table}/{key} {column.name}: {was!r}, {now!r}"] if str(was) != str(now) else []
    return found
