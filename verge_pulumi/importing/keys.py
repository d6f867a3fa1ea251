"""Keys of rows of which this package makes no resource, such as clusters and nodes: on another system they differ.

An argument holds such a key as a plain value. A program looks it up by the name of the row where that is the only one,
and says behind the key what it is where it cannot.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from verge_pulumi import lookups
from verge_pulumi.catalogue import TABLES, Table
from verge_pulumi.catalogue.model import Type
from verge_pulumi.engine.declaring.attributes import Attribute, Reference
from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.lookups import Named

LOOKUPS: Mapping[str, tuple[str, Named[Any]]] = {
    each.kind.table: (name, each) for name, each in vars(lookups).items() if isinstance(each, Named)
}
"""The look-up of each table that has one, after the name by which a program imports it."""


def target_of(table: Table | None, attribute: Attribute) -> str:
    """Return the table whose keys an argument holds as plain values; "" if it holds none."""
    if table is None or attribute.column is None or isinstance(attribute, Reference):
        return ""
    column = table.column(attribute.column)
    return (column.target or "") if column and column.type is Type.REF else ""


def place_of(table: Table | None, attribute: Attribute, value: Any) -> Place | None:
    """Return the row whose key an argument holds as a plain value, or whose path, such as ``tenants/3``."""
    if target := target_of(table, attribute):
        return target, str(value)
    column = table.column(attribute.column) if table and attribute.column else None
    if column is None or column.type is not Type.ANY_REF or isinstance(attribute, Reference):
        return None
    above, _, key = str(value).rpartition("/")
    return above, key


def columns_of(target: str) -> list[str]:
    """Return what to read of rows of a table: their names, and what their look-up shows, which is then not asked."""
    if target in LOOKUPS:
        return LOOKUPS[target][1].projection
    table = TABLES.get(target)
    return ["name"] if table and table.column("name") else []
