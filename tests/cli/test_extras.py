"""What is told where an extra is not installed."""

from __future__ import annotations

import subprocess
import sys

import pytest

from verge_pulumi._extras import MissingExtra, extra, packages

SENTENCE = "Unable to start the simulator: the package aiohttp is missing. Run pip install 'verge-pulumi[simulator]'."


def python(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program where a package of the simulator is missing."""
    begun = f"import runpy, sys; sys.modules['aiohttp'] = None\n{program}"
    return subprocess.run([sys.executable, "-c", begun], capture_output=True, text=True, check=False)


def test_the_packages_of_an_extra_are_those_of_pyproject() -> None:
    assert {"jinja2", "typer"} <= packages("cli")
    assert {"aiohttp", "lark", "trustme", "cryptography"} == packages("simulator")
    assert not packages("none")


def test_a_program_that_imports_the_simulator_is_told_what_to_install() -> None:
    done = python("from verge_pulumi.simulator import Simulator")
    assert done.stderr.splitlines()[-1] == f"verge_pulumi._extras.MissingExtra: {SENTENCE}"


def test_who_starts_the_simulator_as_a_module_sees_one_sentence() -> None:
    done = python("runpy.run_module('verge_pulumi.simulator', run_name='__main__')")
    assert (done.returncode, done.stderr) == (1, f"{SENTENCE}\n")


def test_what_the_simulator_does_not_have_is_no_attribute() -> None:
    done = python("import verge_pulumi.simulator as simulator\nprint(hasattr(simulator, 'Simulatr'))")
    assert done.stdout == "False\n"


def test_another_module_that_is_missing_is_not_mistaken_for_an_extra() -> None:
    with pytest.raises(ModuleNotFoundError, match="elsewhere"), extra("simulator", "start the simulator"):
        raise ModuleNotFoundError("No module named 'elsewhere'", name="elsewhere")
    with (
        pytest.raises(MissingExtra, match="package lark is missing"),
        extra("simulator", "start the simulator"),
    ):
        raise ModuleNotFoundError("No module named 'lark.lexer'", name="lark.lexer")
