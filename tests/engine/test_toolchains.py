"""Programs, and the providers of their resources, run in the environment that Pulumi.yaml names."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.engine.lab import Lab

PROGRAM = """
import sys
import pulumi
from verge_pulumi import Network

Network("lan", name="lan")
pulumi.export("prefix", sys.prefix)
"""

PYPROJECT = """
[project]
name = "shop"
version = "1"
requires-python = ">=3.11"

[tool.uv]
package = false
"""

POETRY = """#!/bin/sh
case "$*" in
    *--version*) echo "Poetry (version 2.1.3)" ;;
    *--executable*) echo "{environment}/bin/python" ;;
    *--path*) echo "{environment}" ;;
    *) echo "this is asked where the environment is only: $*" >&2; exit 1 ;;
esac
"""


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ("toolchain: pip, virtualenv: ../beside", "../beside"),
        ("toolchain: uv", ".venv"),
        pytest.param("toolchain: poetry", "../poetrys", marks=pytest.mark.long),
    ],
)
def test_both_run_in_the_environment_of_the_project(lab: Lab, tmp_path: Path, options: str, place: str) -> None:
    folder, tools = tmp_path / "shop", tmp_path / "tools"
    folder.mkdir()
    tools.mkdir()
    environment = (folder / place).resolve()
    venv.create(environment, symlinks=True)
    # It has what this Python has, and nothing else leads there.
    (environment / sysconfig.get_path("purelib", vars={"base": ""}).lstrip("/") / "all.pth").write_text(
        f"{sysconfig.get_path('purelib')}\n{Path(__file__).resolve().parents[2]}\n"
    )
    (folder / "Pulumi.yaml").write_text(f"name: shop\nruntime: {{name: python, options: {{{options}}}}}\n")
    (folder / "__main__.py").write_text(PROGRAM)
    if "uv" in options:
        (folder / "pyproject.toml").write_text(PYPROJECT)
    if "poetry" in options:
        (folder / "poetry.lock").write_text("package = []\n")
    (tools / "poetry").write_text(POETRY.format(environment=environment))
    (tools / "poetry").chmod(0o755)
    places = [lab.cli, tools, Path(sys.executable).parent]
    variables = os.environ | lab.by_hand | {"PATH": os.pathsep.join([*map(str, places), os.environ["PATH"]])}
    variables |= {"UV_OFFLINE": "1"}
    del variables["PYTHONPATH"], variables["PULUMI_PYTHON_CMD"]

    def pulumi(*arguments: str) -> str:
        command = ["pulumi", "--non-interactive", "--color=never", *arguments]
        done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    pulumi("stack", "init", "dev")
    shown = pulumi("preview")
    assert f'prefix: "{environment}"' in shown
    assert re.search(r"Network +lan +create", shown)  # which a provider has checked
