"""Arguments for which the system has no column, so that VergeOS would drop them without a word."""

from __future__ import annotations

from collections.abc import Iterator

from verge_pulumi.catalogue import TABLES
from verge_pulumi.checks.findings import Finding, Mistake
from verge_pulumi.checks.live.existing import Existing
from verge_pulumi.checks.live.site import Site
from verge_pulumi.engine.declaring.attributes import Attribute
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.engine.lifecycle.releases import UPGRADE


class Columns:
    """The columns of the tables of one system."""

    def __init__(self, site: Site, existing: Existing) -> None:
        self._site = site
        self._existing = existing

    def __call__(self, planned: Planned) -> Iterator[Finding]:
        """Look at one more resource."""
        declaration = planned.resource.declaration
        for name, attribute in declaration.inputs.items():
            if not attribute.column or planned.arguments.get(name) is None:
                continue
            if self._existing.is_changed(planned, name) and not self._is_there(declaration.table, attribute):
                # Sent all the same, it would be dropped in silence (docs/vergeos/quirks.md §W1).
                yield Mistake(f"{name}: {declaration.table} has no column '{attribute.column}' on this system", UPGRADE)

    def _is_there(self, table: str, attribute: Attribute) -> bool:
        """Say whether a table has the column of an attribute, or the row that may hold it instead."""
        if attribute.column in self._site.columns(table):
            return True
        holder = TABLES[table].target_of(attribute.held_by)
        return bool(holder) and attribute.column in self._site.columns(holder)
