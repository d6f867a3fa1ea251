"""What the project says it runs in: the language, and the virtual environment that Pulumi starts the program in."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from verge_pulumi.doctor.findings import Finding, problem
from verge_pulumi.review.escaping import text

_NEEDED = ("pulumi", "verge_pulumi")

_LACKING = f"import importlib.util as i; print(*(n for n in {_NEEDED} if i.find_spec(n) is None), sep=', ')"


def broken(project: Path, patience: float) -> Finding | None:
    """Say why Pulumi could not start a program with this package in a project; None if nothing is known to hinder it.

    Args:
        project: The file of the project, which can be read.
        patience: Seconds that the interpreter of its environment may take.
    """
    runtime: Any = yaml.safe_load(project.read_text(encoding="utf-8")).get("runtime")
    name, options = (runtime.get("name"), runtime.get("options")) if isinstance(runtime, Mapping) else (runtime, None)
    if name != "python":
        said = f"its runtime is {text(name)}" if name else "it has no runtime"
        return problem(
            "project", f"{said}, and this package is one of Python", f"Give {project.name} 'runtime: python'."
        )
    options = options if isinstance(options, Mapping) else {}
    folder = options.get("virtualenv")
    # Poetry and uv make theirs when the program starts.
    if not isinstance(folder, str) or not folder or options.get("toolchain", "pip") != "pip":
        return None
    wrong = _wrong(project.parent, folder, patience)
    return (
        problem("project", f"its virtual environment '{text(folder)}' {wrong}", "Run 'pulumi install'.")
        if wrong
        else None
    )


def _wrong(project: Path, folder: str, patience: float) -> str:
    """Return what is wrong with a virtual environment of a project, or ""."""
    python = project / folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        return "is not there"
    try:
        ran = subprocess.run(  # noqa: S603  what Pulumi runs too; the program is not run
            [python, "-c", _LACKING], cwd=project, capture_output=True, text=True, check=True, timeout=patience
        )
    except (OSError, subprocess.SubprocessError):
        return "has a Python that does not start"
    lacking = ran.stdout.strip()
    return f"lacks {text(lacking)}" if lacking else ""
