"""G23: every example, brought up and its state thrown away, comes back as a program and its state."""

from __future__ import annotations

from pathlib import Path

from tests.engine.lab import Lab
from tests.engine.test_examples import EXAMPLES, configured
from tests.soak.goals import Figure, measure
from tests.soak.importing import import_back, misplaced
from tests.soak.stacks import stack
from verge_pulumi.importing.plan_file import read_plan

SHORT = ("vlan-uplink",)


@measure("G23")
def measure_examples(short: bool) -> Figure:
    """Import every example; in the short form a small one."""
    faults: list[str] = []
    chosen = [path for path in EXAMPLES if not short or path.name in SHORT]
    for example in chosen:
        with stack() as lab:
            faults += [f"{example.name}: {fault}" for fault in try_example(lab, example)]
    return Figure("\n".join([f"{len(faults)} faults in {len(chosen)} examples", *faults]), met=not faults)


def try_example(lab: Lab, example: Path) -> list[str]:
    """Bring an example up, throw its program and its state away, import it, and destroy it without an update before.

    Returns:
        What went wrong.
    """
    before = lab.simulator.snapshot()
    project = configured(lab, example)
    project.up()
    faults = import_back(project, before)
    for row in lab.simulator.rows("machine_drives"):
        lab.simulator.edit("machine_drives", row["$key"], used_bytes=0)  # what holds data is not deleted
    rows = lab.simulator.snapshot()
    lab.simulator.reset("log")
    project.run("state", "unprotect", "--all", "--yes")
    project.run("destroy", "--yes", "--skip-preview")
    faults += misplaced(rows, lab.simulator.requests())
    there = lab.simulator.snapshot()
    plan = read_plan(project.folder / "vergeos-import" / "plan.csv")
    left = {line.place for line in plan.values() if line.treatment == "leave"}
    changed = {(table, key) for table in there for key in before[table].keys() ^ there[table].keys()}
    return [*faults, *(f"a destroy leaves {table}/{key}, or takes it" for table, key in sorted(changed - left))]
