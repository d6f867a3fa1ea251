"""Look-ups of what the system recorded for billing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import pulumi

from verge_pulumi.client import VergeError
from verge_pulumi.engine.connecting.answers import Answers, Kind
from verge_pulumi.engine.connecting.finding import answers
from verge_pulumi.engine.errors import EngineError, Refusal, Unfit, given_as, sentence, shown
from verge_pulumi.lookups._facts import Count, Description, Number, RowKey
from verge_pulumi.lookups._lookup import Lookup, T


@dataclass(frozen=True, kw_only=True)
class GetBillingResult:
    """What the system had and used when a billing record was made.

    Times are in seconds since 1970. `used_ram`, `total_ram` and `online_ram` are in MB, what is physical and the tiers
    in bytes.
    """

    key: RowKey
    created: int
    begins: Annotated[Number, "from"]
    ends: Annotated[Number, "to"]
    sent: Number
    description: Description
    used_cores: Count
    total_cores: Count
    online_cores: Count
    total_nodes: Count
    online_nodes: Count
    running_machines: Count
    used_ram: Count
    total_ram: Count
    online_ram: Count
    phys_ram_used: Count
    phys_vram_used: Count
    phys_total_cpu: Count
    tier_0_used: Count
    tier_0_total: Count
    tier_1_used: Count
    tier_1_total: Count
    tier_2_used: Count
    tier_2_total: Count
    tier_3_used: Count
    tier_3_total: Count
    tier_4_used: Count
    tier_4_total: Count
    tier_5_used: Count
    tier_5_total: Count
    gpus_total: Count
    gpus: Count
    gpus_idle: Count
    vgpus_total: Count
    vgpus: Count
    vgpus_idle: Count
    workload_datapoints: Count
    storage_datapoints: Count


class InPeriod(Lookup[T]):
    """Looks up what VergeOS recorded in a period: ``get_billing(since="2026-11-01", until="2026-12-01")``."""

    def __call__(
        self,
        *,
        since: str | int | None = None,
        until: str | int | None = None,
        provider: pulumi.ProviderResource | None = None,
    ) -> list[T]:
        """Return what was recorded from `since` on and before `until`, the oldest first; without them all there is.

        A time is a date in UTC such as ``2026-11-01``, a time with its zone, or seconds since 1970.
        """
        try:
            begin, end = (None if value is None else seconds(value) for value in (since, until))
            return self.read(answers(provider), begin, end)
        except (EngineError, VergeError, Unfit) as error:
            raise Refusal(shown(sentence(f"Unable to list the {self.kind.noun}s: {error}"))) from None

    def output(
        self,
        *,
        since: pulumi.Input[str] | pulumi.Input[int] | None = None,
        until: pulumi.Input[str] | pulumi.Input[int] | None = None,
        provider: pulumi.ProviderResource | None = None,
    ) -> pulumi.Output[list[T]]:
        """Return what was recorded in a period when that is known."""
        return pulumi.Output.all(since=since, until=until).apply(lambda known: self(**known, provider=provider))

    def read(self, asked: Answers, since: int | None, until: int | None) -> list[T]:
        """Return what was recorded in a period, in seconds since 1970."""
        rows = asked.between(self.kind, self.projection, since, until)
        return [self.facts(row) for row in rows]


def seconds(moment: str | int) -> int:
    """Return the seconds since 1970 that a time is.

    Args:
        moment: A date, which begins in UTC; a time with its zone; or the seconds.

    Raises:
        Unfit: It is none of these.
    """
    text = str(moment).strip()
    try:
        if text.isdecimal():
            return int(text)
        found = datetime.fromisoformat(text)
        if found.tzinfo is None and len(text) > len("2026-11-01"):
            raise ValueError
        return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        raise Unfit(
            f"{given_as(moment)} is not a time. Give a date such as '2026-11-01', a time with its zone such as "
            "'2026-11-01T12:00:00Z', or seconds since 1970"
        ) from None


# Records are told apart by when they were made, as the vendor's client does it.
get_billing: InPeriod[GetBillingResult] = InPeriod(GetBillingResult, Kind("billing record", "billing", label="created"))

get_billing_output = get_billing.output
