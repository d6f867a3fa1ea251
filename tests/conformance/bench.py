"""What the tests of conformance share: what a simulator says of itself, and reports."""

from __future__ import annotations

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from tests.conformance.planted import Planted
from verge_pulumi.catalogue.described import DescribedSystem
from verge_pulumi.catalogue.reports import Report, described_by
from verge_pulumi.client import Basic, VergeClient
from verge_pulumi.conformance.reading import read_described
from verge_pulumi.conformance.report import report_of
from verge_pulumi.simulator import Options, Simulator


def read(simulator: Simulator) -> DescribedSystem:
    """Return what a simulator says of its tables, over HTTP."""
    with VergeClient(simulator.url, auth=Basic(simulator.username, simulator.password), read_only=True) as client:
        return read_described(client)


def report_on(release: str, held: str = "both") -> dict[str, Any]:
    """Return the report of a simulator of a release, for the caller to change.

    Args:
        release: The release.
        held: Who has the columns of a VM and its machine: an answer to `held_columns`.
    """
    report: dict[str, Any] = json.loads(_report_on(release, held))
    return report


def system_in(report: dict[str, Any]) -> DescribedSystem:
    """Return what a report says of the system that it was made of."""
    return described_by(Report.model_validate(report))


@cache
def _report_on(release: str, held: str) -> str:
    with Simulator(Options(release=release)) as running:
        running.disputed(held_columns=held)
        return report_of(read(running))


def with_planted(folder: Path, planted: Iterable[Planted], release: str = "26.1.8", held: str = "both") -> Path:
    """Return a report in which differences are planted."""
    report = report_on(release, held)
    for each in planted:
        each.plant(report["tables"][each.table])
    path = folder / "report.json"
    path.write_text(json.dumps(report))
    return path
