"""``verge-pulumi import``, run as a person runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.engine.lab import Lab

COMMAND = "from verge_pulumi.cli import main; main()"


def import_into(lab: Lab, folder: Path, *options: str) -> list[str]:
    """Import what a simulator has into a project; return what went wrong."""
    before = lab.simulator.snapshot()
    lab.simulator.reset("log")
    environment = {**os.environ, **lab.by_hand, "PATH": f"{lab.cli}{os.pathsep}{os.environ['PATH']}"}
    ran = subprocess.run(
        [sys.executable, "-c", COMMAND, "import", str(folder), "--yes", *options],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    faults = [] if ran.returncode in (0, 3) else [ran.stdout + ran.stderr]
    faults += [] if "'pulumi preview' shows no change." in ran.stdout else ["the preview shows a change"]
    faults += [f"{each.verb} {each.path}" for each in lab.simulator.requests() if each.verb != "GET"]
    return faults + ([] if lab.simulator.snapshot() == before else ["VergeOS was changed"])
