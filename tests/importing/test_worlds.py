"""Whatever people, programs, faults and kills have made of a VergeOS is imported, and nothing changes afterwards."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test

from tests.faults.faulty import cases
from tests.importing.bench import STACK, MemoryCli, SiteBench
from tests.importing.engine import differences, misdirected
from tests.importing.random_site import RandomSite
from tests.properties.test_state_machine import PROFILES, Lives, world
from verge_pulumi.importing.outcome import Outcome
from verge_pulumi.simulator import Options, Simulator


def imported(simulator: Simulator, stack: str) -> Outcome:
    """Import what a simulator has into an empty stack, and see that nothing is written and nothing differs."""
    before = simulator.snapshot()
    simulator.reset("log")
    cli = MemoryCli(replace(STACK, name=stack))
    with pytest.MonkeyPatch.context() as environment, tempfile.TemporaryDirectory() as folder:
        environment.setenv("VERGEOS_HOST", simulator.url)
        environment.setenv("VERGEOS_API_KEY", simulator.api_key)
        outcome = SiteBench(simulator, Path(folder)).imports(cli)
    assert (outcome.differences, outcome.unread, outcome.kept) == ([], {}, [])
    assert [*misdirected(cli)] == []
    assert differences(cli, simulator) == []
    assert {request.verb for request in simulator.requests()} == {"GET"}
    assert simulator.snapshot() == before
    return outcome


class Imported(Lives):
    """The state machine; what it has made is imported at its end."""

    into = "dev"

    @initialize(stack=st.sampled_from(["dev", "test", "prod"]))
    def choose(self, stack: str) -> None:
        """Choose the stack: one whose state was lost, or another one."""
        self.into = stack

    def teardown(self) -> None:
        """Import it."""
        self.scenario.calm()
        self.scenario.transitions(0)
        try:
            assert imported(self.simulator, self.into).refused == []
        except Exception as error:
            error.add_note(self.scenario.as_test())
            raise


@pytest.fixture
def machine() -> Iterator[type[Lives]]:
    """The state machine on a simulator that all its examples share."""
    with world(Imported) as lives:
        yield lives


@pytest.mark.promise(8, 18)
def test_every_world_of_the_state_machine_is_imported_and_quiet(machine: type[Lives]) -> None:
    run_state_machine_as_test(machine, settings=settings(PROFILES["default"], max_examples=8))


@pytest.mark.promise(8, 9, 10)
@given(st.integers(0, 2**32))
@settings(cases(400, part=40), phases=[Phase.generate])
def test_every_site_that_vergeos_accepts_is_imported_and_quiet(seed: int) -> None:
    with Simulator(Options(name="site-a")) as simulator:
        RandomSite(simulator, Random(seed)).fill(60)  # noqa: S311  it is to be repeatable
        imported(simulator, "dev")
