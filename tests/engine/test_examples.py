"""The projects in `examples/`, run as a person runs them: with `pulumi` in a copy of their folder."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine.command import Project
from tests.engine.lab import Lab
from tests.soak.importing import import_back

FOLDER = Path(__file__).resolve().parents[2] / "examples"
# The template becomes a project only by `pulumi new`, as test_template does it.
EXAMPLES = sorted(path.parent for path in FOLDER.glob("*/Pulumi.yaml") if path.parent.name != "template")

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIexample ops@example"
SECRET = "c4nary-p<ssword"
SHARED_KEY = "YzRuYXJ5LXNlY3JldC1rZXktb2YtYS12cG4tcGVlci0="

CONFIG = {
    "access": {"client-secret": SECRET},
    "golden-image": {"ssh-key": KEY},
    "web-tier": {"ssh-key": KEY, "password": SECRET, "allow-data-loss": "true"},
    "vpn": {"preshared-key": SHARED_KEY, "partner-psk": SECRET},
    "windows": {"setup-url": "https://example.com/windows.iso", "password": SECRET},
}
"""The settings of each example in addition to its defaults."""


IMPORTED = ("vlan-uplink",)
"""Examples whose program and state are thrown away and imported before they are destroyed; `make soak` has the rest."""


@pytest.fixture
def project(lab: Lab, example: Path) -> Project:
    """A copy of an example, configured."""
    return configured(lab, example)


def configured(lab: Lab, example: Path) -> Project:
    """Copy an example, and configure it."""
    project = Project(lab, example)
    for key, value in CONFIG.get(example.name, {}).items():
        project.run("config", "set", *(["--secret"] if value in (SECRET, SHARED_KEY) else []), key, value)
    if example.name == "golden-image":
        write_image(project, "one")
    return project


def write_image(project: Project, text: str) -> None:
    """Write the image of which the fleet is made."""
    (project.folder / "golden.qcow2").write_text(text * 1000)


def stated_costs(example: Path) -> dict[str, int]:
    """Return how many requests a command costs at most, as the example's README says."""
    readme = (example / "README.md").read_text()
    return {command: int(requests) for command, requests in re.findall(r"^\| `pulumi (\w+)` \| (\d+) \|", readme, re.M)}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_runs_from_end_to_end_at_the_stated_cost(lab: Lab, project: Project, example: Path) -> None:
    before = lab.simulator.snapshot()
    costs: dict[str, int] = {}

    def run(command: str, *arguments: str) -> None:
        lab.simulator.reset("log")
        output = project.run(command, *arguments)
        assert not any(secret in output for secret in (SECRET, SHARED_KEY))
        costs[command] = max(len(lab.simulator.requests()), costs.get(command, 0))

    run("preview")
    run("up", "--yes", "--skip-preview")
    run("preview", "--expect-no-changes")
    run("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    assert not any(secret in lab.state_text() for secret in (SECRET, SHARED_KEY))
    if example.name in IMPORTED:
        assert import_back(project, before) == []
        project.run("state", "unprotect", "--all", "--yes")
    run("destroy", "--yes", "--skip-preview")
    assert lab.simulator.snapshot() == before
    stated = stated_costs(example)
    assert costs.keys() == stated.keys()
    assert all(costs[command] <= stated[command] for command in costs), costs


@pytest.mark.parametrize("example", [path for path in EXAMPLES if path.name == "golden-image"], ids=["golden-image"])
def test_another_golden_image_stops_one_machine_at_a_time(lab: Lab, project: Project) -> None:
    project.run("config", "set", "machines", "2")
    project.up()
    old = {vm["$key"] for vm in lab.simulator.rows("vms")}
    write_image(project, "another")
    lab.simulator.reset("log")
    project.up()
    requests = [request for request in lab.simulator.requests() if request.applied]
    actions = [request.body["action"] for request in requests if request.path.endswith("/vm_actions")]
    assert actions == ["poweroff", "clone", "poweron"] * 2
    assert old.isdisjoint(vm["$key"] for vm in lab.simulator.rows("vms"))
    assert {drive["used_bytes"] for drive in lab.simulator.rows("machine_drives")} == {len("another") * 1000}


def test_the_tests_in_an_example_pass_without_pulumi(tmp_path: Path) -> None:
    shutil.copytree(FOLDER / "segmented-site", tmp_path / "site")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "SLIPCOVER_"))}
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q"],
        cwd=tmp_path / "site",
        env=plain | {"PYTHONPATH": str(FOLDER.parent), "PATH": ""},
        check=True,
    )
