"""The short forms of the long loops, and the table."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import pytest

from tests.soak import goal_09_outage, goal_10_drip, goal_14_hostile_text
from tests.soak.__main__ import main
from tests.soak.goal_01_lost_answers import Losses, lose_answers
from tests.soak.goals import GOALS, MEASUREMENTS, Figure, measure
from tests.soak.importing import misplaced
from verge_pulumi.simulator import Request


def test_no_answer_that_is_lost_doubles_or_loses_a_row() -> None:
    assert lose_answers(60) == Losses(runs=60)


@pytest.mark.parametrize("status", [502, 503])
def test_an_outage_is_not_made_worse(status: int) -> None:
    assert goal_09_outage.extra_requests(status) <= goal_09_outage.MOST_EXTRA


def test_a_server_that_drips_holds_no_call() -> None:
    seconds, which = goal_10_drip.longest_call()
    assert seconds <= goal_10_drip.GRACE, which


def test_hostile_text_does_no_harm() -> None:
    goal_14_hostile_text.try_cases(2000)


def test_the_table_tells_figures_and_misses(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(short: bool) -> Figure:
        error = AssertionError("a row was doubled")
        error.add_note("def test_ready")
        raise error

    monkeypatch.setattr("tests.soak.__main__.MEASUREMENTS", {"G2": lambda short: Figure(f"0 ({short})", met=True)})
    assert main(["--short"]) == 0
    assert "0 (True)" in capsys.readouterr().out
    monkeypatch.setattr("tests.soak.__main__.MEASUREMENTS", {"G3": fails})
    assert main([]) == 1
    out = capsys.readouterr().out
    assert "failed: a row was doubled" in out
    assert "def test_ready" in out
    with pytest.raises(SystemExit):
        main(["G99"])


ORDER = (("POST", "vm_actions"), ("DELETE", "machine_nics/7"), ("DELETE", "vms/1"), ("DELETE", "vnets/5"))


@pytest.mark.parametrize("order", [*itertools.permutations(ORDER)])
def test_every_wrong_order_of_a_destroy_is_noticed(order: Sequence[tuple[str, str]]) -> None:
    rows: dict[str, dict[str, dict[str, Any]]] = {
        "vms": {"1": {"name": "web", "machine": 3}},
        "machine_nics": {"7": {"machine": 3, "vnet": 5}},
        "machine_drives": {},
    }
    requests = [
        Request(number, 0.0, verb, f"/api/v4/{path}", "", {"vm": 1} if verb == "POST" else None, 1, 200, applied=True)
        for number, (verb, path) in enumerate(order)
    ]
    assert bool([*misplaced(rows, requests)]) == (order != ORDER)


@pytest.mark.parametrize("goal", ["G99", "G1"])
def test_a_goal_that_is_unknown_or_taken_is_refused(goal: str) -> None:
    assert set(MEASUREMENTS) <= set(GOALS)
    with pytest.raises(ValueError, match=goal):
        measure(goal)
