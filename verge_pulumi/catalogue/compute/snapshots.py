"""Snapshots of virtual machines: the table `machine_snapshots`.

Each has a hidden VM (`vms.is_snapshot`) that holds its content; the two are tied by the hidden VM's machine.
"""

from __future__ import annotations

from verge_pulumi.catalogue.notation import C, R, boolean, integer, ref, section, table, text, words

MACHINE_SNAPSHOTS = table(
    "machine_snapshots",
    section(
        "docs/vergeos/virtual-machines.md §9",
        ref("machine", "machines", write=C, required=True),
        text("name"),
        text("description", default=""),
        # Unix seconds, 0 is never. The default is not a constant: now + 72 hours (docs/vergeos/quirks.md §W11).
        integer("expires", minimum=0),
        text("expires_type", choices=words("never date")),
        # Asked for under this name and answered as `quiesced`.
        boolean("quiesce", write=C, hidden=True),
        boolean("quiesced", write=R, default=False),
        boolean("created_manually", write=C, default=False),
        integer("created", write=R),
        ref("snap_machine", "machines", write=R),
        # No source gives a target table; by its name a period of a snapshot profile (docs/vergeos/other-tables.md §2).
        ref("snapshot_period", "snapshot_profile_periods", write=R),
    ),
    short="name created expires",
    dashboard="name description created expires snap_machine",
    parent="machine",
    source="docs/vergeos/virtual-machines.md §9",
)
