"""G23: every example, brought up and its state thrown away, comes back as a program and its state."""

from __future__ import annotations

import json
from pathlib import Path

from tests.engine.command import Project
from tests.engine.lab import Lab
from tests.engine.test_examples import CONFIG, EXAMPLES, SECRET, SHARED_KEY, write_image
from tests.soak.goals import Figure, measure
from tests.soak.importing import import_into
from tests.soak.stacks import stack

SHORT = ("vlan-uplink",)

DESTROYED = ("vlan-uplink", "segmented-site")
"""Examples without a drive that holds data."""

SEEDED = ("--exclude", "Group/Operators", "--exclude", "ResourceGroup/*")
"""What a fresh VergeOS of the simulator has that no example made, and that looks as if people had."""


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
    """Bring an example up, throw its program and its state away, and import it; return what went wrong.

    Some are destroyed then, which leaves VergeOS as it was before the example.
    """
    before = lab.simulator.snapshot()
    project = Project(lab, example)
    for key, value in CONFIG.get(example.name, {}).items():
        project.run("config", "set", *(["--secret"] if value in (SECRET, SHARED_KEY) else []), key, value)
    if example.name == "golden-image":
        write_image(project, "one")
    project.up()
    exported = json.loads(project.run("stack", "export"))
    exported["deployment"]["resources"] = []
    (project.folder / "empty.json").write_text(json.dumps(exported))
    project.run("stack", "import", "--file", "empty.json")
    for path in project.folder.glob("**/*.py"):
        path.unlink()
    faults = import_into(lab, project.folder, *SEEDED).faults
    if example.name in DESTROYED:
        project.run("config", "set", "protect", "false")
        project.up()
        project.run("destroy", "--yes", "--skip-preview")
        faults += [] if lab.simulator.snapshot() == before else ["a destroy leaves something or takes too much"]
    return faults
