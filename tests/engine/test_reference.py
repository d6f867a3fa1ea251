"""The examples on the pages of the reference with the real engine: those of one area are one program."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from tests.declarations.conftest import here as here
from tests.engine.lab import Lab
from tests.reference.setting import prepare
from tools.reference.examples import FOLDER, PROGRAMS

AREAS = sorted({program.parent for program in PROGRAMS})


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("area", AREAS, ids=lambda area: str(area.relative_to(FOLDER.parent)))
def test_the_examples_of_an_area_live_in_one_stack(lab: Lab, area: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in prepare(lab.simulator, lab.folder, monkeypatch).items():
        lab.configure(name, value)
    before = lab.simulator.snapshot()

    def program() -> None:
        for each in sorted(area.glob("*.py")):
            runpy.run_path(str(each))

    lab.up(program)
    assert lab.preview(program).changes == {}
    lab.destroy()
    assert lab.simulator.snapshot() == before
