"""Records what the Pulumi CLI says in previews: ``python -m tests.cli.previews``, or the names of some scenarios.

The documents in ``tests/cli/previews`` are real, but for what tells of the machine that recorded them.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.cli.program import SCENARIOS
from tests.engine.command import Project
from tests.engine.lab import Lab
from verge_pulumi.review.report.plan import Plan
from verge_pulumi.review.report.reading import read
from verge_pulumi.simulator import Options, Simulator

FOLDER = Path(__file__).with_name("previews")
PROGRAM = Path(__file__).with_name("program.py")

_LOCAL = ("created", "modified", "sourcePosition", "stackTrace")
"""What tells when and where a document was recorded."""


def load(name: str) -> dict[str, Any]:
    """Return the recorded preview of a scenario."""
    document: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text())
    return document


def plan(name: str) -> Plan:
    """Return the plan of a scenario, at a parallelism that does not depend on this machine."""
    return read(load(name), parallel=8)


def effects(name: str) -> dict[str, list[str]]:
    """Return what each change of a scenario entails."""
    return {change.name: [effect.name for effect in change.effects] for change in plan(name).changes if change.effects}


def many(count: int) -> dict[str, Any]:
    """Return a preview that creates so many virtual machines, one like the other."""
    one = next(step for step in load("create")["steps"] if step["urn"].endswith(":VirtualMachine::web"))

    def step(number: int) -> dict[str, Any]:
        state = one["newState"]
        urn = f"{one['urn']}-{number}"
        inputs = {**state["inputs"], "name": f"web-{number}"}
        return {**one, "urn": urn, "newState": {**state, "urn": urn, "inputs": inputs}}

    return {"steps": [step(number) for number in range(count)], "changeSummary": {"create": count}}


def record(name: str, cli: Path) -> None:
    """Run a scenario with the real CLI against the simulator, and write its preview."""
    with tempfile.TemporaryDirectory() as scratch, Simulator(Options(name="site-a", api_key="key")) as simulator:
        project = Project(Lab(Path(scratch), cli, simulator), PROGRAM)
        project.up(SCENARIO=name, STAGE="before")
        _behind(name, simulator)
        if name == "data-loss":
            project.run("refresh", "--yes", "--skip-preview", SCENARIO=name, STAGE="before")
        options = ["--refresh"] if name == "drift" else []
        process = project.start("preview", "--json", "--show-sames", *options, SCENARIO=name, STAGE="after")
        output, _ = process.communicate(timeout=60)
        text = output.replace(simulator.url, "https://verge.example.com")
        document = json.loads(text[text.index("{\n") :])
        for step in document["steps"]:
            for state in ("oldState", "newState"):
                for key in _LOCAL:
                    step.get(state, {}).pop(key, None)
        (FOLDER / f"{name}.json").write_text(json.dumps(document, indent=1) + "\n")


def _behind(name: str, simulator: Simulator) -> None:
    """Do what happens in VergeOS while Pulumi does not look."""
    if name == "data-loss":
        for drive in simulator.rows("machine_drives"):
            if drive["name"] != "empty":
                simulator.edit("machine_drives", drive["$key"], used_bytes=3 * 1024**3)
    if name == "drift":
        simulator.edit("vms", 1, cpu_cores=8, note="as somebody wants it")
        simulator.remove("machine_nics", 1)


if __name__ == "__main__":
    ensure = Path(__file__).resolve().parents[2] / "tools" / "pulumi" / "ensure.py"
    found = subprocess.run([sys.executable, str(ensure)], check=True, capture_output=True, text=True)
    for each in sys.argv[1:] or SCENARIOS:
        record(each, Path(found.stdout.strip()))
