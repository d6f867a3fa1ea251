"""The promises of an import: each is shown by a test, or says what it lacks beside what is shown."""

from __future__ import annotations

from tests.faults.matrix import marked_tests
from tests.importing.promises import PROMISES, promises_page
from tests.soak.goals import GOALS

NUMBERS = range(1, len(PROMISES) + 1)


def test_every_promise_is_shown_by_a_test_or_says_what_it_lacks() -> None:
    tests, page = marked_tests(mark="promise"), promises_page()
    told = {number for number in NUMBERS if PROMISES[number - 1].missing}
    measured = {number for number in NUMBERS if PROMISES[number - 1].goals}
    assert set(tests) | told | measured == {*NUMBERS}
    assert all(f" | {each.missing} |\n" in page for each in PROMISES if each.missing)


def test_the_page_has_every_promise_and_its_tests() -> None:
    page = promises_page()
    assert all(f"| I{number} | {PROMISES[number - 1].text} | " in page for number in NUMBERS)
    assert "`test_it_may_be_cut_off_at_any_instant`" in page
    assert all(goal in GOALS for promise in PROMISES for goal in promise.goals.split(", ") if goal)
    assert all(line.count(" | ") == 3 for line in page.splitlines() if line.startswith("| I"))
