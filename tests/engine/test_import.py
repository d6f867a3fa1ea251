"""A running site becomes a program and its state: nothing is written to VergeOS, and nothing changes afterwards."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.engine.events import rows_of
from tests.engine.kinds import SUBJECTS, plot, program
from tests.engine.lab import PROJECT, Lab
from verge_pulumi.client import as_key
from verge_pulumi.engine.ownership.mark import Mark, without_mark

COMMAND = "from verge_pulumi.cli import main; main()"


class Site:
    """A project into which a running site is imported."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab
        self.folder = lab.folder / "imported"
        self.folder.mkdir()
        (self.folder / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: python\n")
        (self.folder / ".venv").symlink_to(sys.prefix)
        (self.folder / "states").mkdir()
        self.run("stack", "init", lab.stack_name)

    def _environment(self) -> dict[str, str]:
        path = f"{self.lab.cli}{os.pathsep}{os.environ['PATH']}"
        own = {"PATH": path, "PULUMI_BACKEND_URL": (self.folder / "states").as_uri()}
        return {**os.environ, **self.lab.environment, **own}

    def run(self, *command: str, code: int = 0) -> str:
        """Run a command of Pulumi there, and return what it prints."""
        ran = subprocess.run(
            ["pulumi", "--non-interactive", "--color=never", *command],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == code, ran.stdout + ran.stderr
        return ran.stdout + ran.stderr

    def imports(self, *options: str, code: int = 0) -> str:
        """Run ``verge-pulumi import``; VergeOS is only read. Return what it prints."""
        self.lab.simulator.reset("log")
        before = self.lab.simulator.snapshot()
        ran = subprocess.run(
            [sys.executable, "-c", COMMAND, "import", str(self.folder), "--yes", *options],
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == code, ran.stdout + ran.stderr
        assert {request.verb for request in self.lab.simulator.requests()} <= {"GET"}
        assert self.lab.simulator.snapshot() == before
        return ran.stdout + ran.stderr

    def destroy(self) -> list[str]:
        """Destroy what was imported; return what was deleted or stopped, in order."""
        self.run("config", "set", "protect", "false")
        self.run("up", "--yes", "--skip-preview")
        self.lab.simulator.reset("log")
        self.run("destroy", "--yes", "--skip-preview")
        return [f"{r.verb} {r.path.removeprefix('/api/v4/')}" for r in self.lab.simulator.requests() if r.applied]


def test_every_kind_of_resource_can_be_imported(lab: Lab) -> None:
    """What another program has made is there as if people had: no row bears a mark."""
    tenant = lab.simulator.add("tenants", name="shop")
    lab.up(program(plot(1, list(SUBJECTS)), tenant=tenant))
    for table, rows in rows_of(lab.simulator).items():
        for key, row in rows.items():
            if Mark.of(row.get("description")):
                lab.simulator.edit(table, as_key(key), description=without_mark(row["description"]))
    site = Site(lab)
    print(site.imports(code=3))
    print((site.folder / "vergeos-import" / "plan.csv").read_text())
    for f in site.folder.glob("infrastructure/*.py"):
        print(f.read_text())
