"""Live checks: what only the running system can tell of a program, asked before anything is written.

They are off unless ``vergeos:liveChecks`` turns them on; ``docs/live-checks.md`` lists them. Only what a run would make
or change is asked about, and each table is listed once in a run. A VergeOS that is away, slow or not to be read never
makes a program fail: that is said once, and what it would have told is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pulumi

from verge_pulumi.checks.findings import Check, Finding, Mistake
from verge_pulumi.checks.live.addresses import Addresses
from verge_pulumi.checks.live.capacity import Capacity
from verge_pulumi.checks.live.columns import Columns
from verge_pulumi.checks.live.existing import Existing
from verge_pulumi.checks.live.layer2 import Layer2
from verge_pulumi.checks.live.names import Names
from verge_pulumi.checks.live.references import References
from verge_pulumi.checks.live.releases import Releases
from verge_pulumi.checks.live.rights import Rights
from verge_pulumi.checks.live.site import NotAsked, Site, connected, tell
from verge_pulumi.checks.live.stack import Stack
from verge_pulumi.client import VergeError
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.engine.errors import EngineError, debugging, explain

__all__ = ["LiveChecks"]

MAKERS: Sequence[Callable[[Site, Existing], Check]] = (
    Releases,
    Columns,
    References,
    Names,
    Addresses,
    Layer2,
    Capacity,
    Rights,
)
"""All checks, in the order of what they tell: what a release lacks first, what does not fit last."""


class LiveChecks:
    """The live checks of one run on one system.

    Args:
        provider: The explicit provider whose VergeOS is asked; None for the default one.
    """

    def __init__(self, provider: pulumi.ProviderResource | None) -> None:
        self._provider = provider
        self._checks: Sequence[Check] | None = None

    def __call__(self, planned: Planned) -> Iterator[Finding]:
        """Look at one more resource."""
        if self._checks is None:
            self._checks = self._begun()
        for check in [*self._checks]:
            findings = self._found(check, planned)
            yield from findings
            if any(isinstance(finding, Mistake) for finding in findings):
                return  # it is refused, so nothing more is asked about it

    def _found(self, check: Check, planned: Planned) -> Sequence[Finding]:
        """Return what a check finds; one that fails is left out for the rest of the run."""
        findings: list[Finding] = []
        try:
            findings.extend(check(planned))
        except NotAsked:
            pass
        except Exception as error:  # rows of a form that nobody knew are no reason to refuse a program
            if debugging():
                raise
            tell(f"the check {type(check).__name__} is left out: {explain(error)}")
            self._checks = [each for each in self._checks or () if each is not check]
        return findings

    def _begun(self) -> Sequence[Check]:
        """Return the checks; none where the state of the stack or the settings cannot be read."""
        try:
            connection = connected(self, self._provider)
            stack = Stack(connection)
        except (EngineError, VergeError) as error:
            tell(f"there are none in this run: {error}")
            return ()
        site = Site(connection, stack.origins)
        existing = Existing(site, stack)
        return [existing, *(make(site, existing) for make in MAKERS)]
