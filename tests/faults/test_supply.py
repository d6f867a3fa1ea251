"""F85: what is installed is what was locked; F86 through the command line."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements.lock").read_text()
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)


def normal(name: str) -> str:
    """Return the one spelling of a distribution's name."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> set[str]:
    """Return the names of all dependencies in pyproject.toml."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    lists = [
        project["project"]["dependencies"],
        *project["project"].get("optional-dependencies", {}).values(),
        *project.get("dependency-groups", {}).values(),
    ]
    names = (re.match(r"[A-Za-z0-9._-]+", text) for each in lists for text in each)
    return {normal(name[0]) for name in names if name}


@pytest.mark.fault(85)
def test_every_dependency_is_locked() -> None:
    assert declared() - {normal(name) for name, _ in PIN.findall(LOCK)} == set()


@pytest.mark.fault(85)
def test_every_locked_version_has_hashes_and_nothing_else_is_in_the_lock() -> None:
    entries = re.split(r"\n(?=\S)", "\n".join(line for line in LOCK.splitlines() if not line.lstrip().startswith("#")))
    for entry in filter(None, (entry.strip() for entry in entries)):
        assert PIN.match(entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), entry
        assert "://" not in entry


@pytest.mark.fault(85)
def test_the_environment_is_made_from_the_lock_with_hashes() -> None:
    makefile = (ROOT / "Makefile").read_text()
    installs = [line for line in makefile.splitlines() if "pip install" in line and "uv pip compile" not in line]
    assert installs
    assert all("--require-hashes -r requirements.lock" in line or "--no-deps" in line for line in installs)


@pytest.mark.fault(85)
def test_workflows_use_actions_by_their_hash() -> None:
    folder = ROOT / ".github" / "workflows"
    uses = [line for path in folder.glob("*.y*ml") for line in path.read_text().splitlines() if "uses:" in line]
    assert all(re.search(r"uses: (\./|\S+@[0-9a-f]{40}\b)", line) for line in uses)


@pytest.mark.fault(86)
def test_the_command_does_not_listen_for_everybody() -> None:
    command = [sys.executable, "-m", "verge_pulumi.simulator", "--host", "0.0.0.0"]  # noqa: S104  what is refused
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode != 0
    assert "it is not a loopback address" in result.stderr
