"""One row of each table: how it is made, what VergeOS fills in, how it is changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from verge_pulumi.catalogue.model import UNSET, Column, Type, Write
from verge_pulumi.client import Row
from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.lives import Life, tables_of
from verge_pulumi.conformance.lab.reply import NotHere, Surprise, same, shown
from verge_pulumi.conformance.lab.requests import readable
from verge_pulumi.conformance.lab.subjects import UNKNOWN, Values

_BY_SETTING = frozenset({("machine_drives", "preferred_tier"), ("files", "preferred_tier")})
"""Columns whose defaults a setting of the system decides, so that nothing is wrong with another one."""

_JSON: dict[Type, type | tuple[type, ...]] = {
    Type.BOOL: bool,
    Type.INT: int,
    Type.NUMBER: (int, float),
    Type.TEXT: str,
    Type.JSON: (dict, list),
    Type.REF: (int, str),
    Type.ANY_REF: str,
}


def each_table(lab: Lab, look: Callable[[Life], Iterable[str]]) -> list[str]:
    """Look at the row of each table, and tell of all that differ.

    Returns:
        Of which tables no row could be made, and what this system lacks for it.

    Raises:
        Surprise: Some do.
    """
    lines: list[str] = []
    lacks: list[str] = []
    for table in tables_of(lab):
        try:
            lines += look(lab.life(table))
        except Surprise as surprise:
            lines += surprise.lines
        except NotHere as lack:
            lacks.append(f"{table}: {lack}")
    if lines:
        raise Surprise(*dict.fromkeys(lines))
    return lacks


@assumption("docs/vergeos/README.md §6.2", Sure.MEASURED, "engine.lifecycle.creating", "client.table.Receipt")
def receipt(lab: Lab) -> None:
    """A POST is answered with 201 and a receipt of `location`, `dbpath`, `$row` and a `$key` that is text."""

    def look(life: Life) -> Iterable[str]:
        table = life.subject.table
        receipt = life.reply.answered(201).value
        if not isinstance(receipt, dict):
            yield f"{table}: the receipt is {shown(receipt)}"
            return
        key = receipt.get("$key")
        if not isinstance(key, str):
            yield f"{table}: $key is {shown(key)} instead of text"
        for name, expected in (("location", f"/v4/{table}/{key}"), ("dbpath", f"{table}/{key}")):
            if receipt.get(name) != expected:
                yield f"{table}: {name} is {shown(receipt.get(name))} instead of {shown(expected)}"
        if "$row" not in receipt:
            yield f"{table}: the receipt has no $row"

    if lacks := each_table(lab, look):
        raise NotHere("; ".join(lacks))


@assumption("docs/vergeos/quirks.md §R14", Sure.INFERRED, "engine.lifecycle.settling", "engine.reading.waiting")
def readable_soon(lab: Lab) -> None:
    """A new row can be read within two seconds of its receipt."""

    def look(life: Life) -> Iterable[str]:
        life.born(lab)
        return ()

    each_table(lab, look)


@assumption(
    "docs/vergeos/quirks.md §R14: no source says", Sure.OPEN, "engine.lifecycle.looking", "engine.reading.reader"
)
def listed_at_once(lab: Lab) -> None:
    """A list shows a new row, and what was changed of one, as soon as the write is answered."""
    alias = lab.make("vnet_rule_aliases", {"name": lab.name("listed"), "value": "192.0.2.20"})
    where = f"name eq '{lab.name('listed')}'"
    first = lab.rows("vnet_rule_aliases", fields="value", filter=where)
    lab.put(alias, {"value": "192.0.2.21"}).answered(200)
    second = lab.rows("vnet_rule_aliases", fields="value", filter=where)
    same("the lists", [first, second], [[{"value": "192.0.2.20"}], [{"value": "192.0.2.21"}]])


@assumption("docs/vergeos/README.md §5.1, §8", Sure.DOCUMENTED, "engine.declaring.model", "engine.reading.reader")
def columns(lab: Lab) -> None:
    """A GET that names columns answers every one of them."""

    def look(life: Life) -> Iterable[str]:
        row, table = life.born(lab), lab.tables[life.subject.table]
        # What another row may answer instead is an assumption of its own: placement/held.
        elsewhere = {column.name for column in table.columns if column.held_by}
        missing = [name for name in readable(table) if name not in row and name not in elsewhere]
        if missing:
            yield f"{table.name} has no {', '.join(missing)}"

    each_table(lab, look)


@assumption("docs/vergeos/README.md §8", Sure.DOCUMENTED, "engine.declaring.values")
def types(lab: Lab) -> None:
    """A column is answered as the JSON type that the catalogue has, or null."""

    def look(life: Life) -> Iterable[str]:
        row, table = life.born(lab), lab.tables[life.subject.table]
        for column in table.columns:
            value = row.get(column.name)
            expected = _JSON[column.type]
            fits = isinstance(value, expected) and isinstance(value, bool) == (column.type is Type.BOOL)
            if value is not None and not fits:
                yield f"{table.name}.{column.name} is {shown(value)}, which is no {column.type.value}"

    each_table(lab, look)


@assumption("docs/vergeos/README.md §0", Sure.DOCUMENTED, "catalogue", "simulator")
def defaults(lab: Lab) -> None:
    """What a create leaves out gets the default of the catalogue."""

    def look(life: Life) -> Iterable[str]:
        row, table = life.born(lab), lab.tables[life.subject.table]
        for column in table.columns:
            if not _has_default(column) or _decided(life, column) or column.name not in row:
                continue
            if row[column.name] != column.default:
                told = f"{shown(row[column.name])} instead of {shown(column.default)}"
                yield f"{table.name}.{column.name} is {told}"

    each_table(lab, look)


def _has_default(column: Column) -> bool:
    # Defaults of columns that nobody writes are the simulator's own (docs/vergeos/README.md §0).
    return column.default is not UNSET and column.write in (Write.ALWAYS, Write.CREATE)


def _decided(life: Life, column: Column) -> bool:
    return column.name in life.sent or (life.subject.table, column.name) in _BY_SETTING


@assumption("docs/vergeos/README.md §6.2", Sure.DOCUMENTED, "engine.lifecycle.settling")
def stored(lab: Lab) -> None:
    """What a create names is stored as it was sent."""

    def look(life: Life) -> Iterable[str]:
        row, table = life.born(lab), lab.tables[life.subject.table]
        yield from _unlike(table.name, row, {name: life.sent[name] for name in life.sent if name in readable(table)})

    each_table(lab, look)


@assumption("docs/vergeos/README.md §6.3", Sure.MEASURED, "client.table.Table.update")
def changed(lab: Lab) -> None:
    """A PUT is answered with 200 and `[]`, `{}` or nothing."""

    def look(life: Life) -> Iterable[str]:
        reply, _ = life.changed(lab)
        reply.answered(200)
        if reply.value not in ([], {}, None):
            yield f"{life.subject.table}: the answer of a PUT is {shown(reply.value)}"

    each_table(lab, look)


@assumption("docs/vergeos/quirks.md §W1", Sure.MEASURED, "engine.lifecycle.settling")
def unknown_column(lab: Lab) -> None:
    """A PUT that names a column that does not exist changes the others, and says nothing about it."""

    def look(life: Life) -> Iterable[str]:
        reply, row = life.changed(lab)
        reply.answered(200)
        if UNKNOWN in row:
            yield f"{life.subject.table} took a column that does not exist"
        yield from _unlike(life.subject.table, row, life.subject.change)

    each_table(lab, look)


def _unlike(table: str, row: Row, wanted: Values) -> Iterable[str]:
    for name, value in wanted.items():
        if str(row.get(name)) != str(value):
            yield f"{table}.{name} is {shown(row.get(name))} after {shown(value)} was written"
