"""What came of holding a VergeOS against the catalogue: what differs, whom it hurts, and what was not compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from verge_pulumi.catalogue import tables_of
from verge_pulumi.catalogue.described import FACTS, DescribedSystem
from verge_pulumi.conformance.comparing import Difference, compare, held_elsewhere, unmodelled
from verge_pulumi.conformance.harm import Harm, Hurt, severity
from verge_pulumi.conformance.judging import hurts

HURT, FAILED = 2, 1
"""Exit codes beside 0."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A difference, and whom it hurts, the worst first."""

    difference: Difference
    hurts: tuple[Hurt, ...]

    @property
    def harm(self) -> Harm | None:
        """The worst that it does; None where nothing of this package uses what differs."""
        return self.hurts[0].harm if self.hurts else None


@dataclass(frozen=True, kw_only=True)
class Conformance:
    """What came of it.

    Attributes:
        release: The release of VergeOS.
        findings: The differences, the worst first.
        tables: How many tables were compared.
        columns: How many columns of the catalogue these have.
        other_columns: How many further columns this VergeOS has in them.
        other_tables: How many tables it has beside those of the catalogue; None if it does not list its tables.
        unread: The tables that it does not describe, and why.
        untold: What it never tells, and what was therefore not compared.
        reported: Whether a report said so: what that does not hold is no fault of this comparison.
        held: The columns that are read from another row, by place, with the table of that row. Whether a write of them
            holds no schema tells.
    """

    release: str
    findings: tuple[Finding, ...]
    tables: int
    columns: int
    other_columns: int
    other_tables: int | None
    unread: Mapping[str, str] = field(default_factory=dict)
    untold: tuple[str, ...] = ()
    reported: bool = False
    held: Mapping[str, str] = field(default_factory=dict)

    @property
    def hurting(self) -> tuple[Finding, ...]:
        """The differences that hurt."""
        return tuple(each for each in self.findings if each.hurts)

    @property
    def exit_code(self) -> int:
        """0 where nothing hurts, 2 where something does, 1 where a running VergeOS did not describe some tables."""
        if self.hurting:
            return HURT
        return FAILED if self.unread and not self.reported else 0


def examine(system: DescribedSystem) -> Conformance:
    """Hold what a VergeOS says of itself against the catalogue, and see whom the differences hurt."""
    catalogue = tables_of(system.release)
    findings = [Finding(difference=each, hurts=hurts(each)) for each in compare(system)]
    return Conformance(
        release=system.release,
        findings=tuple(sorted(findings, key=_rank)),
        tables=len(system.tables),
        columns=sum(len(catalogue[name].columns) for name in system.tables if name in catalogue),
        other_columns=unmodelled(system),
        other_tables=system.other_tables,
        unread=system.unread,
        untold=tuple(words for fact, words in FACTS.items() if fact not in system.told),
        reported=system.reported,
        held=held_elsewhere(system),
    )


def _rank(finding: Finding) -> tuple[int, str, str]:
    rank = severity(finding.harm) if finding.harm else len(Harm)
    return rank, finding.difference.place, finding.difference.kind
