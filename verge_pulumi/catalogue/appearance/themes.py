"""Themes of the user interface: the tables `themes` and `theme_definitions`."""

from __future__ import annotations

from verge_pulumi.catalogue.notation import C, R, boolean, integer, json, ref, section, table, text, words

THEMES = table(
    "themes",
    section(
        "docs/vergeos/themes.md §1",
        text("name", required=True),
        text("description", default=""),
        boolean("enabled", default=True),
        text("based_on", write=C, default="light", choices=words("light dark")),
        json("set_definitions", hidden=True),
        text("type", write=R),
        boolean("system_created", write=R, default=False),
        integer("created", write=R),
        integer("modified", write=R),
    ),
    short="name",
    dashboard="name based_on enabled",
    key="hex",
    source="docs/vergeos/themes.md §1",
)

THEME_DEFINITIONS = table(
    "theme_definitions",
    section(
        "docs/vergeos/themes.md §2",
        ref("theme", "themes", write=R),
        text("property", write=R),
        text("value", write=R),
    ),
    short="property value",
    parent="theme",
    creatable=False,
    source="docs/vergeos/themes.md §2",
)
