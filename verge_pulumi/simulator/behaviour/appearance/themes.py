"""Themes of the user interface (docs/vergeos/themes.md §1, §2)."""

from __future__ import annotations

from verge_pulumi.simulator.behaviour.base import Behaviour, Response
from verge_pulumi.simulator.errors import invalid, refused
from verge_pulumi.simulator.relations import Row


class Themes(Behaviour):
    """The table `themes`; what an argument defines are rows of `theme_definitions`."""

    def before_create(self, row: Row) -> None:
        """Check the definitions."""
        _definitions(row["set_definitions"])

    def after_create(self, row: Row) -> Response | None:
        """Define what the argument says."""
        self._define(row, row["set_definitions"])
        return None

    def before_update(self, row: Row, changes: Row) -> None:
        """Check the definitions; a theme of the system is not changed."""
        if row["system_created"]:
            raise refused("A system theme cannot be changed")
        _definitions(changes.get("set_definitions"))

    def after_update(self, row: Row, changes: Row) -> None:
        """Define what the argument says, and leave the rest as it is."""
        self._define(row, changes.get("set_definitions"))

    def before_delete(self, row: Row) -> None:
        """Refuse to delete a theme of the system."""
        if row["system_created"]:
            raise refused("A system theme cannot be deleted")

    def _define(self, row: Row, given: object) -> None:
        for name, value in _definitions(given).items():
            children = self.backend.store.children("theme_definitions", "theme", (self.table, row["$key"]))
            known = next((child for child in children if child["property"] == name), None)
            if known is not None:
                self.backend.remove("theme_definitions", known["$key"])
            if value:
                self.backend.add("theme_definitions", {"theme": row["$key"], "property": name, "value": value})
        self.backend.store.change(self.table, row["$key"], {"set_definitions": None})


def _definitions(given: object) -> dict[str, str]:
    """Return values by property.

    Raises:
        ApiError: The argument is no list of them (422).
    """
    found = {}
    for each in given if isinstance(given, list) else [given] if given else []:
        if not isinstance(each, dict) or not isinstance(each.get("property"), str):
            raise invalid("set_definitions")
        found[each["property"]] = str(each.get("value", ""))
    return found
