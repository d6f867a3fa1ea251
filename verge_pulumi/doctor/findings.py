"""What a check-up finds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """What a finding means for a run."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    UNCHECKED = "not checked"


@dataclass(frozen=True)
class Finding:
    """What was found about one thing.

    Attributes:
        check: What was looked at, in one word.
        level: What it means.
        text: What was found, as a sentence without a full stop.
        advice: What to do, as sentences; "" if nothing.
    """

    check: str
    level: Level
    text: str
    advice: str = ""


def ok(check: str, text: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(check, Level.OK, text)


def warning(check: str, text: str, advice: str = "") -> Finding:
    """Return what may be right, or hurt later."""
    return Finding(check, Level.WARNING, text, advice)


def problem(check: str, text: str, advice: str = "") -> Finding:
    """Return what makes a run fail."""
    return Finding(check, Level.PROBLEM, text, advice)


def unchecked(text: str, *checks: str) -> list[Finding]:
    """Return that some things were not looked at, and why."""
    return [Finding(check, Level.UNCHECKED, text) for check in checks]


def has_problem(findings: Iterable[Finding]) -> bool:
    """Say whether a run would fail."""
    return any(finding.level is Level.PROBLEM for finding in findings)
