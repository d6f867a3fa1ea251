"""An example that is run by accounts which may do what it takes, and nothing else."""

from __future__ import annotations

import ast
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import verge_pulumi
from tests.engine import warm
from tests.engine.command import LIMIT, Project
from tests.engine.lab import Lab
from verge_pulumi import Account, deploy_account, preview_account


def uses_of(example: Path) -> list[object]:
    """Return what a program uses, as its author would name it: the classes and look-ups that it imports."""
    return list(_uses(example))


def _uses(example: Path) -> Iterator[object]:
    for program in example.glob("*.py"):
        for node in ast.walk(ast.parse(program.read_text())):
            for alias in node.names if isinstance(node, ast.ImportFrom) and node.module == "verge_pulumi" else ():
                found = getattr(verge_pulumi, alias.name)
                if alias.name.startswith("get_") or hasattr(found, "declaration") or hasattr(found, "makes"):
                    yield found
                elif found in (preview_account, deploy_account):
                    yield Account


class Accounts:
    """Two accounts that an administrator has made for a program.

    Args:
        lab: The stack of the program. The accounts are those of another project.
        uses: What it uses.
    """

    def __init__(self, lab: Lab, uses: list[object]) -> None:
        self._uses = uses
        self._lab = Lab(lab.folder / "accounts", lab.cli, lab.simulator, project="accounts")
        self._lab.up(self._program)
        keys = {row["name"]: row["private_key"] for row in lab.simulator.rows("user_api_keys")}
        self.look, self.deploy = keys["looks"], keys["deploys"]

    def _program(self) -> None:
        preview_account("looks", uses=self._uses)
        deploy_account("deploys", uses=self._uses)

    def destroy(self) -> None:
        """Delete them."""
        self._lab.destroy()


def live(lab: Lab, project: Project, accounts: Accounts) -> None:
    """Let one account update and destroy a program, and the other one do all that reads in between."""
    look = {"VERGEOS_API_KEY": accounts.look}
    deploy = {"VERGEOS_API_KEY": accounts.deploy}
    project.up(**deploy)
    before = lab.simulator.snapshot()
    preview = project.run("preview", "--refresh", "--expect-no-changes", "--json", "--show-sames", **look)
    (project.folder / "preview.json").write_text(preview[preview.index("{") :])
    assert "none drifted" in _verge_pulumi(project, "drift", lab.stack_name, **look)
    report = _verge_pulumi(project, "report", "preview.json", "--live", **look)
    assert "did not tell its capacity" not in report
    refused = project.start("destroy", "--yes", "--skip-preview", **look)
    output, _ = refused.communicate(timeout=LIMIT)
    assert refused.returncode != 0
    assert "Permission denied (403). The user of this API key needs the right '" in output
    assert lab.simulator.snapshot() == before
    project.run("destroy", "--yes", "--skip-preview", **deploy)


def _verge_pulumi(project: Project, *arguments: str, **variables: str) -> str:
    environment = os.environ | project.lab.environment | variables
    environment["PATH"] = f"{project.lab.cli}{os.pathsep}{os.environ['PATH']}"
    command = [str(warm.python()), "-m", warm.COMMAND, *arguments]
    done = subprocess.run(
        command, cwd=project.folder, env=environment, capture_output=True, text=True, check=False, timeout=LIMIT
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
