"""Snapshot profiles and their periods: when snapshots are taken by themselves, and how long they are kept."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import C, R, boolean, integer, ref, section, table, text, words

SNAPSHOT_PROFILES = table(
    "snapshot_profiles",
    section(
        "docs/vergeos/protection.md §1; types: tsvergeos: services/snapshot-profile/types.ts",
        text("name", required=True, max_length=128),
        text("description", default="", max_length=2048),
        boolean("ignore_warnings", default=False),
    ),
    short="name description",
    unique=(("name",),),
    singular="snapshot_profile",
    actions=("delete",),
    source="docs/vergeos/protection.md §1",
)

SNAPSHOT_PROFILE_PERIODS = table(
    "snapshot_profile_periods",
    section(
        "docs/vergeos/protection.md §2; types: tsvergeos: services/snapshot-profile-period/types.ts",
        ref("profile", "snapshot_profiles", write=C, required=True),
        text("name", required=True),
        text("frequency", required=True, choices=words("custom hourly daily weekly monthly yearly")),
        integer("minute", default=0, minimum=0, maximum=59),
        integer("hour", default=0, minimum=0, maximum=23),
        text("day_of_week", default="any", choices=words("sun mon tue wed thu fri sat any")),
        integer("day_of_month", default=0, minimum=0, maximum=31),
        integer("month", default=0, minimum=0, maximum=12),
        # Seconds.
        integer("retention", required=True, minimum=1),
        integer("min_snapshots", default=1),
        text("max_tier", default="1", choices=words("1 2 3 4 5")),
        boolean("quiesce", default=False),
        boolean("immutable", default=False),
        integer("estimated_snapshot_count", write=R, default=0),
    ),
    short="name frequency retention",
    unique=(("profile", "name"),),
    parent="profile",
    source="docs/vergeos/protection.md §2",
)
