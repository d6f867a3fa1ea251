"""The control panel and the faults."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.simulator.conftest import Http
from verge_pulumi.simulator import Simulator

CREATE = {"verb": "POST", "path": "/vms$"}


def dial(http: Http, verb: str, name: str, body: Any = None, status: int = 200) -> Any:
    answer = http.send(verb, f"/_sim{name}", json=body, auth=("", ""))
    assert answer.status_code == status, answer.text
    return answer.json()


def test_the_list_of_dials(http: Http) -> None:
    assert "PUT /_sim/faults" in dial(http, "GET", "")
    assert dial(http, "GET", "/") == dial(http, "GET", "")
    assert "GET /_sim lists them" in dial(http, "GET", "/nonsense", status=404)["err"]
    assert dial(http, "DELETE", "/faults", status=404)
    assert http.send("GET", "/_simulator").json() == {"err": "Resource '/_simulator' not found"}


def test_the_request_log(simulator: Simulator, http: Http) -> None:
    simulator.clock("manual")
    http.post("users", {"name": "ann", "password": "canary"})
    http.get("users", fields="name", filter="name eq 'ann'")
    http.send("POST", "/api/v4/vms", data=b"\xff canary")
    http.send("DELETE", "/api/sys/tokens/canary")
    http.put("users/2", [{"password": "canary"}], status=422)
    log = dial(http, "GET", "/requests")
    assert "canary" not in str(log)
    assert log[0] == {
        "n": 1, "time": simulator.clock(), "verb": "POST", "path": "/api/v4/users", "query": "",
        "body": {"name": "ann", "password": "********"}, "connection": 1, "status": 201, "applied": True,
    }  # fmt: skip
    assert (log[1]["query"], log[1]["body"], log[1]["applied"]) == ("fields=name&filter=name eq 'ann'", None, False)
    assert (log[2]["body"], log[2]["status"]) == ("<8 bytes that are not JSON>", 400)
    assert log[3]["path"] == "/api/sys/tokens/********"
    assert log[4]["body"] == [{"password": "********"}]


def test_counters(simulator: Simulator, http: Http) -> None:
    http.post("vms", {"name": "a", "bogus": 1})
    http.get("vms")
    http.get("vms/1")
    http.send("GET", "/version.json")
    http.send("POST", "/api/sys/tokens", json={})
    http.send("GET", "/api")
    http.send("GET", "/api/v4/")
    assert dial(http, "GET", "/counters") == {
        "requests": {
            "POST": {"vms": 1, "sys/tokens": 1},
            "GET": {"vms": 2, "version.json": 1, "": 1, "v4": 1},
        },
        "connections": 1,
        "applied": 1,
        "unknown_columns": {"vms": {"bogus": 1}},
        "most_in_flight": 1,
    }
    assert simulator.counters().total() == 7


def test_most_in_flight(simulator: Simulator, http: Http) -> None:
    simulator.faults({"what": "hang", "match": {"verb": "GET", "times": 3}})

    def ask() -> None:
        with pytest.raises(requests.ConnectionError):
            requests.get(simulator.url + "/api/v4/vms", timeout=10)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    while simulator.counters().most_in_flight < 3:
        pass
    simulator.stop()
    for thread in threads:
        thread.join()
    assert [request.status for request in simulator.requests()] == [None, None, None]


def test_reset(simulator: Simulator, http: Http, monkeypatch: pytest.MonkeyPatch) -> None:
    moment = time.time()
    monkeypatch.setattr(time, "time", lambda: moment)  # what is seeded has the time in it
    simulator.reset()
    seed = simulator.snapshot()
    http.vm("a", bogus=1)
    simulator.transitions(looks=3, stuck=["starting"], ignore_poweroff=True)
    simulator.clock("manual")
    simulator.faults({"what": "reset", "match": {"path": "never"}})
    assert dial(http, "POST", "/reset", {"what": "log"}) == {}
    assert simulator.requests() == []
    assert simulator.counters().unknown_columns == {}
    assert len(simulator.rows("vms")) == 1
    dial(http, "POST", "/reset", {"what": "all"})
    assert simulator.snapshot() == seed
    assert dial(http, "GET", "/transitions") == {
        "seconds": 0.0, "looks": None, "stuck": [], "ignore_poweroff": False,
    }  # fmt: skip
    assert dial(http, "GET", "/clock")["mode"] == "real"
    assert dial(http, "GET", "/faults") == []
    assert http.vm("a") == (1, 108)
    simulator.reset("log")
    assert "unknown" in dial(http, "POST", "/reset", {"what": "some"}, status=422)["err"]


def test_the_clock(http: Http) -> None:
    assert dial(http, "PUT", "/clock", {"mode": "manual"}) == {}
    now = dial(http, "GET", "/clock")["now"]
    dial(http, "PUT", "/clock", {"advance": 5})
    assert dial(http, "GET", "/clock") == {"mode": "manual", "now": now + 5}
    dial(http, "PUT", "/clock", {"mode": "real"})
    assert "real time" in dial(http, "PUT", "/clock", {"advance": 5}, status=422)["err"]
    assert "unknown" in dial(http, "PUT", "/clock", {"mode": "fast"}, status=422)["err"]
    assert dial(http, "PUT", "/clock", {"bogus": 1}, status=422)
    assert http.send("PUT", "/_sim/clock", data=b"{").status_code == 400


def test_transitions_by_dial(http: Http) -> None:
    dial(http, "PUT", "/transitions", {"looks": 1, "ignore_poweroff": [108]})
    dial(http, "PUT", "/transitions", {"seconds": 2.5, "stuck": ["stopping"]})
    assert dial(http, "GET", "/transitions") == {
        "seconds": 2.5, "looks": None, "stuck": ["stopping"], "ignore_poweroff": [108],
    }  # fmt: skip


def test_the_state_is_moved(simulator: Simulator, http: Http, start: Callable[..., Http]) -> None:
    key, machine = http.vm("web")
    simulator.transitions(looks=1)
    http.act(key, "poweron")
    state = json.loads(json.dumps(dial(http, "GET", "/state")))
    other = start(name="site-b")
    other.simulator.transitions(looks=1)
    dial(other, "PUT", "/state", state)
    # The administrator's password stays the one this simulator was started with.
    assert other.status(machine)["status"] == "starting"
    assert other.status(machine)["status"] == "running"
    assert other.vm("next") == (2, 109)
    old = start(release="4.12.6")
    assert "release 26.1.8" in dial(old, "PUT", "/state", state, status=422)["err"]
    state["rows"]["gadgets"] = []
    assert "unknown table 'gadgets'" in dial(other, "PUT", "/state", state, status=422)["err"]


def test_behind_everyones_back(simulator: Simulator, http: Http) -> None:
    key, _ = http.vm("web")
    before = http.get(f"vms/{key}", fields="modified")
    simulator.edit("vms", key, note="changed in the UI", name="taken")
    assert simulator.add("vms", name="taken") == 2
    assert http.get("vms/2", fields="machine") == {"machine": 109}
    assert len(http.get("vms", filter="name eq 'taken'")) == 2
    assert http.get(f"vms/{key}", fields="modified") == before
    simulator.rows("vms")[0]["name"] = "a copy only"
    simulator.remove("vms", key)
    assert [row["name"] for row in simulator.rows("vms")] == ["taken"]
    assert all(request.verb != "DELETE" for request in simulator.requests())
    for table, row, column in (("nonsense", 2, "name"), ("vms", 9, "name"), ("vms", 2, "nonsense")):
        with pytest.raises(KeyError):
            simulator.edit(table, row, **{column: "x"})
    for mistake in (
        lambda: simulator.remove("vms", 9),
        lambda: simulator.rows("nonsense"),
        lambda: simulator.add("nonsense"),
        lambda: simulator.add("vms", nonsense=1),
    ):
        with pytest.raises(KeyError):
            mistake()


# Faults


def create(http: Http) -> requests.Response:
    return http.send("POST", "/api/v4/vms", json={"name": "web"})


@pytest.mark.parametrize(("when", "rows"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize(
    ("fault", "status", "body"),
    [
        ({"what": "status", "status": 502, "body": "<h1>Bad</h1>", "headers": {"X-A": "1"}}, 502, b"<h1>Bad</h1>"),
        ({"what": "status", "status": 200, "body": {"err": "no"}}, 200, b'{"err":"no"}'),
        ({"what": "status"}, 500, b""),
        ({"what": "redirect", "location": "http://127.0.0.1:1/"}, 302, b""),
        ({"what": "redirect", "status": 307}, 307, b""),
        ({"what": "garbage"}, 200, b"Please sign in"),
        ({"what": "garbage", "body": "\x00\x01", "content_type": "application/json"}, 200, b"\x00\x01"),
        ({"what": "rate_limit"}, 429, b'{"err":"Too many requests"}'),
        ({"what": "rate_limit", "retry_after": 7}, 429, b'{"err":"Too many requests"}'),
    ],
)  # fmt: skip
def test_an_answer_is_replaced(
    simulator: Simulator, http: Http, fault: dict[str, Any], status: int, body: bytes, when: str, rows: int
) -> None:
    simulator.faults({"match": CREATE, "when": when, **fault})
    answer = create(http)
    assert answer.status_code == status
    assert body in answer.content
    if fault["what"] == "redirect":
        assert answer.headers["Location"] == fault.get("location", "/")
    assert len(simulator.rows("vms")) == rows
    assert [(request.status, request.applied) for request in simulator.requests()] == [(status, bool(rows))]
    if "retry_after" in fault:
        assert answer.headers["Retry-After"] == "7"
    if "headers" in fault:
        assert answer.headers["X-A"] == "1"
    if fault["what"] == "garbage":
        assert answer.headers["Content-Type"] == fault.get("content_type", "text/html")


@pytest.mark.parametrize(("when", "rows"), [("before", 0), ("after", 1)])
def test_reset_breaks_the_connection(simulator: Simulator, http: Http, when: str, rows: int) -> None:
    simulator.faults({"match": CREATE, "when": when, "what": "reset"})
    with pytest.raises(requests.ConnectionError, match="reset"):
        create(http)
    assert len(simulator.rows("vms")) == rows
    assert [(request.status, request.applied) for request in simulator.requests()] == [(None, bool(rows))]


@pytest.mark.parametrize(("when", "rows"), [("before", 0), ("after", 1)])
def test_hang_never_answers(simulator: Simulator, http: Http, when: str, rows: int) -> None:
    simulator.faults({"match": CREATE, "when": when, "what": "hang"})
    with pytest.raises(requests.ReadTimeout):
        http.session.post(f"{simulator.url}/api/v4/vms", json={"name": "web"}, timeout=0.05)
    assert len(simulator.rows("vms")) == rows


@pytest.mark.parametrize(("options", "kept"), [({"bytes": 3}, 3), ({}, 45)])
def test_cut_breaks_off_the_body(simulator: Simulator, http: Http, options: dict[str, int], kept: int) -> None:
    simulator.faults({"match": CREATE, "what": "cut", **options})
    with http.session.post(f"{simulator.url}/api/v4/vms", json={"name": "web"}, stream=True, timeout=5) as answer:
        assert int(answer.headers["Content-Length"]) > kept
        with pytest.raises(requests.exceptions.ChunkedEncodingError, match=rf"\({kept} bytes read"):
            answer.json()
    assert len(simulator.rows("vms")) == 1


def test_drip_answers_byte_by_byte(simulator: Simulator, http: Http) -> None:
    simulator.faults({"match": CREATE, "what": "drip", "seconds": 0.0001})
    assert create(http).json()["$key"] == "1"
    # A drip ends with the server, however slow it is.
    simulator.faults({"what": "drip", "seconds": 3600})
    with http.session.get(f"{simulator.url}/api/v4/vms", stream=True, timeout=5) as answer:
        simulator.stop()
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            answer.json()


@pytest.mark.parametrize(("when", "statuses"), [("before", [401, 401, 201]), ("after", [201, 401, 409])])
def test_expire_token_forgets_sessions(simulator: Simulator, http: Http, when: str, statuses: list[int]) -> None:
    def login() -> None:
        body = {"login": simulator.username, "password": simulator.password}
        http.session.headers["x-yottabyte-token"] = http.send("POST", "/api/sys/tokens", json=body).json()["$key"]

    http.session.auth = None
    login()
    simulator.faults({"match": CREATE, "when": when, "what": "expire_token"})
    answers = [create(http).status_code, create(http).status_code]
    login()
    assert [*answers, create(http).status_code] == statuses


def test_which_requests_are_hit(simulator: Simulator, http: Http) -> None:
    simulator.faults(
        {"match": {"verb": "GET", "path": "/vnets", "nth": 2, "times": 2}, "what": "status", "status": 503},
        {"match": {"path": "/vms", "times": 0}, "what": "status", "status": 504},
        {"match": {"times": 0}, "what": "status", "status": 418},
    )

    def statuses(verb: str, table: str, times: int) -> list[int]:
        return [http.send(verb, f"/api/v4/{table}", json={}).status_code for _ in range(times)]

    assert statuses("GET", "vnets", 4) == [418, 503, 503, 418]
    assert statuses("DELETE", "vms", 2) == [504, 504]
    assert [fault["matched"] for fault in dial(http, "GET", "/faults")] == [4, 2, 6]
    simulator.faults()
    assert statuses("GET", "vnets", 1) == [200]


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({}, "what=None is unknown"),
        ({"what": "explode"}, "what='explode' is unknown"),
        ({"what": "cut", "when": "before"}, "when='before' is not possible for 'cut'"),
        ({"what": "reset", "when": "later"}, "when='later'"),
        ({"what": "reset", "match": {"route": "x"}}, "'route' is unknown"),
        ({"what": "status", "status": "502"}, "status must be a whole number from 200 to 599"),
        ({"what": "status", "code": 502}, "'code' is unknown"),
        ({"what": "reset", "match": {"nth": "2"}}, "nth must be a whole number"),
        ({"what": "reset", "match": {"path": "("}}, "no regular expression"),
    ],
)
def test_a_wrong_fault_is_refused(simulator: Simulator, http: Http, fault: dict[str, Any], reason: str) -> None:
    good = {"what": "reset", "match": {"path": "never"}}
    simulator.faults(good)
    assert reason in dial(http, "PUT", "/faults", [good, fault], status=422)["err"]
    with pytest.raises(ValueError, match="Unable to set a fault"):
        simulator.faults(fault)
    assert len(dial(http, "GET", "/faults")) == 1


def test_latency(start: Callable[..., Http]) -> None:
    client = start(latency_ms=30)
    assert client.send("GET", "/version.json").elapsed.total_seconds() >= 0.03


# The console


def upgrade(simulator: Simulator, path: str, *headers: str) -> bytes:
    host, port = simulator.url.removeprefix("http://").split(":")
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: Upgrade", "Upgrade: websocket", *headers]
    lines += ["Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==", "", ""]
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall("\r\n".join(lines).encode())
        return connection.recv(4096)


def test_the_console_of_a_running_vm(simulator: Simulator, http: Http) -> None:
    key, _ = http.vm("web")
    path, login = f"/api/v4/vms/{key}/console", f"Authorization: Bearer {simulator.api_key}"
    assert upgrade(simulator, path).startswith(b"HTTP/1.1 401")
    assert upgrade(simulator, path, login).startswith(b"HTTP/1.1 422")
    http.act(key, "poweron")
    assert upgrade(simulator, path, login).startswith(b"HTTP/1.1 101")
    assert upgrade(simulator, "/api/v4/vms/9/console", login).startswith(b"HTTP/1.1 404")
    assert upgrade(simulator, "/api/v4/vnets/1/console", login).startswith(b"HTTP/1.1 501")
