"""The example with three environments on two systems: what runs in one touches no other."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.engine import warm
from tests.engine.lab import Lab
from verge_pulumi.engine.ownership.mark import Mark
from verge_pulumi.simulator import Options, Simulator

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "multi-environment"
STACKS = ("dev", "staging", "prod")


class Estate:
    """A copy of the example, and the two systems on which its environments are."""

    def __init__(self, lab: Lab, production: Simulator) -> None:
        self.folder = lab.folder / "estate"
        self.systems = {"dev": lab.simulator, "staging": lab.simulator, "prod": production}
        self.environment = os.environ | lab.environment
        del self.environment["VERGEOS_HOST"], self.environment["VERGEOS_API_KEY"]
        self.environment["PATH"] = f"{lab.cli}{os.pathsep}{os.environ['PATH']}"
        shutil.copytree(EXAMPLE, self.folder, ignore=shutil.ignore_patterns(".venv"))
        warm.virtualenv(self.folder)

    def pulumi(self, project: str, stack: str, *arguments: str) -> str:
        """Run a command of Pulumi on a stack, with the access to its system."""
        system = self.systems[stack]
        command = ["pulumi", "--non-interactive", "--color=never", *arguments, f"--stack={stack}"]
        return self._run(command, project, VERGEOS_HOST=system.url, VERGEOS_API_KEY=system.api_key)

    def verge_pulumi(self, *arguments: str, given: str = "") -> str:
        """Run a command of this package, which needs no access to any system."""
        return self._run([str(warm.python()), "-m", warm.COMMAND, *arguments], given=given)

    def _run(self, command: list[str], folder: str = ".", given: str = "", **variables: str) -> str:
        done = subprocess.run(
            command,
            cwd=self.folder / folder,
            env=self.environment | variables,
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def make(self, project: str, stack: str) -> None:
        """Make a stack, and everything in it."""
        self.pulumi(project, stack, "stack", "init", "--no-select")
        self.up(project, stack)

    def export(self, stack: str) -> str:
        """Return the file that holds the state of the servers of an environment."""
        path = self.folder / f"{stack}.json"
        self.pulumi("app", stack, "stack", "export", f"--file={path}")
        return str(path)

    def up(self, project: str, stack: str) -> str:
        """Run ``pulumi up``."""
        return self.pulumi(project, stack, "up", "--yes", "--skip-preview")

    def rows(self, stack: str) -> list[tuple[str, dict[str, Any]]]:
        """Return the rows on the stack's system that are of its environment, as their marks say."""
        return [
            (table, row)
            for table in ("vnets", "vms", "machine_drives", "machine_nics")
            for row in self.systems[stack].rows(table)
            if (mark := Mark.of(row["description"])) and mark.owner.endswith(f"/{stack}")
        ]


@pytest.fixture
def production() -> Iterator[Simulator]:
    """The second VergeOS."""
    with Simulator(Options(name="production")) as running:
        yield running


@pytest.fixture
def estate(lab: Lab, production: Simulator) -> Estate:
    """The example with all of its stacks made, those of one project side by side."""
    estate = Estate(lab, production)
    for project in ("network", "app"):
        with ThreadPoolExecutor() as pool:
            list(pool.map(partial(estate.make, project), STACKS))
    return estate


def test_a_change_is_promoted_from_dev_to_prod_and_touches_no_other_environment(estate: Estate) -> None:
    assert [len(estate.rows(stack)) for stack in STACKS] == [1 + 3, 1 + 2 * 3, 1 + 2 * 3]
    names = {row["name"] for table, row in estate.rows("staging") if table == "vms"}
    assert names == {"staging-web-1", "staging-web-2"}
    told = estate.verge_pulumi("compare", estate.export("dev"), estate.export("prod"))
    assert "dev-web-1" not in told  # what is called by its environment does not differ
    for difference in ("only in estate-app/prod", "web-2", "cpu_cores", "ram", "disksize"):
        assert difference in told
    assert "Nic 'web-1-eth0': network:" not in told  # the key of a row of the other project

    program = estate.folder / "app" / "__main__.py"
    program.write_text(
        program.read_text().replace('os_family="linux",', 'os_family="linux",\n        description="The shop",')
    )
    for stack in STACKS:
        before = {other: estate.rows(other) for other in STACKS}
        preview = estate.pulumi("app", stack, "preview", "--json", "--show-sames")
        report = estate.verge_pulumi("report", "--fail-on=data-loss,replace,restart", given=preview)
        servers = 1 if stack == "dev" else 2
        assert f"estate-app/{stack}" in report
        assert report.count("The shop") == servers
        estate.up("app", stack)
        after = {other: estate.rows(other) for other in STACKS}
        assert [other for other in STACKS if after[other] != before[other]] == [stack]
        described = [row["description"].partition("\n")[0] for table, row in after[stack] if table == "vms"]
        assert described == ["The shop"] * servers
