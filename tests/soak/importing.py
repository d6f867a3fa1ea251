"""``verge-pulumi import``, run as a person runs it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from tests.engine.lab import Lab

COMMAND = """
import atexit, os, resource
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
atexit.register(lambda: open(os.environ["PEAK_FILE"], "w").write(str(peak())))
from verge_pulumi.cli import main; main()
"""

TIMED = """#!/bin/bash
begin=$EPOCHREALTIME
{pulumi} "$@"
code=$?
echo "$EPOCHREALTIME - $begin" >> {log}
exit $code
"""
"""A ``pulumi`` that notes how long each command took."""


@dataclass(frozen=True)
class Run:
    """What became of an import.

    Attributes:
        faults: What went wrong.
        seconds: How long it took, without the commands of Pulumi.
        of_pulumi: How long these took.
        mebibytes: Memory of its own process at most.
    """

    faults: list[str]
    seconds: float
    of_pulumi: float
    mebibytes: float


def import_into(lab: Lab, folder: Path, *options: str) -> Run:
    """Import what a simulator has into a project."""
    before = lab.simulator.snapshot()
    lab.simulator.reset("log")
    tools = lab.folder / "timed"
    tools.mkdir(exist_ok=True)
    log, peak, pulumi = tools / "log", tools / "peak", tools / "pulumi"
    log.unlink(missing_ok=True)
    pulumi.write_text(TIMED.format(pulumi=lab.cli / "pulumi", log=log))
    pulumi.chmod(0o755)
    path = os.pathsep.join((str(tools), str(lab.cli), os.environ["PATH"]))
    start = time.monotonic()
    ran = subprocess.run(
        [sys.executable, "-c", COMMAND, "import", str(folder), "--yes", *options],
        env={**os.environ, **lab.by_hand, "PATH": path, "PEAK_FILE": str(peak)},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - start
    faults = [] if ran.returncode in (0, 3) else [ran.stdout + ran.stderr]
    faults += [] if "'pulumi preview' shows no change." in ran.stdout else ["the preview shows a change"]
    faults += [f"{each.verb} {each.path}" for each in lab.simulator.requests() if each.verb != "GET"]
    faults += [] if lab.simulator.snapshot() == before else ["VergeOS was changed"]
    spans = [line.split(" - ") for line in log.read_text().splitlines()]
    of_pulumi = sum(float(end) - float(begin) for end, begin in spans)
    return Run(faults, seconds - of_pulumi, of_pulumi, int(peak.read_text()) / 1024)
