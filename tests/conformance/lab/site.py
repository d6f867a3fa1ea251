"""A simulator and a lab on it, with the time of a lab as a dial."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from verge_pulumi.catalogue import DEFAULT_RELEASE, TABLES
from verge_pulumi.catalogue.model import Table
from verge_pulumi.client import Basic, RetryPolicy, VergeClient
from verge_pulumi.conformance.lab.assumption import Assumption, Sure
from verge_pulumi.conformance.lab.lab import Lab
from verge_pulumi.engine.reading.waiting import Clock
from verge_pulumi.simulator import Options, Simulator

PREFIX = "lab-07a1"
"""It ends as drawn ones may: in a digit, and with letters in between."""


@dataclass(frozen=True)
class Site:
    """A test system, and the way to it."""

    simulator: Simulator
    client: VergeClient
    lab: Lab


def assumed(check: Callable[[Lab], None]) -> Assumption:
    """Return an assumption whose check is a function of a test."""
    return Assumption(
        id=f"test/{check.__name__}",
        sentence="It is so.",
        source="a test",
        sure=Sure.OPEN,
        leans=(),
        since=None,
        before=None,
        check=check,
    )


def clock_of(simulator: Simulator) -> Clock:
    """Return the time of a simulator, which goes on while somebody sleeps, and only then."""
    simulator.clock("manual")

    def sleep(seconds: float) -> None:
        simulator.clock(advance=seconds)

    return Clock(now=simulator.clock, sleep=sleep)


@contextmanager
def site(release: str = DEFAULT_RELEASE, tables: Mapping[str, Table] = TABLES) -> Iterator[Site]:
    """Start a VergeOS with a tenant, which a lab cannot make, and a client whose time is that of the simulator."""
    with Simulator(Options(name="test", release=release, tables=tables)) as simulator:
        simulator.add("tenants", name="acme")
        clock = clock_of(simulator)
        auth, retries = Basic(simulator.username, simulator.password), RetryPolicy(sleep=clock.sleep)
        with VergeClient(simulator.url, auth=auth, retries=retries) as client:
            lab = Lab(client, release, PREFIX, clock, lambda who: VergeClient(simulator.url, auth=who, read_only=True))
            yield Site(simulator, client, lab)
