"""Look-ups of snapshot profiles."""

from __future__ import annotations

from dataclasses import dataclass

from verge_pulumi.engine.connecting.answers import Kind
from verge_pulumi.lookups._facts import DescribedRow
from verge_pulumi.lookups._lookup import Named


@dataclass(frozen=True, kw_only=True)
class GetSnapshotProfileResult(DescribedRow):
    """A snapshot profile."""


get_snapshot_profile: Named[GetSnapshotProfileResult] = Named(
    GetSnapshotProfileResult, Kind("snapshot profile", "snapshot_profiles")
)

get_snapshot_profile_output = get_snapshot_profile.output
