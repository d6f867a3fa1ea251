"""What is sent again and what is not, after which waits, and what the last error says about all attempts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from verge_pulumi.client import (
    ApiError,
    LoginRequired,
    NoAnswer,
    NotFound,
    Outcome,
    RateLimited,
    Refused,
    RetryPolicy,
    ServerError,
    Unreachable,
    UntrustedCertificate,
    VergeClient,
    VergeError,
)

from .servers import HttpServer

UNKNOWN, NOT_APPLIED = Outcome.UNKNOWN, Outcome.NOT_APPLIED


class Sender:
    """Fails with the given errors, then succeeds."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    def __call__(self) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def policy(slept: list[float], **options: Any) -> RetryPolicy:
    return RetryPolicy(sleep=slept.append, random=lambda: 1.0, **options)


@pytest.mark.parametrize("repeatable", [True, False])
@pytest.mark.parametrize(
    "error",
    [
        Unreachable("x"),
        RateLimited("x", status=429),
        NoAnswer("x"),
        ServerError("x", status=500),
    ],
)
def test_what_was_not_applied_and_passes_is_sent_again(slept: list[float], error: VergeError, repeatable: bool) -> None:
    send = Sender(error)
    assert policy(slept).run(send, repeatable=repeatable) == "done"
    assert send.calls == 2


@pytest.mark.parametrize("error", [NoAnswer("x", outcome=UNKNOWN), ServerError("x", status=502, outcome=UNKNOWN)])
def test_what_may_have_been_applied_is_sent_again_only_if_that_does_no_harm(
    slept: list[float], error: VergeError
) -> None:
    send = Sender(error)
    with pytest.raises(type(error)):
        policy(slept).run(send, repeatable=False)
    assert (send.calls, slept) == (1, [])
    send = Sender(error)
    assert policy(slept).run(send, repeatable=True) == "done"


@pytest.mark.parametrize(
    "error",
    [
        UntrustedCertificate("x"),
        LoginRequired("x", status=401),
        NotFound("x", status=404),
        Refused("x", status=422),
        ApiError("x", status=200, outcome=UNKNOWN),
        RuntimeError("x"),
    ],
)
def test_what_does_not_pass_is_not_sent_again(slept: list[float], error: Exception) -> None:
    send = Sender(error)
    with pytest.raises(type(error)) as caught:
        policy(slept).run(send, repeatable=True)
    assert caught.value is error
    assert (send.calls, slept) == (1, [])


def test_it_ends_after_four_attempts_with_the_last_error(slept: list[float]) -> None:
    errors = [Unreachable(str(number)) for number in range(9)]
    send = Sender(*errors)
    with pytest.raises(Unreachable) as caught:
        policy(slept).run(send, repeatable=False)
    assert caught.value is errors[3]
    assert (send.calls, slept) == (4, [0.5, 1.0, 2.0])


def test_waits_are_a_random_part_of_a_bound_that_stops_growing(slept: list[float]) -> None:
    chances = iter([0.0, 0.5, 1.0, 1.0, 1.0, 0.25])
    waiting = RetryPolicy(attempts=7, sleep=slept.append, random=lambda: next(chances))
    assert waiting.run(Sender(*[Unreachable("x")] * 6), repeatable=False) == "done"
    assert slept == [0.0, 0.5, 2.0, 4.0, 8.0, 2.0]


@pytest.mark.fault(36)
def test_a_rate_limit_waits_longer(slept: list[float]) -> None:
    assert policy(slept).run(Sender(*[RateLimited("x")] * 3), repeatable=False) == "done"
    assert slept == [2.0, 4.0, 8.0]


@pytest.mark.fault(35)
@pytest.mark.parametrize(("asked", "waited"), [(0.0, 0.0), (7.5, 7.5), (60.0, 60.0), (86400.0, 60.0)])
@pytest.mark.parametrize("kind", [RateLimited, ServerError])
def test_retry_after_is_obeyed_up_to_a_minute(
    slept: list[float], kind: type[ApiError], asked: float, waited: float
) -> None:
    assert policy(slept).run(Sender(kind("x", retry_after=asked)), repeatable=False) == "done"
    assert slept == [waited]


@pytest.mark.parametrize("last", [Unreachable("x"), Refused("x", status=422), RateLimited("x")])
def test_the_last_error_speaks_for_all_attempts(slept: list[float], last: VergeError) -> None:
    with pytest.raises(type(last)) as caught:
        policy(slept, attempts=2, patience=0.0).run(Sender(NoAnswer("x", outcome=UNKNOWN), last), repeatable=True)
    assert caught.value.outcome is UNKNOWN
    assert "not known whether" in str(caught.value)


def test_waits_are_really_slept_by_default() -> None:
    assert RetryPolicy(first_delay=0.0).run(Sender(Unreachable("x")), repeatable=False) == "done"


# Through the client


@pytest.mark.fault(34, 39)
@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_get_is_sent_again(server: HttpServer, verge: VergeClient, status: int) -> None:
    server.reply(status)
    assert verge.table("vms").list() == []
    assert len(server.received) == 2


@pytest.mark.fault(34, 39, 40)
@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
@pytest.mark.parametrize("write", ["create", "action", "in_path", "in_query"])
def test_a_post_or_action_of_unknown_outcome_is_never_sent_again(
    server: HttpServer, verge: VergeClient, status: int, write: str
) -> None:
    server.reply(status, {"err": "oops"})
    vms = verge.table("vms")
    sends: dict[str, Callable[[], object]] = {
        "create": lambda: vms.create({"name": "a"}),
        "action": lambda: vms.action(1, "clone"),
        "in_path": lambda: vms.action_in_path(1, "clone", method="PUT"),
        "in_query": lambda: vms.action_in_query(1, "clone"),
    }
    with pytest.raises(ServerError) as caught:
        sends[write]()
    assert caught.value.outcome is UNKNOWN
    assert len(server.received) == 1


def test_a_post_that_was_refused_for_its_rate_is_sent_again(
    server: HttpServer, verge: VergeClient, slept: list[float]
) -> None:
    server.reply(429, headers={"Retry-After": "3"})
    server.reply(201, {"$key": "1"})
    assert verge.table("vms").create({"name": "a"}).key == "1"
    assert slept == [3.0]


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_an_update_is_sent_again(server: HttpServer, verge: VergeClient, status: int) -> None:
    server.reply(status)
    verge.table("vms").update(1, {"name": "a"})
    assert len(server.received) == 2


def test_a_delete_that_had_worked_without_saying_so_is_a_success(server: HttpServer, verge: VergeClient) -> None:
    server.reply(502)
    server.reply(404, {"err": "no such row"})
    verge.table("vms").delete(1)
    assert [request.method for request in server.received] == ["DELETE", "DELETE"]


def test_a_delete_that_was_only_rate_limited_was_not_applied(server: HttpServer, verge: VergeClient) -> None:
    server.reply(429)
    server.reply(404, {"err": "no such row"})
    with pytest.raises(NotFound):
        verge.table("vms").delete(1)


@pytest.mark.fault(22, 28, 32, 33)
@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 422, 501, 507])
def test_a_refusal_is_final(server: HttpServer, verge: VergeClient, status: int) -> None:
    server.reply(status, {"err": "no"})
    with pytest.raises(ApiError) as caught:
        verge.table("vms").update(1, {"name": "a"})
    assert caught.value.outcome is NOT_APPLIED
    assert len(server.received) == 1
