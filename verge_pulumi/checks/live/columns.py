"""Arguments for which the system has no column, so that VergeOS would drop them without a word."""

from __future__ import annotations

from collections.abc import Iterator

from verge_pulumi.checks.findings import Finding, Mistake
from verge_pulumi.checks.live.existing import Existing
from verge_pulumi.checks.live.site import Site
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
        written = {
            name: attribute.column
            for name, attribute in declaration.inputs.items()
            if attribute.column and planned.arguments.get(name) is not None and self._existing.is_changed(planned, name)
        }
        there = self._site.columns(declaration.table) if written else frozenset()
        for name, column in written.items():
            if column not in there:
                # Sent all the same, it would be dropped in silence (docs/vergeos/quirks.md §W1).
                yield Mistake(f"{name}: {declaration.table} has no column '{column}' on this system", UPGRADE)
