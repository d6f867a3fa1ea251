"""Themes."""

from __future__ import annotations

from verge_pulumi.conformance.lab.assumption import Sure, assumption
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.conformance.lab.reply import same


@assumption("docs/vergeos/themes.md §1", Sure.INFERRED, "resources.appearance.theme")
def definitions_that_are_left_out(lab: Lab) -> None:
    """Definitions of a theme that a PUT of `set_definitions` leaves out stay as they are, and an empty one goes."""
    theme = lab.row("themes")
    for name, value in (("primary", "#336699"), ("danger", "#cc0000"), ("danger", "")):
        lab.put(theme, {"set_definitions": [{"property": name, "value": value}]}).answered(200)
    found = lab.read(theme, "definitions[property,value] as definitions").get("definitions")
    same("the definitions", found, [{"property": "primary", "value": "#336699"}])
