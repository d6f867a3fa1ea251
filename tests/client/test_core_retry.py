"""The budget of retries that a client's threads share, and the waits to the second."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from verge_pulumi.client import NoAnswer, Outcome, RateLimited, Refused, RetryPolicy, ServerError, Unreachable
from verge_pulumi.client.retry import RetryBudget

from .conftest import Connect
from .servers import HttpServer, Reply


def failing(*errors: Exception) -> Callable[[], str]:
    """Return a ``send`` that raises the errors one after the other, then succeeds."""
    left = list(errors)

    def send() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return send


def policy(slept: list[float], **options: Any) -> RetryPolicy:
    return RetryPolicy(sleep=slept.append, random=lambda: 1.0, **options)


# The budget


def test_a_budget_ends() -> None:
    budget = RetryBudget(3)
    assert [budget.take() for _ in range(5)] == [True, True, True, False, False]


def test_a_success_gives_one_retry_back() -> None:
    budget = RetryBudget(2)
    assert [budget.take() for _ in range(3)] == [True, True, False]
    budget.give_back()
    assert [budget.take() for _ in range(2)] == [True, False]


def test_a_budget_holds_no_more_than_at_first() -> None:
    budget = RetryBudget(2)
    for _ in range(5):
        budget.give_back()
    assert [budget.take() for _ in range(3)] == [True, True, False]


def test_calls_share_a_budget(slept: list[float]) -> None:
    budget = RetryBudget(4)
    for waits in ([0.5, 1.0, 2.0], [0.5], []):
        slept.clear()
        with pytest.raises(Unreachable):
            policy(slept).run(failing(*[Unreachable("x")] * 9), repeatable=False, budget=budget)
        assert slept == waits
    assert policy(slept).run(failing(), repeatable=False, budget=budget) == "done"
    assert policy(slept).run(failing(Unreachable("x")), repeatable=False, budget=budget) == "done"


def test_a_call_alone_has_the_budget_of_its_policy(slept: list[float]) -> None:
    for _ in range(2):
        slept.clear()
        with pytest.raises(Unreachable):
            policy(slept, budget=1).run(failing(*[Unreachable("x")] * 9), repeatable=False)
        assert slept == [0.5]


def test_a_request_refused_for_its_rate_takes_nothing_from_the_budget(slept: list[float]) -> None:
    budget = RetryBudget(1)
    assert policy(slept).run(failing(*[RateLimited("x")] * 3), repeatable=False, budget=budget) == "done"
    assert budget.take()


def test_in_an_outage_a_client_soon_sends_each_request_once(
    server: HttpServer, connect: Connect, slept: list[float]
) -> None:
    server.respond = lambda request: Reply(500)
    vms = connect(server.url, retries=policy(slept, budget=4)).table("vms")
    counts = []
    for _ in range(4):
        server.received.clear()
        with pytest.raises(ServerError):
            vms.list()
        counts.append(len(server.received))
    assert counts == [4, 2, 1, 1]


# The waits


def test_patience_may_be_used_up_to_the_last_second(slept: list[float]) -> None:
    with pytest.raises(RateLimited):
        policy(slept, patience=14.0).run(failing(*[RateLimited("x")] * 9), repeatable=False)
    assert slept == [2.0, 4.0, 8.0]


def test_patience_is_not_bound_to_the_number_of_attempts(slept: list[float]) -> None:
    assert policy(slept, attempts=1).run(failing(*[RateLimited("x")] * 7), repeatable=False) == "done"
    assert slept == [2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0]


def test_a_server_that_goes_on_asking_for_a_short_wait_is_given_longer_ones(slept: list[float]) -> None:
    errors = [RateLimited("x", retry_after=1.0)] * 4
    assert policy(slept, attempts=3).run(failing(*errors), repeatable=False) == "done"
    assert slept == [1.0, 1.0, 8.0, 16.0]


def test_a_server_that_goes_on_asking_for_a_long_wait_is_obeyed(slept: list[float]) -> None:
    errors = [RateLimited("x", retry_after=30.0)] * 3
    assert policy(slept, attempts=1).run(failing(*errors), repeatable=False) == "done"
    assert slept == [30.0, 30.0, 30.0]


def test_the_waits_after_a_rate_limit_follow_the_first_delay(slept: list[float]) -> None:
    errors = [RateLimited("x")] * 3
    assert policy(slept, first_delay=0.1, longest_retry_after=0.5).run(failing(*errors), repeatable=False) == "done"
    assert slept == [0.4, 0.5, 0.5]


def test_many_attempts_do_not_overflow(slept: list[float]) -> None:
    errors = [Unreachable("x")] * 1100
    assert policy(slept, attempts=1200, budget=1200).run(failing(*errors), repeatable=False) == "done"
    assert slept[4:] == [8.0] * 1096


# What the last error says


def test_an_error_keeps_its_outcome_if_no_attempt_was_unsure(slept: list[float]) -> None:
    with pytest.raises(Refused) as caught:
        policy(slept).run(failing(Unreachable("x"), Refused("x", status=422)), repeatable=True)
    assert caught.value.outcome is Outcome.NOT_APPLIED


def test_one_unsure_attempt_among_several_makes_the_whole_unsure(slept: list[float]) -> None:
    errors = [Unreachable("x"), NoAnswer("x", outcome=Outcome.UNKNOWN), Unreachable("x"), Unreachable("x")]
    with pytest.raises(Unreachable) as caught:
        policy(slept).run(failing(*errors), repeatable=True)
    assert caught.value.outcome is Outcome.UNKNOWN


def test_what_was_applied_stays_applied(slept: list[float]) -> None:
    errors = [NoAnswer("x", outcome=Outcome.UNKNOWN), Refused("x", status=422, outcome=Outcome.APPLIED)]
    with pytest.raises(Refused) as caught:
        policy(slept).run(failing(*errors), repeatable=True)
    assert caught.value.outcome is Outcome.APPLIED
