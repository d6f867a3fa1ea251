"""The three logins: headers, one login for all threads, no storms, and no secret that shows."""

from __future__ import annotations

import base64
import copy
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from verge_pulumi.client import (
    ApiKey,
    Authentication,
    BadAnswer,
    Basic,
    InvalidLogin,
    LoginRequired,
    Outcome,
    Redirected,
    RetryPolicy,
    ServerError,
    SessionToken,
    Unreachable,
    VergeClient,
    VergeError,
)

from .conftest import PASSWORD, Connect
from .servers import HttpServer, Received, Reply

ONCE = RetryPolicy(attempts=1)
THREADS = 8


class Sessions:
    """A VergeOS with session tokens that a test can end, and a log of logins and logouts."""

    def __init__(self) -> None:
        self.logins: list[Received] = []
        self.logouts: list[str] = []
        self.live: set[str] = set()
        self.refuse_login: Reply | None = None
        self.refuse_tokens = False
        self.at_login: Callable[[], object] = lambda: None
        self.at_401: Callable[[], object] = lambda: None
        self.at_served: Callable[[], object] = lambda: None
        self.served = 0

    def __call__(self, request: Received) -> Reply:
        token = request.headers.get("x-yottabyte-token", "")
        if request.path == "/api/sys/tokens":
            self.logins.append(request)
            self.at_login()
            if self.refuse_login:
                return self.refuse_login
            new = f"{len(self.logins):040x}"
            self.live.add(new)
            return Reply(201, {"location": f"/sys/tokens/{new}", "$row": 1, "$key": new})
        if request.path.startswith("/api/sys/tokens/"):
            self.logouts.append(request.path.rpartition("/")[2])
            return Reply(200)
        if self.refuse_tokens or token not in self.live:
            self.at_401()
            return Reply(401, {"err": "Login required"})
        self.served += 1
        self.at_served()
        return Reply(201, {"$key": "1"}) if request.method == "POST" else Reply(200, [])


@pytest.fixture
def sessions(server: HttpServer) -> Sessions:
    sessions = Sessions()
    server.respond = sessions
    return sessions


@pytest.fixture
def verge(server: HttpServer, sessions: Sessions, connect: Connect) -> VergeClient:
    return connect(server.url, auth=SessionToken("admin", PASSWORD))


def test_basic(server: HttpServer, connect: Connect) -> None:
    connect(server.url, auth=Basic("jürgen", "pä:ss")).table("vms").list()
    scheme, _, pair = server.received[0].headers["authorization"].partition(" ")
    assert (scheme, base64.b64decode(pair).decode()) == ("Basic", "jürgen:pä:ss")


def test_api_key(server: HttpServer, connect: Connect) -> None:
    connect(server.url, auth=ApiKey("abc123")).table("vms").list()
    assert server.received[0].headers["authorization"] == "Bearer abc123"


@pytest.mark.parametrize(
    "make",
    [
        lambda: Basic("", "x"),
        lambda: Basic("x", ""),
        lambda: Basic("a:b", "x"),
        lambda: SessionToken("", "x"),
        lambda: SessionToken("x", ""),
        lambda: ApiKey(""),
        lambda: ApiKey("canary key"),
        lambda: ApiKey("canary\n"),
        lambda: ApiKey("canarý"),
    ],
)
def test_a_login_that_cannot_be_sent_is_refused(make: Callable[[], object]) -> None:
    with pytest.raises(InvalidLogin) as caught:
        make()
    assert "canar" not in str(caught.value)


@pytest.mark.fault(19)
@pytest.mark.parametrize("auth", [Basic("admin", PASSWORD), ApiKey("some-key")])
@pytest.mark.parametrize("method", ["list", "create"])
def test_a_401_is_final_for_fixed_credentials(
    server: HttpServer, connect: Connect, auth: Authentication, method: str
) -> None:
    server.reply(401, {"err": "Login required"})
    vms = connect(server.url, auth=auth).table("vms")
    with pytest.raises(LoginRequired, match=r"Login required \(401\)\. Check the user name") as caught:
        vms.list() if method == "list" else vms.create({"name": "a"})
    assert caught.value.outcome is Outcome.NOT_APPLIED
    assert len(server.received) == 1


def test_a_session_logs_in_when_it_is_needed_and_logs_out_at_the_end(
    server: HttpServer, sessions: Sessions, verge: VergeClient
) -> None:
    assert sessions.logins == []
    verge.table("vms").list()
    verge.table("vms").list()
    verge.close()
    assert [login.json for login in sessions.logins] == [{"login": "admin", "password": PASSWORD}]
    assert sessions.logins[0].method == "POST"
    assert sessions.logouts == [f"{1:040x}"]
    verge.close()
    assert len(sessions.logouts) == 1


def test_a_session_that_was_never_used_sends_nothing(server: HttpServer, verge: VergeClient) -> None:
    verge.close()
    assert server.received == []


def test_the_version_needs_no_session(server: HttpServer, sessions: Sessions, verge: VergeClient) -> None:
    server.reply(json={"version": "26.1.8"})
    assert verge.version() == {"version": "26.1.8"}
    assert sessions.logins == []


def test_a_logout_that_fails_is_not_an_error(server: HttpServer, verge: VergeClient) -> None:
    server.reply(201, {"$key": "a" * 40}, headers={"Connection": "close"})
    server.reply(json=[], headers={"Connection": "close"})
    verge.table("vms").list()
    server.close()
    verge.close()


@pytest.mark.fault(20)
@pytest.mark.parametrize("method", ["list", "create", "download"])
def test_an_expired_session_is_renewed_and_the_request_sent_again(
    sessions: Sessions, verge: VergeClient, method: str
) -> None:
    vms = verge.table("vms")
    vms.list()
    sessions.live.clear()
    calls: dict[str, Callable[[], object]] = {
        "list": vms.list,
        "create": lambda: vms.create({"a": 1}),
        "download": lambda: list(vms.download(1)),
    }
    calls[method]()
    assert (len(sessions.logins), sessions.served) == (2, 2)


def test_a_new_session_that_is_refused_as_well_is_an_error(sessions: Sessions, verge: VergeClient) -> None:
    verge.table("vms").list()
    sessions.refuse_tokens = True
    with pytest.raises(LoginRequired, match="GET /api/v4/vms failed: Login required"):
        verge.table("vms").list()
    assert len(sessions.logins) == 2


@pytest.mark.fault(69)
def test_threads_share_one_login(sessions: Sessions, verge: VergeClient) -> None:
    all_started = threading.Event()
    start = threading.Barrier(THREADS, action=all_started.set)

    def work(_: int) -> None:
        start.wait(5)
        verge.table("vms").list()

    sessions.at_login = lambda: all_started.wait(5)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, range(THREADS)))
    assert (len(sessions.logins), sessions.served) == (1, THREADS)


@pytest.mark.fault(20, 69)
def test_threads_whose_session_expired_share_one_new_login(sessions: Sessions, verge: VergeClient) -> None:
    verge.table("vms").list()
    sessions.live.clear()
    # Every thread has been told 401 for the old token before the first can log in again.
    all_refused = threading.Barrier(THREADS)
    sessions.at_401 = lambda: all_refused.wait(5)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(lambda _: verge.table("vms").create({"name": "a"}), range(THREADS)))
    assert (len(sessions.logins), sessions.served) == (2, 1 + THREADS)


def test_a_thread_that_hears_of_the_end_late_takes_the_new_session(sessions: Sessions, verge: VergeClient) -> None:
    verge.table("vms").list()
    sessions.live.clear()
    both_sent = threading.Barrier(2)
    renewed = threading.Event()

    def hold_back_one() -> None:
        if both_sent.wait(5):
            renewed.wait(5)

    sessions.at_401 = hold_back_one
    sessions.at_served = renewed.set
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: verge.table("vms").list(), range(2)))
    assert (len(sessions.logins), sessions.served) == (2, 3)


@pytest.mark.fault(21)
@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429])
def test_a_refused_login_is_made_once_and_remembered(
    server: HttpServer, sessions: Sessions, verge: VergeClient, slept: list[float], status: int
) -> None:
    sessions.refuse_login = Reply(status, {"err": "Too many attempts"})
    for _ in range(3):
        with pytest.raises(LoginRequired, match=r"POST /api/sys/tokens failed: Too many.*not tried again") as caught:
            verge.table("vms").create({"name": "a"})
        assert (caught.value.status, caught.value.outcome) == (status, Outcome.NOT_APPLIED)
    with ThreadPoolExecutor(THREADS) as pool:
        errors = list(pool.map(lambda _: caught_from(verge.table("vms").list), range(THREADS)))
    assert len({id(error) for error in errors}) == THREADS
    assert (len(server.received), slept) == (1, [])


def caught_from(call: Callable[[], object]) -> VergeError | None:
    try:
        call()
    except VergeError as error:
        return error
    return None


@pytest.mark.fault(21)
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(302, headers={"Location": "/login"}), Redirected),
        (Reply(200, body=b"<html>", type="text/html"), BadAnswer),
        (Reply(201, {"$key": ""}), BadAnswer),
        (Reply(201, {"$key": 5}), BadAnswer),
        (Reply(201, {"$key": "a/../b"}), BadAnswer),
        (Reply(201, {}), BadAnswer),
    ],
)
def test_a_login_answered_by_something_else_is_remembered_too(
    sessions: Sessions, verge: VergeClient, reply: Reply, kind: type[VergeError]
) -> None:
    sessions.refuse_login = reply
    for _ in range(2):
        with pytest.raises(kind) as caught:
            verge.table("vms").create({"name": "a"})
        assert caught.value.outcome is Outcome.NOT_APPLIED
    assert len(sessions.logins) == 1


def test_a_login_that_passes_is_tried_again_and_leaves_the_request_unsent(
    sessions: Sessions, verge: VergeClient, slept: list[float]
) -> None:
    sessions.refuse_login = Reply(503, {"err": "starting"})
    with pytest.raises(ServerError) as caught:
        verge.table("vms").create({"name": "a"})
    assert caught.value.outcome is Outcome.NOT_APPLIED
    assert (len(sessions.logins), len(slept)) == (4, 3)
    sessions.refuse_login = None
    assert verge.table("vms").create({"name": "a"}).key == "1"


def test_a_session_cannot_log_in_to_a_host_that_is_gone(server: HttpServer, connect: Connect) -> None:
    server.close()
    with pytest.raises(Unreachable) as caught:
        connect(server.url, auth=SessionToken("admin", PASSWORD), retries=ONCE).table("vms").create({"name": "a"})
    assert caught.value.outcome is Outcome.NOT_APPLIED


def test_a_renewal_that_fails_is_the_error(sessions: Sessions, verge: VergeClient) -> None:
    verge.table("vms").list()
    sessions.live.clear()
    sessions.refuse_login = Reply(401, {"err": "locked"})
    with pytest.raises(LoginRequired, match="locked"):
        verge.table("vms").list()


def test_a_client_that_was_closed_logs_in_anew(sessions: Sessions, verge: VergeClient) -> None:
    verge.table("vms").list()
    verge.close()
    verge.table("vms").list()
    assert len(sessions.logins) == 2


def test_a_token_that_a_server_repeats_is_masked(server: HttpServer, sessions: Sessions, verge: VergeClient) -> None:
    verge.table("vms").list()
    token = next(iter(sessions.live))
    server.reply(422, {"err": f"session {token} of {PASSWORD}"})
    with pytest.raises(VergeError, match=r"session \*\*\* of \*\*\*"):
        verge.table("vms").list()


@pytest.mark.fault(75)
@pytest.mark.parametrize("auth", [Basic("admin", PASSWORD), SessionToken("admin", PASSWORD), ApiKey("canary-key")])
def test_credentials_show_no_secret_and_cannot_be_taken_along(
    server: HttpServer, sessions: Sessions, connect: Connect, auth: Authentication
) -> None:
    client = connect(server.url, auth=auth)
    caught_from(client.table("vms").list)
    session = vars(client)["_session"]
    for held in (auth, client, session, *vars(session).values()):
        shown = f"{held!r} {held} {getattr(held, '__dict__', '')}"
        assert not any(secret in shown for secret in (PASSWORD, "canary-key", f"{1:040x}"))
    for held in (auth, vars(session)["_credentials"]):
        with pytest.raises(TypeError, match="vars"):
            vars(held)
        for take in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match="holds a secret and cannot be pickled"):
                take(held)
    with pytest.raises(TypeError):
        pickle.dumps(client)
    assert "***" in repr(auth)


def test_a_login_that_is_interrupted_does_not_block_the_next_one(
    sessions: Sessions, verge: VergeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("verge_pulumi.client.transport.Transport.exchange", interrupt)
        with pytest.raises(KeyboardInterrupt):
            verge.table("vms").list()
    assert verge.table("vms").list() == []
