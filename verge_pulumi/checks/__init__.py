"""Checks across the resources of a program, made while it runs and before anything is written.

A mistake, which cannot work, is an error of the constructor; a doubt is a warning. What is not known while the program
runs, an output of another resource, is never guessed. ``docs/checks.md`` lists them.
"""

from __future__ import annotations

from collections.abc import Sequence

import pulumi

from verge_pulumi.checks.addresses import Addresses
from verge_pulumi.checks.findings import Check, Mistake, refuse, warn
from verge_pulumi.checks.groups import Groups
from verge_pulumi.checks.layer2 import Layer2
from verge_pulumi.checks.powers import Powers
from verge_pulumi.checks.rows import Rows
from verge_pulumi.checks.rules import Rules
from verge_pulumi.checks.tags import Tags
from verge_pulumi.engine.declaring.program import Planned

__all__ = ["Checks"]


class Checks:
    """The checks of one run. Those of two systems know nothing of each other."""

    def __init__(self) -> None:
        self._of: dict[pulumi.ProviderResource | None, Sequence[Check]] = {}

    def __call__(self, planned: Planned) -> None:
        """Look at one more resource.

        Raises:
            pulumi.RunError: It cannot work together with those before.
        """
        if planned.system not in self._of:
            self._of[planned.system] = (Addresses(), Groups(), Layer2(), Powers(), Rows(), Rules(), Tags())
        findings = [finding for check in self._of[planned.system] for finding in check(planned)]
        refuse(planned, [finding for finding in findings if isinstance(finding, Mistake)])
        for doubt in findings:
            warn(planned, doubt)
