"""What an earlier VergeOS release has differently: columns it lacks, other defaults, other words.

The tables are written for the newest release; `for_release` takes them back to an earlier one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from verge_pulumi.catalogue.compute.virtual_machines import MACHINE_VERSIONS_4_12, machine_types
from verge_pulumi.catalogue.model import Column, Effect, Table, Write

DEFAULT_RELEASE = "26.1.8"
"""The release on which most facts were measured."""

RELEASES: tuple[str, ...] = (DEFAULT_RELEASE, "4.12.6")
"""The releases whose differences are known well enough to imitate, newest first."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A fact about a column that was another one before some release.

    Attributes:
        table: The column's table.
        column: The column's name.
        before: First release that has the fact as the table states it.
        facts: Attributes of `Column` with the values they had earlier.
        source: Where it was read.
    """

    table: str
    column: str
    before: str
    facts: Mapping[str, Any]
    source: str


# Newest first, so that of two that apply the older one prevails.
DIFFERENCES: tuple[Difference, ...] = (
    # What 4.13 used as its default is unknown; it has newer QEMU versions, so its choices stay those of today.
    Difference(
        table="vms",
        column="machine_type",
        before="26.0",
        facts={"default": "pc-q35-8.1"},
        source="docs/vergeos/virtual-machines.md §2.2",
    ),
    *(
        Difference(
            table="machine_status",
            column=column,
            before="4.13.2",
            facts={"write": Write.NEVER},
            source="docs/vergeos/quirks.md §4",
        )
        for column in ("running", "status", "state", "migratable")
    ),
    Difference(
        table="machine_drives",
        column="preferred_tier",
        before="4.13.0",
        facts={"effect": Effect.START},
        source="docs/vergeos/virtual-machines.md §6",
    ),
    Difference(
        table="vms",
        column="machine_type",
        before="4.13.0",
        facts={"choices": machine_types(MACHINE_VERSIONS_4_12)},
        source="docs/vergeos/virtual-machines.md §2.2; docs/vergeos/quirks.md §4",
    ),
    Difference(
        table="vms",
        column="machine_type",
        before="4.12",
        facts={"default": "pc-q35-3.1"},
        source="docs/vergeos/virtual-machines.md §2.2",
    ),
)

MOVED_DEFAULTS = frozenset((each.table, each.column) for each in DIFFERENCES if "default" in each.facts)
"""Tables and columns of which another release has another default."""

CREATABLE_SINCE: Mapping[str, str] = {"cloudinit_files": "4.13.2"}
"""Tables whose rows clients could not create before some release (docs/vergeos/quirks.md §4)."""

_NOT_ON_CREATE = {Write.CREATE: Write.NEVER, Write.ALWAYS: Write.UPDATE}


def release_number(release: str) -> tuple[int, ...]:
    """Return a release as numbers that compare: ``"26.1.8"`` is ``(26, 1, 8)``, ``"4.13.0"`` equals ``"4.13"``.

    Raises:
        ValueError: If the text is not numbers separated by dots.
    """
    try:
        numbers = [int(part) for part in release.split(".")]
    except ValueError:
        raise ValueError(
            f"Unable to read the VergeOS release {release!r}: it is not numbers separated by dots."
            f" Use one such as {DEFAULT_RELEASE!r}."
        ) from None
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def for_release(tables: Mapping[str, Table], release: str) -> Mapping[str, Table]:
    """Return the tables as a release has them.

    Args:
        tables: Tables by name, as the newest release has them.
        release: A release such as ``"4.12.6"``; it need not be one of `RELEASES`.

    Raises:
        ValueError: If `release` is not numbers separated by dots.
    """
    number = release_number(release)
    return {
        name: _table_for(table, number)
        for name, table in tables.items()
        if table.since is None or release_number(table.since) <= number
    }


def _table_for(table: Table, number: tuple[int, ...]) -> Table:
    columns = tuple(
        _column_for(table.name, column, number)
        for column in table.columns
        if column.since is None or release_number(column.since) <= number
    )
    names = {column.name for column in columns}
    views = {view: tuple(name for name in selected if name in names) for view, selected in table.views.items()}
    table = replace(table, columns=columns, views=views)
    since = CREATABLE_SINCE.get(table.name)
    return table if since is None or release_number(since) <= number else _without_creation(table)


def _without_creation(table: Table) -> Table:
    columns = tuple(
        replace(column, write=_NOT_ON_CREATE.get(column.write, column.write), required=False)
        for column in table.columns
    )
    return replace(table, columns=columns, creatable=False)


def _column_for(table: str, column: Column, number: tuple[int, ...]) -> Column:
    for difference in DIFFERENCES:
        concerned = (difference.table, difference.column) == (table, column.name)
        if concerned and number < release_number(difference.before):
            column = replace(column, **difference.facts)
    return column
