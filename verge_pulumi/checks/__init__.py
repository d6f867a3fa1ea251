"""Checks across the resources of a program, made while it runs and before anything is written.

A mistake, which cannot work, is an error of the constructor; a doubt is a warning. What is not known while the program
runs, an output of another resource, is never guessed. ``docs/checks.md`` lists them. Those in `live` ask the system,
where somebody wants that.
"""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from verge_pulumi.checks.addresses import Addresses
from verge_pulumi.checks.dns import Dns
from verge_pulumi.checks.findings import Check, Finding, Mistake, refuse, warn
from verge_pulumi.checks.groups import Groups
from verge_pulumi.checks.layer2 import Layer2
from verge_pulumi.checks.powers import Powers
from verge_pulumi.checks.rows import Rows
from verge_pulumi.checks.rules import Rules
from verge_pulumi.checks.tags import Tags
from verge_pulumi.engine.connecting.provider import live_checks_of
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.engine.errors import EngineError, Refusal, sentence, shown

__all__ = ["Checks"]


class Checks:
    """The checks of one run. Those of two systems know nothing of each other."""

    def __init__(self) -> None:
        self._of: dict[pulumi.ProviderResource | None, Sequence[Check]] = {}
        self._asking: dict[pulumi.ProviderResource | None, Check | None] = {}

    def __call__(self, planned: Planned) -> None:
        """Look at one more resource.

        Raises:
            Refusal: It cannot work together with those before.
        """
        if planned.system not in self._of:
            self._of[planned.system] = (Addresses(), Dns(), Groups(), Layer2(), Powers(), Rows(), Rules(), Tags())
        _say(planned, [finding for check in self._of[planned.system] for finding in check(planned)])
        if live := self._live(planned.system):
            _say(planned, list(live(planned)))

    def _live(self, system: pulumi.ProviderResource | None) -> Check | None:
        """Return the checks that ask a system; None unless somebody wants them.

        Raises:
            Refusal: Whether somebody does is malformed.
        """
        if system not in self._asking:
            try:
                wanted = live_checks_of(system)
            except EngineError as error:
                raise Refusal(shown(sentence(str(error)))) from None
            self._asking[system] = _begun(system) if wanted else None
        return self._asking[system]


def _say(planned: Planned, findings: Sequence[Finding]) -> None:
    """Refuse the resource if there is a mistake, else tell of the doubts."""
    refuse(planned, [finding for finding in findings if isinstance(finding, Mistake)])
    for doubt in findings:
        warn(planned, doubt)


def _begun(system: pulumi.ProviderResource | None) -> Check:
    from verge_pulumi.checks.live import LiveChecks  # they know every resource, which takes its time

    return LiveChecks(system)
