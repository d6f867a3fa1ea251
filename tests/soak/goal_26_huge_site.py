"""G26: a site of 5,000 VMs becomes a program; the engine takes no part in it."""

from __future__ import annotations

from collections import Counter

from tests.engine.command import Project
from tests.importing.hostile import fill
from tests.soak.goals import Figure, measure
from tests.soak.importing import import_into
from tests.soak.stacks import stack
from verge_pulumi.engine.reading.lists import PAGE

FULL, SHORT = (5000, 200), (30, 8)
"""VMs and networks, in full and in the short form."""

MOST_SECONDS, MOST_MEBIBYTES = 600.0, 600.0


@measure("G26")
def measure_huge_site(short: bool) -> Figure:
    """Fill a site, and write a program for it."""
    machines, networks = SHORT if short else FULL
    with stack() as lab:
        fill(lab.simulator, machines, networks)
        rows = sum(len(each) for each in lab.simulator.snapshot().values())
        folder = Project(lab).folder
        (folder / "__main__.py").unlink()
        run = import_into(lab, folder, "--no-state")
        asked = Counter(request.path.rpartition("/")[2] for request in lab.simulator.requests())
        pages = {table: 1 + len(lab.simulator.rows(table)) // PAGE for table in asked}
    faults = [fault for fault in run.faults if fault != "the preview shows a change"]
    faults += [f"{table} is read {times} times" for table, times in asked.items() if times > pages[table]]
    faults += ["too slow"] if run.seconds > MOST_SECONDS else []
    faults += ["too much memory"] if max(run.mebibytes) > MOST_MEBIBYTES else []
    text = f"{machines} VMs, {rows:,} rows: {sum(asked.values())} requests, {run.seconds:.0f} s, {run.memory}"
    return Figure("\n".join([text, *faults]), met=not faults)
