"""What type checkers tell the author of a program, in a project of the author's own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent
CACHE = FOLDER.parents[1] / ".mypy_cache" / "programs"
PROGRAM, MISTAKES = "user_program.py", "planted_mistakes.py"
Findings = dict[str, dict[int, list[str]]]
"""By file name and line, the errors."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with both programs, strict about everything, which finds the package where it is installed."""
    for name in (PROGRAM, MISTAKES):
        shutil.copy(FOLDER / name, tmp_path)
    (tmp_path / "pyrightconfig.json").write_text("{}")
    return tmp_path


def run(project: Path, *command: str) -> str:
    result = subprocess.run([sys.executable, "-m", *command], cwd=project, capture_output=True, text=True)
    assert result.returncode in (0, 1), result.stdout + result.stderr
    return result.stdout


def mypy(project: Path) -> Findings:
    """Run ``mypy --strict`` over both programs."""
    lines = run(project, "mypy", "--strict", f"--cache-dir={CACHE}", "--output=json", PROGRAM, MISTAKES)
    found: Findings = {}
    for line in lines.splitlines():
        error = json.loads(line)
        if error["severity"] == "error":
            found.setdefault(Path(error["file"]).name, {}).setdefault(error["line"], []).append(error["message"])
    return found


def pyright(project: Path) -> Findings:
    """Run pyright over both programs."""
    report = json.loads(run(project, "pyright", "--outputjson", f"--pythonpath={sys.executable}"))
    assert report["summary"]["filesAnalyzed"] == 2
    found: Findings = {}
    for error in report["generalDiagnostics"]:
        if error["severity"] == "error":
            line = error["range"]["start"]["line"] + 1
            found.setdefault(Path(error["file"]).name, {}).setdefault(line, []).append(error["message"])
    return found


@pytest.mark.timeout(240)
@pytest.mark.parametrize("check", [mypy, pyright])
def test_a_checker_finds_every_mistake_and_nothing_else(check: Callable[[Path], Findings], project: Path) -> None:
    found = check(project)
    lines = (project / MISTAKES).read_text().splitlines()
    marked = {number for number, text in enumerate(lines, 1) if "  # mistake: " in text}
    assert len(marked) >= 10
    assert found.get(PROGRAM, {}) == {}
    assert set(found[MISTAKES]) == marked, found[MISTAKES]
