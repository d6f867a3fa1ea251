"""Run the long loops and print one table: each goal, its figure, and whether it is met.

``python -m tests.soak`` takes some minutes, ``--short`` less than one; ``python -m tests.soak G1 G9`` measures these
goals only. The exit status is 1 if a goal that was measured is missed.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
import time
from collections.abc import Sequence

import tests.soak
from tests.soak.goals import GOALS, MEASUREMENTS, Figure


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    for module in pkgutil.iter_modules(tests.soak.__path__):
        if module.name.startswith("goal_"):
            importlib.import_module(f"tests.soak.{module.name}")
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("goals", nargs="*", metavar="GOAL", help=f"one of {', '.join(MEASUREMENTS)}; all by default")
    parser.add_argument("--short", action="store_true", help="the form for CI: fewer runs, the same checks")
    options = parser.parse_args(arguments)
    unknown = set(options.goals) - set(MEASUREMENTS)
    if unknown:
        parser.error(f"nothing measures {', '.join(sorted(unknown))}")
    missed = False
    print(f"{'goal':5} {'met':4} {'seconds':>7}  figure")
    for goal, words in GOALS.items():
        if goal not in MEASUREMENTS or (options.goals and goal not in options.goals):
            continue
        start = time.monotonic()
        figure = _measured(goal, options.short)
        missed = missed or not figure.met
        seconds = time.monotonic() - start
        print(
            f"{goal:5} {'yes' if figure.met else 'NO':4} {seconds:7.1f}  {figure.text}\n{'':19} goal: {words}",
            flush=True,
        )
    return int(missed)


def _measured(goal: str, short: bool) -> Figure:
    try:
        return MEASUREMENTS[goal](short)
    except Exception as error:
        # One that cannot be measured is a line too. The notes hold the test that fails in the same way.
        return Figure("\n".join([f"failed: {error}", *getattr(error, "__notes__", ())]), met=False)


if __name__ == "__main__":
    sys.exit(main())
