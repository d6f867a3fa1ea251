"""A check-up as lines for people and as JSON for programs."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Sequence

from verge_pulumi.doctor.findings import Finding, Level

WIDEST_LEVEL = max(map(len, Level))
WIDEST_CHECK = 12


def lines(finding: Finding) -> tuple[str, str]:
    """Return the level of a finding, and what follows it: a line, and one with the advice if there is any."""
    advice = f"\n{'':{WIDEST_LEVEL + WIDEST_CHECK + 2}}{finding.advice}" if finding.advice else ""
    return f"{finding.level:{WIDEST_LEVEL}}", f" {finding.check:{WIDEST_CHECK}} {finding.text}.{advice}"


def summary(findings: Sequence[Finding], requests: int) -> str:
    """Return the last line."""
    counts = Counter(finding.level for finding in findings)
    told = [
        f"{counts[level]} {level}{'' if counts[level] == 1 or level is Level.UNCHECKED else 's'}"
        for level in (Level.PROBLEM, Level.WARNING, Level.UNCHECKED)
        if counts[level]
    ]
    asked = f"{requests} request{'' if requests == 1 else 's'} to VergeOS"
    return f"{', '.join(told) if told else 'Everything is in place'}; {asked}."


def document(findings: Sequence[Finding], requests: int) -> str:
    """Return the check-up as JSON; all that is not ASCII is escaped, so that nothing in it steers a terminal."""
    counts = Counter(finding.level for finding in findings)
    told = {
        "problems": counts[Level.PROBLEM],
        "warnings": counts[Level.WARNING],
        "requests": requests,
        "checks": [dataclasses.asdict(finding) for finding in findings],
    }
    return json.dumps(told, indent=2)
