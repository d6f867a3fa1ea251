"""Records what a release leaves behind: ``python -m tests.engine.golden``, the state of programs and the simulator's.

Later releases must go on with it: `test_golden.py` runs over every folder in ``tests/engine/golden``. What is recorded
already stays as it is.
"""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.engine.command import FLEET, Project
from tests.engine.lab import Lab
from tests.engine.test_server_kills import SHOP
from verge_pulumi.simulator import Options, Simulator

FOLDER = Path(__file__).with_name("golden")

SITE = Path(__file__).with_name("site.py")

PROGRAMS = {program.stem: program for program in (FLEET, SHOP, SITE)}
"""What is recorded: a program of rows, one of a server, and one of what networks apply."""


def record(folder: Path, program: Path, cli: Path) -> None:
    """Write ``state.json`` and ``simulator.json`` of a stack that is up."""
    folder.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as scratch:
        options = Options(
            name="golden", user="golden", password="golden", api_key="golden", state=folder / "simulator.json"
        )
        with Simulator(options) as simulator:
            project = Project(Lab(Path(scratch), cli, simulator), program)
            project.up()
            state = json.loads(project.run("stack", "export"))
            for resource in state["deployment"]["resources"]:
                # Where the program lay on the machine that recorded it is nobody's business.
                resource.pop("sourcePosition", None)
                resource.pop("stackTrace", None)
            (folder / "state.json").write_text(json.dumps(state, indent=1) + "\n")


if __name__ == "__main__":
    ensure = Path(__file__).resolve().parents[2] / "tools" / "pulumi" / "ensure.py"
    found = subprocess.run([sys.executable, str(ensure)], check=True, capture_output=True, text=True)
    for name, program in PROGRAMS.items():
        folder = FOLDER / importlib.metadata.version("verge-pulumi") / name
        if not folder.exists():
            record(folder, program, Path(found.stdout.strip()))
