"""The filter language (docs/vergeos/README.md §5.2, docs/vergeos/quirks.md §R6–§R8)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.simulator.conftest import Http
from verge_pulumi.catalogue import TABLES
from verge_pulumi.simulator import Simulator
from verge_pulumi.simulator.errors import ApiError
from verge_pulumi.simulator.filters import compile_filter
from verge_pulumi.simulator.relations import Release, relations

ROWS = (
    {"name": "web-01", "ram": 1024, "enabled": True, "note": None, "description": "Front end"},
    {"name": "web-02", "ram": 2048, "enabled": False, "note": "x", "description": ""},
    {"name": "Db.1", "ram": 4096, "enabled": True, "note": None, "description": "It's {here}\\"},
    {"name": "brace", "ram": 512, "enabled": True, "note": None, "description": ""},
)


@pytest.fixture
def names(simulator: Simulator, http: Http) -> Callable[[str], list[str]]:
    for row in ROWS:
        simulator.add("vms", **row)
    return lambda text: [row["name"] for row in http.get("vms", fields="name", filter=text)]


WEB, ALL, NONE = ["web-01", "web-02"], ["web-01", "web-02", "Db.1", "brace"], list[str]()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ALL),
        ("$key eq 2", ["web-02"]),
        ("$key eq '2'", ["web-02"]),
        ("$key eq 1 or $key eq 3", ["web-01", "Db.1"]),
        ("name eq 'web-01'", ["web-01"]),
        ("name eq 'WEB-01'", NONE),
        ("name ne 'web-01'", ["web-02", "Db.1", "brace"]),
        ("ram gt 1024", ["web-02", "Db.1"]),
        ("ram ge '1024'", ["web-01", "web-02", "Db.1"]),
        ("ram lt 1024.5", ["web-01", "brace"]),
        ("ram le 512", ["brace"]),
        ("ram eq 'much'", NONE),
        ("ram ne 'much'", ALL),
        ("ram gt null", NONE),
        ("enabled eq false", ["web-02"]),
        ("enabled eq 'true'", ["web-01", "Db.1", "brace"]),
        ("enabled eq 'maybe'", NONE),
        ("note eq null", ["web-01", "Db.1", "brace"]),
        ("note ne null", ["web-02"]),
        ("note gt 'a'", ["web-02"]),
        ("note cs ''", ["web-02"]),
        ("name bw 'web'", WEB),
        ("name bw 'WEB'", NONE),
        ("name ew '.1'", ["Db.1"]),
        ("name cs 'b'", ALL),
        ("name cs 'D'", ["Db.1"]),
        ("name ct 'd'", ["Db.1"]),
        ("ram ct 48", ["web-02"]),
        ("enabled ct 'als'", ["web-02"]),
        ("meta gt 1", NONE),
        # An unknown column finds nothing, whatever is asked of it, and so does a joined one.
        ("bogus eq 1", NONE),
        ("bogus ne 1", NONE),
        ("limit eq 100", NONE),
        ("running eq true", NONE),
        ("machine#status#running eq false", NONE),
        ("bogus eq 1 or ram le 512", ["brace"]),
        # Secrets are not there to be guessed at.
        ("console_pass ne 'x'", NONE),
        # Strictly from left to right: (512 or 2048) and enabled.
        ("ram eq 512 or ram eq 2048 and enabled eq true", ["brace"]),
        ("ram eq 512 or (ram eq 2048 and enabled eq false)", ["web-02", "brace"]),
        ("enabled eq true and ram eq 512 or ram eq 2048", ["web-02", "brace"]),
        ("( ( name eq 'brace' ) )", ["brace"]),
        # Quoting.
        (r"description eq 'It\'s \{here}\\'", ["Db.1"]),
        ("name eq 'br{x}ace'", ["brace"]),
        ("name eq 'br{a{b}c}ace'", ["brace"]),
        (r"name eq '\w\e\b-01'", ["web-01"]),
        ("description cs '}'", ["Db.1"]),
        ("description eq ''", ["web-02", "brace"]),
        ("name eq '\u2019'", NONE),
        # Regular expressions are POSIX's.
        ("name rx '^web-0[12]$'", WEB),
        ("name rx '[[:digit:]]'", ["web-01", "web-02", "Db.1"]),
        ("name rx '^[^[:lower:]]'", ["Db.1"]),
        ("name rx 'WEB'", NONE),
        ("name rx ''", ALL),
        (r"name rx 'Db\\.1'", ["Db.1"]),
        (r"name rx '\\d'", NONE),
        ("name rx '(?i)WEB'", NONE),
        ("name rx '['", NONE),
        (r"description rx '[\\\\]$'", ["Db.1"]),
        (r"description rx '\\\\d?$'", ["Db.1"]),
        (r"name rx 'web\\(?-'", WEB),
        ("name rx '[]b&&~~||[]r'", ["brace"]),
        (r"description rx '[\\\{]here'", ["Db.1"]),
        ("name re 'web'", NONE),
        # Since 26.0.2.
        ("name et 'WEB-01'", ["web-01"]),
        ("name pm 'web-*'", WEB),
        ("name pm 'WEB-*'", NONE),
        ("name pt 'WEB-0?'", WEB),
    ],
)
def test_finds(names: Callable[[str], list[str]], text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "name like 'web%'",
        "name in ('a', 'b')",
        "name sw 'web'",
        "name matches 'web'",
        "name regex 'web'",
        "name contains 'web'",
        "startswith(name, 'web')",
        "name eq 'it''s'",
        "name eq 'open",
        "name eq 'trailing\\'",
        "name eq 'br{x'",
        "name eq web",
        "name eq",
        "name",
        "(name eq 'a'",
        "name eq 'a')",
        "name eq 'a' name eq 'b'",
        "name eq 'a' and",
        "ram eq 12abc",
        "(" * 300 + "ram eq 1 and ram eq 1" + ") and ram eq 1" * 300,
    ],
)
def test_refuses(http: Http, text: str) -> None:
    assert http.error("GET", "vms", filter=text) == (422, "Invalid argument")


@pytest.mark.parametrize("text", ["name et 'a'", "name pm 'a'", "ram eq 1 or (name pt 'a')"])
def test_operators_of_26_0_2_are_refused_before(start: Callable[..., Http], text: str) -> None:
    assert start(release="26.0.1").error("GET", "vms", filter=text) == (422, "Invalid argument")
    assert start(release="26.0.2").get("vms", filter=text) == []


def test_references_and_polymorphic_references(simulator: Simulator, http: Http) -> None:
    _, machine = http.vm("web")
    http.post("machine_nics", {"machine": machine, "vnet": 3})
    assert len(http.get("machine_nics", filter=f"machine eq {machine} and vnet eq '3'")) == 1
    assert http.get("machine_nics", filter="vnet gt 'x' or vnet lt 'x' or vnet eq 'x'") == []
    assert len(http.get("members", filter="member eq 'users/1'")) == 1
    assert http.get("members", filter="member eq '/v4/users/1'") == []


VMS = relations(TABLES, Release("26.1.8"))["vms"]
ROW = {"$key": 1, **dict.fromkeys(VMS.columns)}

FRAGMENTS = st.sampled_from(
    [
        "name",
        "$key",
        "ram",
        " eq ",
        " rx ",
        " ct ",
        "'",
        "\\",
        "{",
        "}",
        "(",
        ")",
        " and ",
        " or ",
        "null",
        "12",
        "[",
        "*",
        "+",
    ]
)


@given(st.one_of(st.text(), st.lists(FRAGMENTS).map("".join)))
def test_any_text_is_answered_or_refused(text: str) -> None:
    try:
        predicate = compile_filter(text, VMS, Release("26.1.8"))
    except ApiError as refusal:
        status = refusal.status
    else:
        status = 200 if predicate(ROW) in (True, False) else 500
    assert status in (200, 422)


@pytest.mark.fault(78)
@given(st.text())
def test_a_quoted_value_is_compared_exactly(value: str) -> None:
    quoted = "".join("\\" + character if character in "\\'{" else character for character in value)
    row = ROW | {"name": value}
    assert compile_filter(f"name eq '{quoted}'", VMS, Release("26.1.8"))(row)
    assert not compile_filter(f"name eq '{quoted}.'", VMS, Release("26.1.8"))(row)


@given(st.text(alphabet="ab.[]^$*+?(){}|\\:-d "))
def test_any_regular_expression_is_answered(pattern: str) -> None:
    quoted = "".join("\\" + character if character in "\\'{" else character for character in pattern)
    row = ROW | {"name": "abab"}
    assert compile_filter(f"name rx '{quoted}'", VMS, Release("26.1.8"))(row) in (True, False)
