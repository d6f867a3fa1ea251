"""``python -m bench.entries``: what fewer entries in the state would save, had each machine one instead of four.

It is the engine that is measured, with providers that do nothing: a machine with its drive, NIC and power as four
resources, and as one resource with the same inputs and outputs.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Mapping
from pathlib import Path

from bench.report import put
from bench.run import PAGE, WORKLOADS, Case, numbers, pulumi_folder, run

START, END = "<!-- entries -->", "<!-- /entries -->"
"""Between these two the page is written by this command."""

FORMS: Mapping[str, Mapping[str, str]] = {"four": {}, "one": {"IN_ONE_ENTRY": "1"}}
"""How many entries a machine has, and the variables by which `bench.idle` declares it so."""


def seconds(machines: int, runs: int, cli: Path) -> dict[tuple[str, str], float]:
    """Return the median of the seconds that each command takes in each form, the forms being run in turn."""
    taken: dict[tuple[str, str], list[float]] = {}
    for _ in range(runs):
        for form, variables in FORMS.items():
            for measure in run(Case("idle", machines, 64, 0), cli, **variables):
                taken.setdefault((measure.workload, form), []).append(measure.seconds)
    return {each: statistics.median(times) for each, times in taken.items()}


def main() -> None:
    """Measure, print, and with ``--write`` put the table into docs/performance.md."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.entries",
        description="Measure what fewer entries in the state would save: a machine with its drive, NIC and power as "
        "four resources, and as one with the same inputs and outputs. The providers do nothing.",
    )
    parser.add_argument(
        "--n", type=numbers, default=[50, 200], help="numbers of machines, separated by commas (default 50,200)"
    )
    parser.add_argument("--runs", type=int, default=5, help="how often each form is run, in turn (default 5)")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    arguments = parser.parse_args()
    cli = pulumi_folder()
    lines = ["| command | N | four entries | one entry | times as long |", "|---|--:|--:|--:|--:|"]
    for machines in arguments.n:
        taken = seconds(machines, arguments.runs, cli)
        for command in WORKLOADS:
            four, one = (taken[command, form] for form in FORMS)
            lines.append(f"| {command} | {machines:,} | {four:.1f} s | {one:.1f} s | {one / four:.2f} |")
            print(lines[-1], flush=True)
    if arguments.write:
        put(PAGE, START, END, "\n".join([*lines, ""]))


if __name__ == "__main__":
    main()
