"""What a program declares that the release of the system lacks."""

from __future__ import annotations

from collections.abc import Iterator

from verge_pulumi.checks.findings import Finding, Mistake
from verge_pulumi.checks.live.existing import Existing
from verge_pulumi.checks.live.site import Site
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.engine.lifecycle.releases import UPGRADE, needs, too_old


class Releases:
    """The release of one system."""

    def __init__(self, site: Site, existing: Existing) -> None:
        self._site = site
        self._existing = existing

    def __call__(self, planned: Planned) -> Iterator[Finding]:
        """Look at one more resource."""
        declaration, given = planned.resource.declaration, planned.arguments
        needed = needs(declaration, given)
        if not needed or not self._existing.is_changed(planned, *filter(None, needed)):
            return
        cause = self._site.ask(lambda connection: too_old(connection, declaration, given), "its release")
        if cause:
            yield Mistake(cause, UPGRADE)
