"""Snapshot profiles, and snapshots of the system."""

from __future__ import annotations

from tests.engine.subjects import Case
from verge_pulumi import SnapshotPeriod

CASES = (
    Case(
        noun="SnapshotProfile",
        arguments=lambda: {
            "name": "nightly",
            "description": "for tests",
            "periods": {"daily": SnapshotPeriod(frequency="daily", hour=2, retention="72h")},
        },
        edit=("ignore_warnings", True),
        drift=("description", "changed in the UI"),
        unset=None,
    ),
    Case(
        noun="SystemSnapshot",
        arguments=lambda: {"name": "before", "description": "for tests", "expires": "2100-01-31T12:00:00Z"},
        edit=("private", True),
        drift=("description", "changed in the UI"),
        unset=None,
        replace=("min_snapshots", 2),
    ),
)
