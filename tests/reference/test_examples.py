"""The examples on the pages of the reference: each is run, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.providers.bench import Bench
from tests.reference.carrying import carry_out
from tests.reference.setting import prepare
from tools.reference.examples import FOLDER, PROGRAMS, shown_by
from tools.reference.nouns import NOUNS, program_of
from verge_pulumi import Server
from verge_pulumi.simulator import Simulator

# Each thread in which Pulumi's mocks answer leaves a loop open.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

DOCUMENTED = {kind.__name__: program_of(kind) for kind in (*NOUNS.values(), Server)}
"""Which examples show which kinds."""


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: str(path.relative_to(FOLDER)))
@pytest.mark.usefixtures("here")
def test_an_example_creates_what_its_page_is_about(
    program: Path, simulator: Simulator, bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = prepare(simulator, tmp_path, monkeypatch)
    before = simulator.snapshot()
    bench.share_clock()
    carried = carry_out(program, bench, config)
    made = carried.made
    kinds = {each.kind for each in made} | {type_.rpartition(":")[2] for type_ in carried.others}
    assert {noun for noun, place in DOCUMENTED.items() if place == shown_by(program)} <= kinds
    bench.begin_run()
    for each in reversed(made):
        each.delete()
    assert simulator.snapshot() == before
