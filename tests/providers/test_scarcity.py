"""Time while requests are plentiful, requests while they are scarce."""

from __future__ import annotations

import pytest

from verge_pulumi.client import Budget
from verge_pulumi.engine.reading.scarcity import REQUESTS_FOR_EACH, USUAL, Scarcity

OBJECTS = 400
NEED = REQUESTS_FOR_EACH * OBJECTS


class Hour:
    """An hour whose requests are spent one after the other, on a clock of its own."""

    def __init__(self, requests: float) -> None:
        self.time = 0.0
        self.budget = Budget(round(requests / 0.95), clock=lambda: self.time, sleep=self._sleep)

    def _sleep(self, seconds: float) -> None:
        self.time += seconds

    def spend(self, requests: float) -> None:
        """Send so many requests."""
        for _ in range(round(requests)):
            with self.budget.turn():
                pass


def run(hour: Hour, objects: int = OBJECTS) -> Scarcity:
    """Return the scarcity for a run with so many objects, which begins in this hour."""
    hour.budget.made = 0
    scarcity = Scarcity(hour.budget)
    scarcity.expect(objects)
    return scarcity


@pytest.mark.parametrize(("times", "scarcity"), [(4, 0.0), (3.01, 0.0), (2.5, 0.5), (1.99, 1.0), (1, 1.0), (0.1, 1.0)])
def test_it_is_what_is_left_beside_what_the_run_needs(times: float, scarcity: float) -> None:
    assert run(Hour(times * NEED)).now == pytest.approx(scarcity, abs=0.01)


def test_without_a_limit_there_are_always_plenty() -> None:
    assert Scarcity(Budget(0)).now == 0


def test_a_run_of_which_nothing_is_known_is_one_of_a_usual_size() -> None:
    assert Scarcity(Hour(3.1 * REQUESTS_FOR_EACH * USUAL).budget).now == 0
    assert Scarcity(Hour(1.9 * REQUESTS_FOR_EACH * USUAL).budget).now == 1


def test_what_others_take_makes_them_scarce() -> None:
    hour = Hour(4 * NEED)
    scarcity = run(hour)
    hour.spend(1.5 * NEED)
    hour.budget.made = 0  # it was not this run that sent them
    assert scarcity.now == pytest.approx(0.5, abs=0.01)


def test_a_run_that_saves_goes_on_saving_when_little_is_left_to_do() -> None:
    hour = Hour(1.9 * NEED)
    scarcity = run(hour)
    for _ in range(OBJECTS - 1):
        scarcity.done()
    hour.spend(NEED)
    assert scarcity.remaining == 1
    assert scarcity.now == 1


def test_a_run_that_took_what_it_needs_does_not_begin_to_save() -> None:
    hour = Hour(3.5 * NEED)
    scarcity = run(hour)
    for _ in range(OBJECTS // 2):
        scarcity.done()
    hour.spend(0.8 * NEED)
    assert scarcity.now == 0


def test_how_far_a_run_is_can_be_told() -> None:
    scarcity = Scarcity(Budget(0))
    assert scarcity.progress == ""
    scarcity.expect(2001)
    scarcity.unchanged()
    for _ in range(3):
        scarcity.done()
    assert scarcity.progress == "3 of 2,000 objects done"


def test_what_is_unchanged_needs_nothing() -> None:
    scarcity = run(Hour(NEED))
    assert scarcity.now == 1
    for _ in range(OBJECTS * 3 // 4):
        scarcity.unchanged()
    assert scarcity.remaining == OBJECTS // 4
    assert scarcity.now == 0
