"""Tenants: of the table `tenants` what a reference to one needs."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import section, table, text

TENANTS = table(
    "tenants",
    section(
        "docs/vergeos/other-tables.md §5",
        text("name", required=True, max_length=120),
        text("description", default=""),
        text("url", default=""),
        text("note", default=""),
    ),
    short="name",
    source="docs/vergeos/other-tables.md §5",
)
