"""The settings of the system."""

from __future__ import annotations

import re

from verge_pulumi.simulator.behaviour.base import Behaviour
from verge_pulumi.simulator.errors import invalid
from verge_pulumi.simulator.relations import Row

_WHOLE_NUMBER = re.compile(r"-?[0-9]+")


class Settings(Behaviour):
    """The table `settings`."""

    def before_update(self, row: Row, changes: Row) -> None:
        """Refuse what is no whole number where one is wanted (docs/vergeos/system.md §1).

        Which settings are numbers no source says; here they are those whose default is one.
        """
        value, numeric = changes.get("value"), _WHOLE_NUMBER.fullmatch(row["default_value"] or "")
        whole = value is None or _WHOLE_NUMBER.fullmatch(value)
        if numeric and not whole and self.backend.release.since("26.1.7"):
            raise invalid("value")
