"""G21: every event in the life of a stack happens to every kind of resource."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.engine import test_events
from tests.engine.events import EVENTS, EXCEPTIONS, build, happen, stand
from tests.engine.kinds import SUBJECTS
from tests.soak.goals import Figure, measure
from tests.soak.stacks import cli


@measure("G21")
def measure_events(short: bool) -> Figure:
    """Let each event happen to all kinds at once in a stack of its own; in the short form to a few."""
    faults: list[str] = []
    cells: set[tuple[str, str]] = set()
    failed: set[tuple[str, str]] = set()
    with tempfile.TemporaryDirectory() as built:
        kinds = test_events.KINDS if short else list(SUBJECTS)
        build(Path(built), cli(), kinds)
        chosen = [each for chain in test_events.CHAINS.values() for each in chain]
        for name, subjects in chosen if short else [(name, kinds) for name in EVENTS]:
            with tempfile.TemporaryDirectory() as folder, stand(Path(built), Path(folder), cli(), kinds) as each:
                able = happen(each, name, subjects)
            cells |= {(name, subject) for subject in able}
            for fault in each.faults:
                failed.add((name, fault.subject))
                faults.append(f"{name}: {fault.subject}: {' '.join(fault.text.split())[:300]}")
    text = f"{len(faults)} faults in {len(failed)} of {len(cells)} cells; {len(EXCEPTIONS)} exceptions"
    return Figure("\n".join([text, *faults]), met=not faults)
