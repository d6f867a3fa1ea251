"""G2: the CLI or the provider is killed at every point of create, update and delete; one more run ends as it should."""

from __future__ import annotations

from tests.engine.test_kills import a_dozen, all_points, run_case
from tests.soak.goals import Figure, measure
from tests.soak.stacks import stack


@measure("G2")
def measure_kills(short: bool) -> Figure:
    """Kill at every point; in the short form at twelve."""
    points = a_dozen() if short else all_points()
    failed = []
    for point in points:
        with stack() as lab:
            try:
                run_case(lab, point)
            except (AssertionError, TimeoutError) as error:
                failed.append(f"{point}: {str(error).splitlines()[0]}")
    return Figure("\n".join([f"{len(failed)} of {len(points)} cases not mended by one run", *failed]), met=not failed)
