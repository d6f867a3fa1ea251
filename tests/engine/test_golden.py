"""States that earlier releases left behind go on working."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.engine.command import Project
from tests.engine.golden import FOLDER, PROGRAMS
from tests.engine.lab import Lab
from verge_pulumi.simulator import Options, Simulator

RECORDED = sorted(path.parent.relative_to(FOLDER) for path in FOLDER.glob("*/*/state.json"))
"""Release and program of each state."""


@pytest.mark.fault(72)
@pytest.mark.parametrize("recorded", RECORDED, ids=str)
def test_refresh_up_and_destroy_work_on_the_state_of_a_release(recorded: Path, tmp_path: Path, cli: Path) -> None:
    content = tmp_path / "simulator.json"
    shutil.copy(FOLDER / recorded / "simulator.json", content)
    with Simulator(Options(name="golden", user="golden", state=content)) as simulator:
        assert managed(simulator)
        project = Project(Lab(tmp_path, cli, simulator), PROGRAMS[recorded.name])
        project.run("stack", "import", "--file", str(FOLDER / recorded / "state.json"))
        project.run("refresh", "--yes", "--skip-preview", "--expect-no-changes")
        project.run("up", "--yes", "--skip-preview", "--expect-no-changes")
        project.run("destroy", "--yes", "--skip-preview")
        assert managed(simulator) == []


def managed(simulator: Simulator) -> list[str]:
    """Return the names of the machines and networks that carry a mark."""
    rows = [*simulator.rows("vms"), *simulator.rows("vnets")]
    return [row["name"] for row in rows if "[pulumi" in (row["description"] or "")]
