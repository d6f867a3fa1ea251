"""The examples on the pages of the reference: each is run, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.providers.bench import Bench
from tests.reference.carrying import carry_out
from tests.reference.setting import CONFIG, prepare
from tools.reference.examples import FOLDER, PROGRAMS
from verge_pulumi.simulator import Simulator

# Each thread in which Pulumi's mocks answer leaves a loop open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: str(path.relative_to(FOLDER)))
@pytest.mark.usefixtures("here")
def test_an_example_creates_what_its_page_is_about(
    program: Path, simulator: Simulator, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    prepare(simulator, tmp_path)
    before = simulator.snapshot()
    bench.share_clock()
    carried = carry_out(program, bench, CONFIG)
    made = carried.made
    kinds = {each.kind for each in made} | {type_.rpartition(":")[2] for type_ in carried.others}
    assert program.stem.removesuffix("_full").replace("_", "") in {kind.lower() for kind in kinds}
    bench.begin_run()
    for each in reversed(made):
        each.delete()
    assert simulator.snapshot() == before
