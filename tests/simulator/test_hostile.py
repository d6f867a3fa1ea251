"""Malformed dials and hostile requests: a status below 500, one sentence, quickly, and nothing changed."""

from __future__ import annotations

import contextlib
import json
import socket
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.conftest import Http
from tests.simulator.test_dials import dial
from verge_pulumi.simulator import Simulator
from verge_pulumi.simulator.clock import Clock
from verge_pulumi.simulator.faults import Fault, Faults
from verge_pulumi.simulator.transitions import Dials

NUMBERS = ["NaN", "Infinity", "-Infinity", "1e400", "-1", "-1e-9", "1e18", '"5"', "true", "null", "[]", "{}"]


def said(answer: Any) -> str:
    """Return the one sentence of a refusal."""
    assert 400 <= answer.status_code < 500, answer.text
    error = answer.json()["err"]
    assert isinstance(error, str)
    assert "\n" not in error
    assert "Traceback" not in error
    assert len(error) < 400
    return error


@pytest.mark.parametrize("value", NUMBERS)
@pytest.mark.parametrize("mode", ["manual", "real"])
def test_a_clock_shows_a_time_whatever_it_is_set_to(simulator: Simulator, http: Http, value: str, mode: str) -> None:
    simulator.clock(mode)
    before = simulator.clock()
    answer = http.send("PUT", "/_sim/clock", data=f'{{"mode": "manual", "advance": {value}}}')
    assert said(answer).startswith("Unable to set the dial: ")
    after = dial(http, "GET", "/clock")
    assert after["mode"] == mode
    assert 0 <= after["now"] - before < 10
    assert http.vm("web")[0] == 1


def test_a_clock_does_not_leave_the_calendar(simulator: Simulator, http: Http) -> None:
    simulator.clock("manual")
    for _ in range(8):
        dial(http, "PUT", "/clock", {"advance": 3e10})
    assert "beyond the year 9999" in said(http.send("PUT", "/_sim/clock", json={"advance": 3e10}))
    assert http.vm("web")[0] == 1


@pytest.mark.parametrize("value", [*NUMBERS, '"x"'])
@pytest.mark.parametrize("name", ["latency", "transitions"])
def test_a_duration_is_a_number_of_seconds(http: Http, name: str, value: str) -> None:
    before = dial(http, "GET", f"/{name}")
    if (name, value) == ("transitions", "null"):
        return  # as if it were left out
    body = {"latency": "ms", "transitions": "seconds"}[name]
    said(http.send("PUT", f"/_sim/{name}", data=f'{{"{body}": {value}}}'))
    assert dial(http, "GET", f"/{name}") == before


@pytest.mark.parametrize(
    ("verb", "path", "body", "reason"),
    [
        ("PUT", "/transitions", {"looks": 1.5}, "looks must be a whole number"),
        ("PUT", "/transitions", {"looks": True}, "looks must be a whole number"),
        ("PUT", "/transitions", {"stuck": "stopping"}, "stuck must be a list"),
        ("PUT", "/transitions", {"stuck": [5]}, "stuck must be a text"),
        ("PUT", "/transitions", {"seconds": 1, "ignore_poweroff": ["x"]}, "ignore_poweroff must be a whole number"),
        ("PUT", "/transitions", {"ignore_poweroff": 5}, "ignore_poweroff must be a list"),
        ("PUT", "/transitions", {"bogus": 5}, "unexpected keyword argument 'bogus'"),
        ("PUT", "/transitions", [], "the body must be an object"),
        ("PUT", "/latency", {}, "missing a required argument: 'ms'"),
        ("PUT", "/guest", {"machine": []}, "machine must be a whole number"),
        ("PUT", "/guest", {"machine": 101, "addresses": "10.0.0.5"}, "addresses must be a list"),
        ("PUT", "/guest", {"machine": 101, "addresses": [5]}, "addresses must be a text"),
        ("PUT", "/guest", {"machine": 101, "addresses": ["10.0.0"]}, "'10.0.0' does not appear to be an IPv4 or IPv6"),
        ("PUT", "/guest", {"machine": 101, "hostname": 5}, "hostname must be a text"),
        ("POST", "/reset", {"what": ["all"]}, "what=['all'] is unknown"),
        ("POST", "/reset", "all", "the body must be an object"),
        ("PUT", "/clock", {"mode": {}}, "mode={} is unknown"),
        ("GET", "/table?name=nope", None, "there is no table 'nope'"),
        ("GET", "/table?nme=vms", None, "missing a required argument: 'name'"),
        ("GET", "/requests?last=-1", None, "last must be a whole number"),
        ("GET", "/requests?last=" + "9" * 5000, None, "last must be a whole number"),
        ("PUT", "/faults", {}, "the faults must be a list"),
        ("PUT", "/faults", [5], "a fault must be an object"),
        ("PUT", "/faults", [{"what": []}], "what=[] is unknown"),
        ("PUT", "/faults", [{"what": "reset", "match": []}], "match must be an object"),
        ("PUT", "/faults", [{"what": "reset", "match": {"nth": 0}}], "nth must be a whole number from 1"),
        ("PUT", "/faults", [{"what": "reset", "match": {"times": -1}}], "times must be a whole number"),
        ("PUT", "/faults", [{"what": "reset", "match": {"path": "(?=a)"}}], "lookarounds"),
        ("PUT", "/faults", [{"what": "reset", "match": {"path": "a{200}"}}], "too large a regular expression"),
        ("PUT", "/faults", [{"what": "status", "status": 99}], "status must be a whole number from 200 to 599"),
        ("PUT", "/faults", [{"what": "status", "headers": {"A\r\nB": "c"}}], "names of letters, digits and hyphens"),
        ("PUT", "/faults", [{"what": "status", "headers": {"A": "b\r\nC: d"}}], "headers must be a text on one line"),
        ("PUT", "/faults", [{"what": "redirect", "location": "/\r\nX: y"}], "location must be a text on one line"),
        ("PUT", "/faults", [{"what": "drip", "seconds": -1}], "seconds must be a number"),
        ("PUT", "/faults", [{"what": "cut", "bytes": -1}], "bytes must be a whole number"),
    ],
)
def test_what_no_dial_takes(http: Http, verb: str, path: str, body: Any, reason: str) -> None:
    before = dial(http, "GET", "/transitions"), dial(http, "GET", "/faults")
    assert reason in said(http.send(verb, f"/_sim{path}", json=body))
    assert (dial(http, "GET", "/transitions"), dial(http, "GET", "/faults")) == before


@pytest.mark.timeout(60)
def test_no_path_is_slow_for_a_fault(simulator: Simulator, http: Http) -> None:
    simulator.faults({"what": "status", "status": 418, "match": {"path": "(a+)+$"}})
    assert http.send("GET", f"/api/v4/{'a' * 4000}!").status_code == 404


_JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["all", "manual"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(
    what=st.sampled_from(["reset", "status", "cut"]),
    value=_JUNK,
    name=st.sampled_from([*Fault.__annotations__, "match", "seconds", "headers", "body"]),
)
def test_whatever_a_fault_is_set_to_it_is_a_fault_or_an_error(what: str, name: str, value: Any) -> None:
    faults = Faults()
    with contextlib.suppress(ValueError):
        faults.set([{"what": what, name: value}])
    faults.strike("GET", "/api/v4/vms")
    json.dumps(faults.as_json())


@given(name=st.sampled_from(["seconds", "looks", "stuck", "ignore_poweroff"]), value=_JUNK)
def test_whatever_the_dials_are_set_to_they_hold_what_they_should(name: str, value: Any) -> None:
    dials, clock = Dials(), Clock()
    with contextlib.suppress(ValueError):
        dials.set(**{name: value})
    with contextlib.suppress(ValueError):
        clock.set("manual", value)
    assert 0 <= dials.seconds < 1e10
    assert dials.looks is None or dials.looks >= 0
    assert all(isinstance(state, str) for state in dials.stuck)
    assert dials.ignores_poweroff(5) in (True, False)
    assert clock.stamp() > 0


# The content


def damaged(state: dict[str, Any]) -> list[tuple[Any, str]]:
    rows = state["rows"]
    user = rows["users"][0]
    return [
        ([], "the content must be an object"),
        ({}, "release must be a text"),
        ({**state, "rows": 5}, "rows must be an object"),
        ({**state, "rows": {**rows, "vms": 5}}, "vms must be a list"),
        ({**state, "rows": {**rows, "vms": [5]}}, "each row of vms must be an object"),
        ({**state, "rows": {**rows, "users": [{**user, "$key": "1"}]}}, "users has a row without a key"),
        ({**state, "rows": {**rows, "users": [{**user, "name": 5}]}}, "name of users/1 is no text"),
        ({**state, "rows": {**rows, "users": [{**user, "enabled": "yes"}]}}, "enabled of users/1 is no bool"),
        ({**state, "rows": {**rows, "users": [user, user]}}, "two rows with the key 1"),
        ({**state, "next": {"vms": "x"}}, "next of vms must be a whole number"),
        ({**state, "next": {"gadgets": 1}}, "unknown table 'gadgets'"),
        ({**state, "transitions": 5}, "transitions must be a list"),
        ({**state, "transitions": [[1, 2]]}, "a transition must have"),
        ({**state, "transitions": [["vms", [], "x", 0, 0]]}, "a transition has no key"),
        ({**state, "transitions": [["vms", 1, "x", float("nan"), 0]]}, "holds what is no number"),
    ]


def test_a_damaged_content_is_refused_and_the_old_one_stays(simulator: Simulator, http: Http) -> None:
    http.vm("web")
    before = simulator.snapshot()
    for content, reason in damaged(dial(http, "GET", "/state")):
        error = said(http.send("PUT", "/_sim/state", data=json.dumps(content)))
        assert error.startswith("Unable to load the state: ")
        assert reason in error
        assert simulator.snapshot() == before


# The API


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100_000,
        b'{"name": ' + b"[" * 90_000,
        b'{"name": "x", "bogus": ' + b"[" * 500 + b"]" * 500 + b"}",
        b'{"name": "\\ud800"}',
        b'{"name": "x", "bogus": {"\\udfff": 1}}',
        b'{"name": "x", "ram": NaN}',
        b'{"name": "x", "cloudinit_datasource": -Infinity}',
        b'{"name": "x", "ram": 1e999}',
        b'{"name": "x", "ram": ' + b"9" * 5000 + b"}",
        b'{"name": {"a": 1}}',
        b"\xff",
    ],
)
def test_hostile_bodies_are_refused(simulator: Simulator, http: Http, body: bytes) -> None:
    said(http.send("POST", "/api/v4/vms", data=body))
    said(http.send("PUT", "/_sim/faults", data=body))
    assert simulator.rows("vms") == []
    assert http.get("system")


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("operator", "wanted"),
    [("rx", "(a+)+$"), ("rx", "(a|aa)+$"), ("rx", r"(.*a)\{12}b"), ("pm", "*a" * 30 + "b"), ("pt", "*A" * 30 + "b")],
)
def test_no_filter_is_slow(http: Http, operator: str, wanted: str) -> None:
    for number in range(5):
        http.vm("a" * 40 + f"!{number}")
    assert http.get("vms", filter=f"name {operator} '{wanted}'") == []


def test_a_filter_that_is_too_large_is_refused(simulator: Simulator, http: Http) -> None:
    assert http.error("GET", "vms?filter=" + "(" * 4000)[0] == 422
    simulator.add("vms", name="web", description="a" * 60_000)
    assert http.error("GET", "vms", filter=r"description rx '(a\{200})\{200}'") == (422, "Invalid argument")
    assert http.error("GET", "vms", filter=r"description rx '(.*b)\{90}'") == (422, "Invalid argument")


@pytest.mark.parametrize(
    "lines",
    [
        ["GET /api/v4/vms", b"Authorization: Bearer \xff"],
        ["GET /api/v4/vms", b"Authorization: Basic \xff"],
        ["GET /api/v4/vms", b"x-yottabyte-token: \xff"],
        ["POST /api/sys/tokens", b"Authorization: Basic \xff\xfe", b"Content-Length: 0"],
        ["POST /api/v4/vms", b"Content-Encoding: gzip", b"Content-Length: 3\r\n\r\nabc"],
        ["GET /api/v4/vms/%ED%A0%80", b"Authorization: Bearer {key}"],
        ["GET /_sim/table?name=%ED%A0%80"],
        ["GET /_sim", b"Host: \xff"],
    ],
)
def test_hostile_heads_are_refused(simulator: Simulator, lines: list[Any]) -> None:
    host, port = simulator.url.removeprefix("http://").split(":")
    named = b"" if any(line.startswith(b"Host") for line in lines[1:]) else b"Host: 127.0.0.1\r\n"
    head = f"{lines[0]} HTTP/1.1\r\n".encode() + named + b"".join(line + b"\r\n" for line in lines[1:]) + b"\r\n"
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(head.replace(b"{key}", simulator.api_key.encode()))
        assert connection.recv(4096).startswith(b"HTTP/1.1 4")
