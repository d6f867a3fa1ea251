"""The repository's own project, run as a user runs it: with `pulumi` in its folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.engine.lab import Lab
from verge_pulumi.simulator import Simulator

ROOT = Path(__file__).resolve().parents[2]

Command = Callable[..., str]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project, with the environment the tests run in."""
    folder = tmp_path / "project"
    shutil.copytree(ROOT / "tools", folder / "tools")
    for path in [*ROOT.glob("Pulumi*.yaml"), ROOT / "__main__.py"]:
        shutil.copy(path, folder)
    (folder / ".venv").symlink_to(sys.prefix)
    return folder


@pytest.fixture
def pulumi(lab: Lab, project: Path) -> Command:
    """Runs one command of Pulumi in the project's folder and returns what it printed."""
    environment = os.environ | lab.by_hand | {"PATH": f"{lab.cli}{os.pathsep}{os.environ['PATH']}"}

    def run(*arguments: str) -> str:
        command = ["pulumi", "--non-interactive", "--color=never", *arguments]
        done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_the_quickstart_runs_from_end_to_end(project: Path, cli: Path) -> None:
    environment = os.environ | {
        "PATH": f"{cli}{os.pathsep}{os.environ['PATH']}",
        "PULUMI_PYTHON_CMD": sys.executable,
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "tools/quickstart.py"],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert '"location": "/v4/vms/' in done.stdout
    assert "11 unchanged" in done.stdout
    assert "nothing is left running" in done.stdout
    assert (project / "Pulumi.dev.yaml").read_bytes() == (ROOT / "Pulumi.dev.yaml").read_bytes()


@pytest.mark.parametrize("pulumi_ends", [0, 1])
def test_the_kept_simulator_is_told_of_and_answers(project: Path, tmp_path: Path, pulumi_ends: int) -> None:
    stand_in = tmp_path / "bin" / "pulumi"
    stand_in.parent.mkdir()
    stand_in.write_text(f"#!/bin/sh\nexit {pulumi_ends}\n")
    stand_in.chmod(0o755)
    done = subprocess.run(
        [sys.executable, "tools/quickstart.py", "--keep"],
        cwd=project,
        env=os.environ | {"PATH": f"{stand_in.parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == pulumi_ends, done.stderr
    told = re.search(r"until 'kill (\d+)'\..* (http://127\.0\.0\.1:\d+)/\n\Z", done.stdout)
    if pulumi_ends:
        assert told is None
        return
    assert told is not None
    try:
        assert "<h1>VergeOS simulator</h1>" in requests.get(told[2], timeout=10).text
    finally:
        os.kill(int(told[1]), signal.SIGTERM)


def test_a_preview_in_json_names_exactly_the_edited_field(pulumi: Command, simulator: Simulator) -> None:
    before = simulator.snapshot()
    pulumi("stack", "init", "dev")
    pulumi("up", "--yes", "--skip-preview")
    assert len(simulator.rows("vms")) == 2

    pulumi("config", "set", "--path", "settings.ram", "2048")
    steps = json.loads(pulumi("preview", "--json"))["steps"]
    changed = {step["urn"].rpartition("::")[2]: detail(step) for step in steps if step["op"] != "same"}
    assert changed == {"web-1": ("update", ["ram"]), "web-2": ("update", ["ram"])}

    pulumi("destroy", "--yes", "--skip-preview")
    assert simulator.snapshot() == before


@pytest.mark.parametrize(("stack", "servers"), [("staging", 3), ("prod", 5)])
def test_each_stack_has_its_own_size(pulumi: Command, simulator: Simulator, stack: str, servers: int) -> None:
    pulumi("stack", "init", stack)
    steps = json.loads(pulumi("preview", "--json"))["steps"]
    assert sum(step["urn"].split("::")[2].endswith(":VirtualMachine") for step in steps) == servers
    assert simulator.requests() == []


def detail(step: dict[str, Any]) -> tuple[str, list[str]]:
    """Return the operation and the fields that the detailed diff names."""
    return step["op"], sorted(step["detailedDiff"])
