"""Snapshots of the whole system: the table `cloud_snapshots`."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import C, R, boolean, integer, ref, section, table, text, words

CLOUD_SNAPSHOTS = table(
    "cloud_snapshots",
    section(
        "docs/vergeos/protection.md §3; types: tsvergeos: services/cloud-snapshot/types.ts",
        text("name", write=C, required=True, max_length=128),
        text("description", default="", max_length=2048),
        # Written, and not answered on 26.1.8.
        text("expires_type", choices=words("date never"), hidden=True),
        # Unix seconds, 0 is never. The default is not a constant: now + 72 hours (docs/vergeos/quirks.md §W11).
        integer("expires", minimum=0),
        integer("min_snapshots", write=C, default=1),
        boolean("private", default=False),
        boolean("immutable", default=False),
        text("type", write=C, default="full", choices=words("full partial_include partial_exclude"), since="26.1"),
        # Keys of tags, with commas.
        text("partial_tags", write=C, default="", since="26.1"),
        text("quiesce_tags", write=C, default="", since="26.1"),
        integer("created", write=R, source="docs/vergeos/protection.md §3; pyVergeOS: resources/cloud_snapshots.py"),
        ref("snapshot_profile", "snapshot_profiles", write=R),
        ref("snapshot_period", "snapshot_profile_periods", write=R),
        text("status", write=R, default=""),
        text("status_info", write=R, default=""),
        text("immutable_status", write=R, default="unlocked", choices=words("unlocked unlocking locked")),
        integer("immutable_lock_expires", write=R, default=0),
    ),
    short="name created expires",
    dashboard="name description created expires status immutable",
    unique=(("name",),),
    source="docs/vergeos/protection.md §3",
)
