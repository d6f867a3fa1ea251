"""The settings of the system: the table `settings`."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import R, U, section, table, text

# How many rows there are and most of their keys depend on the release; the simulator has those whose keys are known.
SETTINGS = table(
    "settings",
    section(
        "docs/vergeos/system.md §1",
        text("key", write=R, default=""),
        text("value", write=U, default=""),
        text("default_value", write=R, default=""),
        text("description", write=U, default=""),
    ),
    short="key value",
    dashboard="key value default_value",
    unique=(("key",),),
    creatable=False,
    source="docs/vergeos/system.md §1",
)
