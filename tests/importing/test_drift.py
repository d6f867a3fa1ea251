"""What is changed in VergeOS after an import: what the program sets shows as drift, exactly that, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.importing.bench import MemoryCli, SiteBench
from tests.importing.engine import drift
from tests.importing.hostile import fill
from verge_pulumi import resources
from verge_pulumi.catalogue import TABLES, Column, Type
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.ownership.mark import MANAGED
from verge_pulumi.engine.ownership.states import OURS

CHANGED = (
    *("vnets", "vms", "machine_drives", "machine_nics", "users", "groups", "tags", "tag_categories", "permissions"),
    *("vnet_hosts", "vnet_addresses", "vnet_dns_views", "vnet_dns_zones", "vnet_dns_zone_records"),
)
"""The tables of which rows are changed; a firewall is of several rows, and has tests of its own."""


def another(column: Column, value: Any) -> Any:
    """Return a value that a column may have as well; None if that takes knowledge of what it is about."""
    if column.type is Type.BOOL:
        return not value
    if column.type is Type.INT and column.name != "key":
        return int(value) + 1 if value is not None and value + 1 <= (column.maximum or value + 1) else None
    if column.type is Type.TEXT and column.choices:
        return next(choice for choice in column.choices if choice != value)
    return f"{value}x" if column.name in ("name", "note", "displayname", "asset") else None


def columns(entry: dict[str, Any], *, managed: bool) -> Iterator[tuple[str, Column]]:
    """Yield the arguments of a resource that the program sets, or the others, and the columns of each.

    Not those by which a row without a mark is known: with another name it is another object.
    """
    declaration: Declaration = getattr(resources, entry["type"].removeprefix(OURS)).declaration
    known_by = {attribute.name for attribute in declaration.known_by}
    for name, attribute in declaration.inputs.items():
        own = attribute.readable and not attribute.follow and not attribute.member and name not in known_by
        column = TABLES[declaration.table].column(str(attribute.column)) if own else None
        if column and (name in entry["outputs"][MANAGED]) == managed:
            yield name, column


def changed(site: SiteBench, cli: MemoryCli, turn: int, *, managed: bool) -> set[str]:
    """Change a column of each row, one that the program sets or another one; return what that is in the state."""
    done: set[str] = set()
    for entry in cli.entries.values():
        table = str(entry.get("outputs", {}).get("location", "")).split("/")[2:3]
        if table and table[0] in CHANGED and entry["id"].isdecimal():
            (row,) = [each for each in site.simulator.rows(table[0]) if str(each["$key"]) == entry["id"]]
            known = [
                (name, column, another(column, row[column.name])) for name, column in columns(entry, managed=managed)
            ]
            known = [each for each in known if each[2] is not None]
            for name, column, value in known[turn : turn + 1]:
                site.simulator.edit(table[0], row["$key"], **{column.name: value})
                done.add(f"{entry['urn']}: {name}")
    return done


@pytest.mark.promise(14)
@pytest.mark.parametrize("turns", [range(0, 12, 4), pytest.param(range(12), marks=pytest.mark.long)], ids=str)
def test_each_field_that_the_program_sets_shows_and_no_other(site: SiteBench, cli: MemoryCli, turns: range) -> None:
    fill(site.simulator, 6, 3)
    assert site.imports(cli).exit_code == 0
    told = 0
    for turn in turns:
        before = site.simulator.dump()
        expected = changed(site, cli, turn, managed=True)
        shown = {line.partition(" has drifted")[0] for line in drift(cli, site.simulator)}
        assert shown == expected
        told += len(expected)
        site.simulator.load(before)
        assert [*drift(cli, site.simulator)] == []
    assert told > 5 * len(turns)


@pytest.mark.promise(14)
@pytest.mark.parametrize("turns", [range(0, 24, 8), pytest.param(range(0, 24, 4), marks=pytest.mark.long)], ids=str)
def test_what_the_program_does_not_set_may_be_edited_by_people(site: SiteBench, cli: MemoryCli, turns: range) -> None:
    fill(site.simulator, 6, 3)
    assert site.imports(cli).exit_code == 0
    for turn in turns:
        assert changed(site, cli, turn, managed=False)
        assert [*drift(cli, site.simulator)] == []


def test_with_all_arguments_every_field_is_watched(site: SiteBench, cli: MemoryCli) -> None:
    site.vm("web", {"eth0": site.network()})
    assert site.imports(cli, every=True).exit_code == 0
    site.simulator.edit("vms", 1, usb_tablet=not site.simulator.rows("vms")[0]["usb_tablet"])
    assert [line.rpartition(": ")[2].partition(" ")[0] for line in drift(cli, site.simulator)] == ["usb_tablet"]
