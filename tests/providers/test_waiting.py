"""Waits look again after longer and longer pauses, tell what they wait for, and end."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from tests.providers.bench import Time
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.reading.waiting import (
    WaitFailed,
    WaitTimeout,
    is_out_of_time,
    limited,
    patience,
    wait_until,
)
from verge_pulumi.engine.runtime import provider_process


def states(*words: str) -> Callable[[], str]:
    """Return a look that sees these words one after the other, and the last one for ever."""
    left = list(words)
    return lambda: left.pop(0) if len(left) > 1 else left[0]


def wait(time: Time, look: Callable[[], str], timeout: float = 60.0) -> str:
    return wait_until(
        look,
        lambda word: word == "running",
        what="power on",
        timeout=timeout,
        clock=time.clock(),
        failed=lambda word: word == "error",
        describe=str.upper,
        detail=lambda word: f" ({len(word)} letters)",
    )


def test_what_is_there_already_costs_one_look_and_no_time() -> None:
    time = Time()
    assert wait(time, states("running")) == "running"
    assert time.now == 0


def test_pauses_grow_up_to_a_limit_and_looks_of_all_waits_coincide() -> None:
    time, moments = Time(), [0.1]
    time.now = 0.1
    time.meanwhile = lambda: moments.append(time.now)
    wait(time, states(*["starting"] * 12, "running"), timeout=600)
    pauses = [after - before for before, after in pairwise(moments)]
    assert 0 < pauses[0] < 0.5
    assert pauses[-3:] == [8.0] * 3
    assert all(early * 3 >= late / 2 for early, late in pairwise(pauses))
    assert [moment % 0.25 for moment in moments[1:]] == pytest.approx([0.0] * 12)
    assert moments[-1] % 8 == pytest.approx(0)


def test_a_wait_ends_at_its_deadline_with_the_last_state() -> None:
    time = Time()
    with pytest.raises(WaitTimeout) as end:
        wait(time, states("stopped", "starting"), timeout=7)
    assert str(end.value) == "power on: still 'STARTING' after 7 s (8 letters)"
    assert isinstance(end.value, EngineError)
    assert time.now == pytest.approx(7)


def test_a_wait_looks_once_more_at_its_deadline() -> None:
    time = Time()
    looks = iter(range(100))
    assert wait(time, lambda: "running" if time.now >= 7 and next(looks) >= 0 else "off", timeout=7) == "running"


def test_without_time_there_is_still_one_look() -> None:
    with pytest.raises(WaitTimeout, match="after 0 s"):
        wait(Time(), states("starting"), timeout=0)


def test_a_state_that_does_not_pass_ends_a_wait_at_once() -> None:
    time = Time()
    with pytest.raises(WaitFailed) as end:
        wait(time, states("starting", "error", "running"))
    assert str(end.value) == "power on: it is 'ERROR' now, which does not pass by itself (5 letters)"
    assert time.now == 0.25


@pytest.mark.parametrize(
    ("seen", "looks"),
    [
        (["running"], 1),
        (["stopped", "starting", "running"], 3),
        (["starting", "starting", "running"], 3),
        (["starting", "stopped", "starting", "running", "running"], 5),
        (["starting", "stopped", "starting", "running", "stopped", "running", "running"], 7),
    ],
)
def test_what_flaps_must_hold_twice(seen: list[str], looks: int) -> None:
    left, look = [*seen, "the end"], 0

    def next_state() -> str:
        nonlocal look
        look += 1
        return left.pop(0)

    assert wait(Time(), next_state) == "running"
    assert look == looks


@pytest.mark.parametrize(
    ("allowed", "said", "usual", "left"),
    [
        (None, None, 60, 60),
        (None, 5, 60, 5),
        (100, None, 60, 70),
        (100, 5, 60, 5),
        (40, None, 60, 10),
        (40, 20, 60, 10),
        (20, None, 60, 0),
    ],
)
def test_a_call_has_what_custom_timeouts_leave_of_it(
    allowed: float | None, said: float | None, usual: float, left: float
) -> None:
    time = Time()
    with limited(allowed, time.clock()):
        time.sleep(30)
        assert patience(said, usual) == left
        assert is_out_of_time() is (left == 0)
    assert (patience(None, 60), is_out_of_time()) == (60, False)


def test_a_wait_that_must_not_be_cut_short_lasts_as_long_as_ever() -> None:
    time = Time()
    with limited(5, time.clock()), pytest.raises(WaitTimeout, match=r"after 60 s .*custom_timeouts allows 5 s in all"):
        wait(time, states("starting"), timeout=60)


def test_without_words_of_its_own_a_state_is_told_as_it_is() -> None:
    with pytest.raises(WaitTimeout, match=r"^five: still '4' after 1 s$"):
        wait_until(lambda: 4, lambda n: n == 5, what="five", timeout=1, clock=Time().clock())


def test_people_are_told_what_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[tuple[str, dict[str, Any]]] = []
    monkeypatch.setattr(provider_process, "log", lambda message, **how: lines.append((message, how)))
    wait(Time(), states("stopped", "starting", "running"))
    assert lines == [
        ("waiting for power on: 'STOPPED', 0 s", {"ephemeral": True}),
        ("waiting for power on: 'STARTING', 0 s", {"ephemeral": True}),
    ]
