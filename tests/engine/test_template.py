"""What ``pulumi new`` makes of the template."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import yaml

from tests.engine.lab import Lab

TEMPLATE = Path(__file__).resolve().parents[2] / "examples" / "template"


def test_a_new_project_is_made_of_the_template_and_can_be_previewed(lab: Lab, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    environment = os.environ | lab.by_hand | {"PATH": f"{lab.cli}{os.pathsep}{os.environ['PATH']}"}

    def pulumi(*arguments: str) -> str:
        command = ["pulumi", "--non-interactive", "--color=never", *arguments]
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    folder.mkdir()
    # It installs nothing then, and asks for no configuration: what it would ask for is given below.
    pulumi("new", str(TEMPLATE), "--yes", "--generate-only", "--name=shop", "--description=Our shop")
    template = yaml.safe_load((TEMPLATE / "Pulumi.yaml").read_text())["template"]
    project = yaml.safe_load((folder / "Pulumi.yaml").read_text())
    assert (project["name"], project["description"]) == ("shop", "Our shop")
    assert {path.name for path in folder.iterdir()} == {path.name for path in TEMPLATE.iterdir()}

    (folder / ".venv").symlink_to(sys.prefix)
    pulumi("stack", "init", "dev")
    pulumi("config", "set-all", *(f"--plaintext={key}={asked['default']}" for key, asked in template["config"].items()))
    steps = json.loads(pulumi("preview", "--json"))["steps"]
    made = Counter(step["urn"].split("::")[2].rpartition(":")[2] for step in steps)
    assert made == Counter(["Stack", "Network", "Power", "Server", "VirtualMachine", "Drive", "Nic", "Power"])
    assert lab.simulator.requests() == []
