"""Volumes of NAS services: of the table `volumes` what it takes to see which of them use a snapshot profile."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import ref, section, table, text

VOLUMES = table(
    "volumes",
    section(
        "docs/vergeos/other-tables.md §13",
        text("name", required=True, max_length=128),
        text("description", default="", max_length=2048),
        ref("snapshot_profile", "snapshot_profiles"),
    ),
    short="name",
    key="hex",
    source="docs/vergeos/other-tables.md §13",
)
