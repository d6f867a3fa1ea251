"""The catalogue against the pages of facts, docs/vergeos: two statements of each column, written independently."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from verge_pulumi.catalogue import TABLES, UNSET, Column, Effect, Type

PAGES = Path(__file__).resolve().parents[2] / "docs/vergeos"

TYPES = {Type.REF: "key", Type.ANY_REF: "reference"}
EFFECTS = {
    Effect.START: "next start",
    Effect.RESTART: "restart",
    Effect.FIREWALL: "after rules are applied",
    Effect.DNS: "after DNS is applied",
    Effect.PROXY: "after a restart",
}


def listed() -> Mapping[str, Sequence[Sequence[str]]]:
    """Return the cells of the columns that the pages list, by table."""
    found: defaultdict[str, list[list[str]]] = defaultdict(list)
    for page in sorted(PAGES.glob("*.md")):
        for name, lines in re.findall(r"^Columns of `(\w+)`:\n\n((?:\|.*\n)+)", page.read_text(), re.MULTILINE):
            rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines.splitlines()]
            assert rows[0] == ["column", "type", "write", "default", "holds"], page
            found[name] += rows[2:]
    return found


def spelt(default: Any) -> str:
    """Return a default as the pages spell it."""
    if default is UNSET:
        return ""
    if isinstance(default, str):
        return f"`{default}`" if default else "empty"
    return str(default).lower()


def limits(column: Column) -> str:
    """Return the limits of a column as the pages spell them."""
    low, high, length = column.minimum, column.maximum, column.max_length
    if length is not None:
        return f"≤ {length} characters"
    if low is not None:
        return f"{low}–{high}" if high is not None else f"≥ {low}"
    return f"≤ {high}" if high is not None else ""


def words(column: Column) -> str:
    """Return the words that a column may hold as the pages spell them: a long list stands below the table."""
    if len(column.choices) > 30:
        return "words below"
    found = " ".join(f"`{word}`" if word else "empty" for word in column.choices)
    return f"{found} …" if column.open_choices else found


def cells(column: Column) -> list[str]:
    """Return the cells that the pages have for a column."""
    hidden = "returned only if named"
    holds = [
        words(column),
        "`table/key`" if column.type is Type.ANY_REF else "",
        f"→ `{column.target}`" if column.target else "",
        limits(column),
        "lower case" if column.lower else "",
        ("secret, returned if named" if column.hidden else "secret") if column.secret else hidden * column.hidden,
        f"since {column.since}" if column.since else "",
        EFFECTS.get(column.effect, ""),
    ]
    return [
        f"`{column.name}`",
        TYPES.get(column.type, column.type.value),
        column.write.value + "!" * column.required,
        spelt(column.default),
        "; ".join(filter(None, holds)),
    ]


FACTS = listed()


@pytest.mark.parametrize("name", FACTS)
def test_a_column_is_as_its_page_says(name: str) -> None:
    assert name in TABLES, f"Add the table {name}, whose columns docs/vergeos lists, to verge_pulumi/catalogue/."
    ours = {column.name: column for column in TABLES[name].columns}
    wrong = [
        f"docs/vergeos says {said}, the catalogue {cells(ours[column]) if column in ours else 'nothing'}"
        for said in FACTS[name]
        if (column := said[0].strip("`")) not in ours or cells(ours[column]) != said
    ]
    assert not wrong, "\n".join(wrong)


def test_the_pages_list_columns() -> None:
    assert len(FACTS) > 50
    assert sum(map(len, FACTS.values())) > 500
