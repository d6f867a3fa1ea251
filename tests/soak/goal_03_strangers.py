"""G3: the state machine, until it has done its steps; each step looks at the rows of others."""

from __future__ import annotations

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from tests.properties.test_state_machine import PROFILES, Lives, world
from tests.soak.goals import Figure, measure

STEPS = 10_000
STEPS_OF_THE_SHORT_FORM = 1000


@measure("G3")
def strangers_touched(short: bool) -> Figure:
    """Run the state machine; that a row of others was touched would have failed it."""
    wanted = STEPS_OF_THE_SHORT_FORM if short else STEPS
    profile = PROFILES["soak"]
    if short:
        profile = settings(profile, max_examples=profile.max_examples * wanted // STEPS)
    done = 0

    class Counted(Lives):
        def teardown(self) -> None:
            nonlocal done
            done += len(self.scenario.steps)

    with world(Counted) as machine:
        while done < wanted:
            run_state_machine_as_test(machine, settings=profile)
    return Figure(f"0 rows of others touched, none doubled, none lost in {done:,} steps", met=True)
