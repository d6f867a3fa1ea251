"""What type checkers tell the author of a program."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
PROGRAM, MISTAKES = FOLDER / "user_program.py", FOLDER / "planted_mistakes.py"
Findings = dict[str, dict[int, list[str]]]
"""By file name and line, the errors."""


def run(*command: str) -> str:
    result = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True)
    assert result.returncode in (0, 1), result.stdout + result.stderr
    return result.stdout


def mypy() -> Findings:
    """Run mypy --strict over both programs, with a configuration of its own as a user has."""
    options = ("--config-file=", "--cache-dir=.mypy_cache/programs", "--strict", "--output=json")
    lines = run("mypy", *options, str(PROGRAM), str(MISTAKES))
    found: Findings = {}
    for line in lines.splitlines():
        error = json.loads(line)
        if error["severity"] == "error":
            found.setdefault(Path(error["file"]).name, {}).setdefault(error["line"], []).append(error["message"])
    return found


def pyright() -> Findings:
    """Run pyright over both programs."""
    report = json.loads(run("pyright", "--outputjson", f"--pythonpath={sys.executable}", str(PROGRAM), str(MISTAKES)))
    assert report["summary"]["filesAnalyzed"] == 2
    found: Findings = {}
    for error in report["generalDiagnostics"]:
        if error["severity"] == "error":
            line = error["range"]["start"]["line"] + 1
            found.setdefault(Path(error["file"]).name, {}).setdefault(line, []).append(error["message"])
    return found


@pytest.mark.timeout(240)
@pytest.mark.parametrize("check", [mypy, pyright])
def test_a_checker_finds_every_mistake_and_nothing_else(check: Callable[[], Findings]) -> None:
    found = check()
    marked = {n for n, text in enumerate(MISTAKES.read_text().splitlines(), 1) if "  # mistake: " in text}
    assert len(marked) >= 10
    assert found.get(PROGRAM.name, {}) == {}
    assert set(found[MISTAKES.name]) == marked, found[MISTAKES.name]
