"""Billing records of a period, as people, spreadsheets and programs read them."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from verge_pulumi.engine.connecting.answers import OfVergeOS
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.values import in_units
from verge_pulumi.lookups import GetBillingResult, get_billing
from verge_pulumi.review.escaping import LONGEST_MESSAGE, Markdown, row, text
from verge_pulumi.review.escaping import table as markdown_table
from verge_pulumi.review.output import RecordFormat

TIERS = range(6)

TIMES = ("created", "begins", "ends", "sent")
"""What of a record is a time."""

FORMULA = ("=", "+", "-", "@")
"""Beginnings of a text that a spreadsheet would calculate."""

MIB = 1024**2


def read_billing(connection: Connection, since: int | None, until: int | None) -> list[GetBillingResult]:
    """Return the records of a period, the oldest first, by one request.

    Args:
        connection: Where to.
        since: The first second of the period; None for all since ever.
        until: The second after it; None for all until now.
    """
    return get_billing.read(OfVergeOS(connection), since, until)


def render(records: Sequence[GetBillingResult], form: RecordFormat) -> str:
    """Return the records in one of the forms."""
    if form is RecordFormat.JSON:
        return json.dumps({"records": [*map(_plain, records)]}, indent=2)
    if form is RecordFormat.CSV:
        return _csv(records)
    return "\n".join(_markdown(records) if form is RecordFormat.MARKDOWN else _table(records))


def _plain(record: GetBillingResult) -> dict[str, Any]:
    """Return a record with its times as text."""
    values = asdict(record)
    return {name: _moment(value) if name in TIMES else value for name, value in values.items()}


def _moment(seconds: int | None) -> str | None:
    if not seconds:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _csv(records: Iterable[GetBillingResult]) -> str:
    names = list(GetBillingResult.__dataclass_fields__)
    file = io.StringIO()
    writer = csv.DictWriter(file, names, lineterminator="\n")
    writer.writeheader()
    for record in records:
        values = _plain(record)
        writer.writerow({**values, "description": _inert(values["description"])})
    return file.getvalue().rstrip("\n")


def _inert(description: str) -> str:
    """Return foreign text of which no spreadsheet makes a formula."""
    shown = text(description, LONGEST_MESSAGE)
    return f"'{shown}" if shown.startswith(FORMULA) else shown


# The table -----------------------------------------------------------------------------------------------------------


def _used(record: GetBillingResult) -> int:
    return sum(getattr(record, f"tier_{tier}_used") for tier in TIERS)


def _total(record: GetBillingResult) -> int:
    return sum(getattr(record, f"tier_{tier}_total") for tier in TIERS)


AMOUNTS: Mapping[str, tuple[Callable[[GetBillingResult], int], Callable[[int], str]]] = {
    "cores used": (lambda record: record.used_cores, str),
    "cores": (lambda record: record.total_cores, str),
    "RAM used": (lambda record: record.used_ram * MIB, in_units),
    "RAM": (lambda record: record.total_ram * MIB, in_units),
    "storage used": (_used, in_units),
    "storage": (_total, in_units),
    "machines": (lambda record: record.running_machines, str),
    "nodes": (lambda record: record.total_nodes, str),
}
"""The amounts that the table shows, and how each is written."""


def _cells(records: Sequence[GetBillingResult]) -> list[list[str]]:
    """Return the cells of a table: its head, a record each, then their mean and the most of each amount."""
    amounts = [[of(record) for of, _ in AMOUNTS.values()] for record in records]
    columns = [*zip(*amounts, strict=True)]
    rows = [(_moment(record.created) or "", each) for record, each in zip(records, amounts, strict=True)]
    rows.append(("mean", [round(sum(column) / len(column)) for column in columns]))
    rows.append(("most", [max(column) for column in columns]))
    written = [show for _, show in AMOUNTS.values()]
    lines = [["made", *AMOUNTS]]
    lines += [[name, *(show(value) for show, value in zip(written, each, strict=True))] for name, each in rows]
    return lines


def _counted(records: Sequence[GetBillingResult]) -> str:
    count = "No billing records in this period" if not records else f"{len(records)} record"
    return f"{count}{'' if len(records) <= 1 else 's'}."


def _table(records: Sequence[GetBillingResult]) -> Iterable[str]:
    """Yield the lines of a table in columns."""
    lines = _cells(records) if records else []
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for line in lines:
        first, *others = (cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        yield "  ".join([first.strip().ljust(widths[0]), *others])
    yield _counted(records)


def _markdown(records: Sequence[GetBillingResult]) -> Iterable[str]:
    """Yield the lines of a table in Markdown; nothing in its cells is foreign."""
    if records:
        head, *rows = _cells(records)
        yield markdown_table(*map(Markdown, head))
        yield from (row(map(Markdown, cells)) for cells in rows)
        yield ""
    yield _counted(records)
