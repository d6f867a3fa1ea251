"""G25: what the state machine makes of a VergeOS, in whatever order, is imported and quiet."""

from __future__ import annotations

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.importing.test_worlds import Imported
from tests.properties.test_state_machine import PROFILES, world
from tests.soak.goals import Figure, measure

WORLDS, WORLDS_OF_THE_SHORT_FORM = 100, 5


@measure("G25")
def import_worlds(short: bool) -> Figure:
    """Import the worlds; one that is not imported and quiet fails it, with the steps that made it."""
    wanted = WORLDS_OF_THE_SHORT_FORM if short else WORLDS
    done = 0

    class Counted(Imported):
        def teardown(self) -> None:
            nonlocal done
            super().teardown()
            done += 1

    with world(Counted) as machine:
        while done < wanted:
            run_state_machine_as_test(machine, settings=settings(PROFILES["soak"], max_examples=wanted))
    return Figure(f"{done} worlds imported, each without a write and without a change afterwards", met=True)
