"""The short notation in which the tables are written, so that each file can be compared with its source line by line.

A column is one call (``integer("ram", default=1024, minimum=256)``), the columns read from one place are one `section`,
and a `table` is its sections. Sources are cited as ``docs/vergeos/virtual-machines.md §2.1`` (which names and ranks the
vendor's documentation and clients) or as ``tsvergeos: …``, ``pyVergeOS: …`` where that leaves a type open.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, TypedDict, Unpack

from verge_pulumi.catalogue.model import Column, Effect, Table, Type, Write

R = Write.NEVER
C = Write.CREATE
U = Write.UPDATE


class Facts(TypedDict, total=False):
    """What may be said about a column in addition to its name and type; see `Column`."""

    field_type: str
    write: Write
    default: Any
    required: bool
    nullable: bool
    choices: tuple[str, ...]
    open_choices: bool
    minimum: int
    maximum: int
    max_length: int
    effect: Effect
    as_text: bool
    held_by: str
    secret: bool
    hidden: bool
    lower: bool
    since: str
    source: str


def boolean(name: str, **facts: Unpack[Facts]) -> Column:
    """Return a column of true or false."""
    return Column(name=name, type=Type.BOOL, **facts)


def integer(name: str, **facts: Unpack[Facts]) -> Column:
    """Return a column of whole numbers."""
    return Column(name=name, type=Type.INT, **facts)


def number(name: str, **facts: Unpack[Facts]) -> Column:
    """Return a column of numbers that need not be whole."""
    return Column(name=name, type=Type.NUMBER, **facts)


def text(name: str, **facts: Unpack[Facts]) -> Column:
    """Return a column of text."""
    return Column(name=name, type=Type.TEXT, **facts)


def json(name: str, **facts: Unpack[Facts]) -> Column:
    """Return a column that holds a JSON object or array."""
    return Column(name=name, type=Type.JSON, **facts)


def ref(name: str, target: str, **facts: Unpack[Facts]) -> Column:
    """Return a column that holds the key of a row of the table `target`."""
    return Column(name=name, type=Type.REF, target=target, **facts)


def any_ref(name: str, **facts: Unpack[Facts]) -> Column:
    """Return a column that names a row of any table as ``table/key``."""
    return Column(name=name, type=Type.ANY_REF, **facts)


def words(listing: str) -> tuple[str, ...]:
    """Return the blank-separated words of an enumeration."""
    return tuple(listing.split())


def section(source: str, *columns: Column, effect: Effect = Effect.NOW) -> tuple[Column, ...]:
    """Return the columns read from one place.

    Args:
        source: Where they were read; a column that names its own source keeps it.
        columns: The columns, in the order of the source.
        effect: When a change takes effect, for every column that can be changed and does not say otherwise.
    """

    def complete(column: Column) -> Column:
        changeable = column.write in (Write.ALWAYS, Write.UPDATE)
        return replace(
            column,
            source=column.source or source,
            effect=effect if changeable and column.effect is Effect.NOW else column.effect,
        )

    return tuple(map(complete, columns))


def table(
    name: str,
    *sections: Iterable[Column],
    short: str,
    source: str,
    dashboard: str = "",
    nested: Mapping[str, str] | None = None,
    unique: tuple[tuple[str, ...], ...] = (),
    parent: str | None = None,
    owner: str | None = None,
    runs_as: str | None = None,
    viewer: str | None = None,
    singular: str | None = None,
    acted_on: str = "",
    actions: tuple[str, ...] = (),
    all_lacks_key: bool = False,
    key: str = "int",
    creatable: bool = True,
    since: str | None = None,
) -> Table:
    """Return a table whose view ``most`` follows from its columns.

    ``most`` is every column except secrets, columns shown only when named, and argument columns. ``summary`` is what a
    GET without ``fields`` answers. Which columns that are, and those of ``dashboard``, is documented nowhere, except
    that they are few and often lack the owning row: the choices here are our own (docs/vergeos/README.md §5.1).

    Args:
        name: The table's name in the API.
        sections: Its columns.
        short: The columns, blank-separated, of a GET without ``fields`` and of ``summary``.
        source: Where the facts were read.
        dashboard: The columns of ``dashboard``; those of `short` when left out.
        nested: What ``dashboard`` shows of rows that references lead to.
        unique: Groups of columns whose values together are unique.
        parent: The column that names the owning row.
        owner: The column that names the row on which permissions are checked instead.
        runs_as: The column that names the machine that a row runs as.
        viewer: The column that names a user who may list and read the row.
        singular: The name used in action tables.
        acted_on: The word by which an action names the row, if that is not `singular`.
        actions: The actions accepted.
        all_lacks_key: Whether ``fields=all`` leaves ``$key`` out.
        key: The kind of its keys: ``"int"``, ``"hex"`` or ``"uuid"``.
        creatable: Whether clients may POST and DELETE rows.
        since: First release that has the table.
    """
    columns = tuple(column for part in sections for column in part)
    most = tuple(
        column.name for column in columns if not (column.secret or column.hidden or column.name.endswith("_args"))
    )
    return Table(
        name=name,
        columns=columns,
        unique=unique,
        parent=parent,
        owner=owner,
        runs_as=runs_as,
        viewer=viewer,
        short=words(short),
        views={"most": most, "summary": words(short), "dashboard": words(dashboard or short)},
        nested=nested or {},
        singular=singular,
        acted_on=acted_on,
        actions=actions,
        all_lacks_key=all_lacks_key,
        key=key,
        creatable=creatable,
        since=since,
        source=source,
    )
