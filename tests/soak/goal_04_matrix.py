"""G4: the rows of the fault matrix that automatic tests show."""

from __future__ import annotations

from tests.faults.matrix import MATRIX, marked_tests
from tests.soak.goals import Figure, measure


@measure("G4")
def measure_matrix(short: bool) -> Figure:
    """Count the rows with a test, and name those that wait for something."""
    shown = set(marked_tests())
    waiting = [fault for fault in MATRIX if fault.number not in shown and fault.waits_for]
    bare = [fault for fault in MATRIX if fault.number not in shown and not fault.waits_for]
    names = ", ".join(f"F{fault.number} ({fault.waits_for})" for fault in waiting)
    figure = f"{len(shown)} of {len(MATRIX)} rows; waiting: {names or 'none'}"
    return Figure(figure, met=not bare)
