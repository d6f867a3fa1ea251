"""What several runs of the same commands say together, and the goals that they are held against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import median

from bench.run import Case, Measure

REQUESTS: Mapping[str, tuple[float, int]] = {
    "create": (7, 15),
    "preview": (0, 0),
    "refresh": (0, 10),
    "change": (3, 10),
    "destroy": (9, 15),
}
"""Requests allowed where they are plentiful: so many for each machine, and so many in any case."""

SCARCE_REQUESTS: Mapping[str, tuple[float, int]] = {
    **REQUESTS,
    "create": (4.5, 15),
    "change": (1.3, 10),
    "destroy": (5, 15),
}
"""The same where the hour has less than twice what the run needs."""

TIMES_THE_FLOOR: Mapping[str, float] = {
    "create": 1.25,
    "preview": 1.2,
    "refresh": 1.15,
    "change": 1.25,
    "destroy": 1.25,
}
"""How many times the engine's floor a command may take, without the round trips that wait for one another."""

ROUND_TRIPS: Mapping[str, int] = {"create": 9, "preview": 0, "refresh": 2, "change": 4, "destroy": 9}
"""The longest chain of requests of which each waits for the one before."""

MILLISECONDS = 4.0
"""Processor time of program and provider that each resource may take."""


@dataclass(frozen=True)
class Figure:
    """Some values of the same thing.

    Attributes:
        values: At least one.
        digits: Digits after the point that are shown.
    """

    values: Sequence[float]
    digits: int = 1

    @property
    def middle(self) -> float:
        """Return the median."""
        return median(self.values)

    def __str__(self) -> str:
        low, middle, high = (f"{value:.{self.digits}f}" for value in (min(self.values), self.middle, max(self.values)))
        return middle if low == high else f"{middle} ({low}–{high})"


@dataclass(frozen=True)
class Figures:
    """What the runs of one command measured.

    Attributes:
        measures: One for each run, in their order.
    """

    measures: Sequence[Measure]

    @cached_property
    def case(self) -> Case:
        """Return the series that it belongs to."""
        return self.measures[0].case

    @cached_property
    def seconds(self) -> Figure:
        """Return the wall times."""
        return Figure([measure.seconds for measure in self.measures])

    @cached_property
    def requests(self) -> Figure:
        """Return the requests."""
        return Figure([measure.requests for measure in self.measures], digits=0)

    @cached_property
    def cpu(self) -> float:
        """Return the processor time of program and provider, in seconds."""
        return median(measure.cpu for measure in self.measures)

    @cached_property
    def memory(self) -> float:
        """Return the most memory of the provider's process, in MiB."""
        return max(measure.memory for measure in self.measures)

    @property
    def resources(self) -> int:
        """Return how many resources there are: a network, and four for each machine."""
        return 4 * self.case.machines + 1

    def times(self, floor: Figures) -> Figure:
        """Return how many times the engine's floor it took, run by run, without the longest chain of round trips."""
        trips = ROUND_TRIPS[self.measures[0].workload] * self.case.latency / 1000
        pairs = zip(self.measures, floor.measures, strict=False)
        return Figure([(ours.seconds - trips) / idle.seconds for ours, idle in pairs], digits=2)

    def milliseconds(self, smaller: Figures) -> Figure | None:
        """Return the processor time that each resource takes beyond what a smaller stack takes.

        What a start takes, imports above all, is the same in both.
        """
        more = self.resources - smaller.resources
        return Figure([1000 * (self.cpu - smaller.cpu) / more]) if more > 0 else None


def gathered(measures: Iterable[Measure]) -> Mapping[tuple[Case, str], Figures]:
    """Return the figures of each command of each series."""
    found: dict[tuple[Case, str], list[Measure]] = {}
    for measure in measures:
        found.setdefault((measure.case, measure.workload), []).append(measure)
    return {key: Figures(some) for key, some in found.items()}


def of_provider(known: Mapping[tuple[Case, str], Figures], case: Case, workload: str, provider: str) -> Figures | None:
    """Return the figures of the same command in the same series with another provider."""
    return known.get((replace(case, provider=provider), workload))
