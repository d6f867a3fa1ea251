"""The examples on the pages of the reference with the real engine, as two programs that are run for all of them."""

from __future__ import annotations

import runpy
from pathlib import Path

import pulumi
import pytest

from tests.declarations.conftest import here as here
from tests.engine.lab import Lab
from tests.reference.setting import prepare
from tools.reference.examples import FOLDER, PROGRAMS

# What some of the others do holds for all that follows in the program.
TOGETHER = {
    "resources": [program for program in PROGRAMS if program.parent != FOLDER],
    "others": [program for program in PROGRAMS if program.parent == FOLDER],
}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("programs", TOGETHER.values(), ids=TOGETHER)
def test_the_examples_live_in_one_stack(lab: Lab, programs: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    config = prepare(lab.simulator, lab.folder, monkeypatch)
    before = lab.simulator.snapshot()

    def program() -> None:
        for name, value in config.items():  # one call of the CLI for each takes longer than all the rest
            pulumi.runtime.set_config(name, value)
        for each in programs:
            runpy.run_path(str(each))

    lab.up(program)
    assert lab.preview(program).changes == {}
    lab.destroy()
    assert lab.simulator.snapshot() == before
