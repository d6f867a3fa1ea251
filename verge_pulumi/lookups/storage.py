"""Look-ups of storage tiers and media files."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi

from verge_pulumi.engine.connecting.answers import Kind
from verge_pulumi.lookups._facts import DescribedRow, Description, Number, RowKey, Text
from verge_pulumi.lookups._lookup import Lookup, Named, T


@dataclass(frozen=True, kw_only=True)
class GetStorageTierResult:
    """A storage tier; sizes are in bytes. Its `key` may be another number than the tier."""

    key: RowKey
    tier: int
    description: Description
    capacity: int
    used: int
    allocated: int


@dataclass(frozen=True, kw_only=True)
class GetMediaFileResult(DescribedRow):
    """A media file; `filesize` is in bytes, and None as long as there is no content."""

    type: str
    filesize: Number
    preferred_tier: Text


class Tier(Lookup[T]):
    """Looks up a storage tier: ``get_storage_tier(tier=3)``."""

    def __call__(self, *, tier: int | str, provider: pulumi.ProviderResource | None = None) -> T:
        """Return the tier of that number."""
        return self.find(provider, {"tier": int(tier)})

    def output(
        self,
        *,
        tier: pulumi.Input[int] | pulumi.Input[str],
        provider: pulumi.ProviderResource | None = None,
    ) -> pulumi.Output[T]:
        """Return the tier of that number when it is known."""
        return pulumi.Output.all(tier=tier).apply(lambda known: self(**known, provider=provider))


get_media_file: Named[GetMediaFileResult] = Named(GetMediaFileResult, Kind("media file", "files"))
get_storage_tier: Tier[GetStorageTierResult] = Tier(
    GetStorageTierResult, Kind("storage tier", "storage_tiers", label="tier")
)

get_media_file_output = get_media_file.output
get_storage_tier_output = get_storage_tier.output
