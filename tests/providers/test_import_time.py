"""What the package adds to the start of a provider process, which every command of Pulumi waits for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

BEFORE = "import pulumi.dynamic, requests; from pydantic import BaseModel"
KINDS = ("Network", "VirtualMachine", "Drive", "Nic", "Power")
OURS = f"from verge_pulumi.engine.loader import load; [load(kind) for kind in {KINDS}]"
LINE = re.compile(r"import time:\s*(\d+) \|\s*(\d+) \| (\s*)(\S+)")

BASE_MS = 348
"""What pulumi, pydantic and requests take on the machine that the goal was set on."""

GOAL_MS = 100


def import_times(bytecode: Path) -> dict[str, int]:
    """Import everything in a fresh process, what the package stands on first; return microseconds by top module."""
    command = [sys.executable, "-X", "importtime", "-X", f"pycache_prefix={bytecode}", "-c", f"{BEFORE}; {OURS}"]
    # An installed package is compiled once; a checkout may be told to keep no bytecode.
    unwanted = ("PYTHONDONTWRITEBYTECODE", "COVERAGE_PROCESS_START", "COVERAGE_PROCESS_CONFIG")
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    output = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stderr
    # A module's own import is the line with the least indentation; those it caused come before it, indented.
    return {found[4]: int(found[2]) for line in output.splitlines() if (found := LINE.match(line)) and not found[3]}


def test_the_provider_starts_little_slower_than_what_it_stands_on(tmp_path: Path) -> None:
    import_times(tmp_path)
    ours = theirs = 0
    for runs in range(1, 16):
        run = import_times(tmp_path)
        spent = sum(time for module, time in run.items() if module.startswith("verge_pulumi"))
        ours, theirs = ours + spent, theirs + sum(run.values()) - spent
        # Neighbours slow both alike in the sum of several runs, and a ratio holds on a machine of any speed.
        if runs >= 3 and ours / theirs <= GOAL_MS / BASE_MS:
            return
    raise AssertionError((ours, theirs))
