"""The measurable goals, and the registry of what measures them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

GOALS = {
    "G1": "no duplicates and no orphans: POST applied, then reset, hang or 502; 1,000 runs",
    "G2": "no orphans after kill -9 at every point, then one up",
    "G3": "no object of others deleted or changed in 10,000 steps of the state machine",
    "G4": "every row of the fault matrix has a passing test",
    "G5": "second up and refresh change nothing",
    "G6": "a preview makes no request",
    "G7": "requests to create: network ≤ 3, VM with a drive and a NIC until it runs ≤ 12",
    "G8": "refresh of 100 VMs in ≤ 10 requests",
    "G9": "≤ 2 extra requests for each operation in an outage of 10 minutes",
    "G10": "no call lasts longer than its deadline + 5 s, against a server that drips too",
    "G11": "no canary secret found anywhere",
    "G12": "no request reaches another host through a redirect",
    "G13": "an expected error is ≤ 8 lines, the last one the sentence",
    "G14": "≥ 20,000 cases of hostile text in ≤ 60 s",
    "G15": "states of all earlier releases refresh and destroy",
    "G16": "branch coverage ≥ 95 %",
    "G17": "the test suite in ≤ 120 s, with the engine in ≤ 10 min, on 2 cores",
    "G18": "no flaky test in 50 runs",
    "G19": "every planted mistake in a program is found by mypy and pyright",
    "G20": "importing the package adds ≤ 100 ms",
    "G21": "no fault in any event in a stack's life × kind of resource",
    "G22": "accounts with exactly the rights that an example takes run every example",
    "G23": "every example, its state thrown away, is imported: no write, its resources, no change afterwards, type "
    "checkers accept the program, and a destroy before any update takes all of it in order",
    "G24": "500 VMs imported in one command: no write, ≤ 3 requests for each table, ≤ 60 s and ≤ 300 MiB beside the "
    "engine, as much for the run of the program, no change afterwards, and type checkers accept the program",
    "G25": "every world of the state machine, 100 of them, is imported: no write, and no change afterwards",
    "G26": "5,000 VMs become a program and it is run: one list of each table, ≤ 10 minutes, ≤ 600 MiB each",
}
"""Each goal in words, by its number."""


@dataclass(frozen=True)
class Figure:
    """What was measured.

    Attributes:
        text: The figure in words.
        met: Whether the goal is met.
    """

    text: str
    met: bool


Measurement = Callable[[bool], Figure]
"""Measures a goal; called with whether the short form for CI is wanted."""

MEASUREMENTS: dict[str, Measurement] = {}
"""How each goal is measured that is measured here."""


def measure(goal: str) -> Callable[[Measurement], Measurement]:
    """Register a function as the measurement of a goal.

    A module of this folder that is named ``goal_<number>_<words>`` is imported by ``python -m tests.soak``, so a new
    file adds its figure by itself.

    Raises:
        ValueError: There is no such goal, or it is measured already.
    """
    if goal not in GOALS or goal in MEASUREMENTS:
        raise ValueError(f"Unable to measure {goal}: it is unknown or measured elsewhere.")

    def register(measurement: Measurement) -> Measurement:
        MEASUREMENTS[goal] = measurement
        return measurement

    return register
