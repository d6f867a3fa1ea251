"""A report for a public issue: the schema of a VergeOS and what differs, without anything that is the system's own."""

from __future__ import annotations

import json

from verge_pulumi.catalogue.described import DescribedSystem
from verge_pulumi.catalogue.reports import as_report, described_by
from verge_pulumi.conformance.examining import examine
from verge_pulumi.conformance.rendering import finding_as_json


def report_of(system: DescribedSystem) -> str:
    """Return the text of a report.

    What differs is worked out of what the report itself says, so that it can say no more than that.
    """
    report = as_report(system)
    differences = [finding_as_json(each) for each in examine(described_by(report)).findings]
    said = {**report.model_dump(), "differences": differences}
    return json.dumps(said, indent=1, ensure_ascii=True, allow_nan=False) + "\n"
