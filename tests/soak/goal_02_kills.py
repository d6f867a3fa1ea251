"""G2: the CLI or the provider is killed at every point of create, update and delete; one more run ends as it should."""

from __future__ import annotations

from tests.engine import test_kills, test_server_kills
from tests.soak.goals import Figure, measure
from tests.soak.stacks import stack


@measure("G2")
def measure_kills(short: bool) -> Figure:
    """Kill at every point; in the short form at a few."""
    cases = [(test_kills.run_case, point) for point in (test_kills.a_few() if short else test_kills.all_points())]
    servers = test_server_kills.a_few() if short else test_server_kills.all_points()
    cases += [(test_server_kills.run_case, point) for point in servers]
    failed = []
    for run_case, point in cases:
        with stack() as lab:
            try:
                run_case(lab, point)
            except (AssertionError, TimeoutError) as error:
                failed.append(f"{point}: {str(error).splitlines()[0]}")
    return Figure("\n".join([f"{len(failed)} of {len(cases)} cases not mended by one run", *failed]), met=not failed)
