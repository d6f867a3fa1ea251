"""What of an exchange a trace shows, and what it never does."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verge_pulumi.catalogue import TABLES, Type
from verge_pulumi.client import hiding
from verge_pulumi.engine.tracing.masks import LONGEST, MOST_ITEMS, Masks, own_key

CANARY = "Canary-7"
JSON = "application/json"


@pytest.fixture
def masks() -> Masks:
    return Masks(b"key")


def shown(masks: Masks, value: object, *, failed: bool = False) -> Any:
    """Return what is shown of a body."""
    return json.loads(masks.body(json.dumps(value).encode(), JSON, failed=failed))


def test_words_of_vergeos_numbers_and_shapes_are_shown(masks: Masks) -> None:
    row = {
        "$key": 5,
        "type": "external",
        "ram": 2048,
        "enabled": True,
        "gateway": None,
        "description": "",
        "mtu": "1500",
    }
    assert shown(masks, row) == row
    receipt = {"location": "/v4/vms/42", "dbpath": "vms/42", "$row": 42, "response": {"machine": "108"}}
    assert shown(masks, receipt) == receipt
    assert shown(masks, {"version": "26.1.8", "new_column": 1}) == {"version": "26.1.8", "new_column": 1}


def test_what_people_chose_is_shown_as_a_tag(masks: Masks) -> None:
    first, second, third = shown(masks, [{"name": "web"}, {"hostname": "web"}, {"name": "web2"}])
    assert first["name"] == second["hostname"] != third["name"]
    assert first["name"].startswith("<3 characters, ")
    assert shown(Masks(b"another"), {"name": "web"}) != {"name": first["name"]}


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_no_text_of_any_table_is_shown(masks: Masks, table: Any) -> None:
    texts = (Type.TEXT, Type.ANY_REF, Type.JSON)
    row = {column.name: CANARY if column.type in texts else 7 for column in table.columns}
    nested = {column.name: {CANARY: [CANARY]} for column in table.columns if column.type is Type.JSON}
    for body in ([row], {**row, **nested}, {"response": row}, [{"rows": [row]}]):
        assert CANARY not in str(shown(masks, body)), table.name


@pytest.mark.parametrize("digits", ["4", "472", "4711", "10115", "815815", "+49.30"])
def test_no_number_in_a_text_of_any_table_is_shown(masks: Masks, digits: str) -> None:
    for table in TABLES.values():
        for column in table.columns:
            if column.type not in (Type.TEXT, Type.JSON, Type.ANY_REF) or digits in column.choices:
                continue
            queried = masks.query(f"filter={column.name}%20eq%20'{digits}'%20or%20{column.name}%20eq%20{digits}")
            nested = {column.name: [digits, {column.name: digits}]}
            for told in (shown(masks, {column.name: digits}), shown(masks, nested), dict(queried)):
                place = f"{table.name}.{column.name}"
                texts = re.findall(r"<\d+ characters, \w+>|\*\*\*", str(told))
                assert texts, place
                assert digits not in re.sub(r"<\d+ characters, \w+>", "", str(told)), place


@pytest.mark.parametrize(
    "body",
    [
        {"latitude": 52.52, "longitude": 13.4},
        {"latitude": "52.52"},
        {"zip": 10115},
        {"new_geo": {"x": 52.52, "y": 13.4}},
    ],
)
def test_where_somebody_is_no_number_tells(masks: Masks, body: dict[str, Any]) -> None:
    assert shown(masks, body) == dict.fromkeys(body, "***")


def test_numbers_are_shown_where_vergeos_has_numbers(masks: Masks) -> None:
    row = {"$key": "42", "mtu": "9000", "cluster": "2", "preferred_tier": "4", "machine": "108"}
    assert shown(masks, row) == row
    # The same digits elsewhere are somebody's.
    assert shown(masks, {"name": "4", "new_column": "4"})["name"] == shown(masks, {"new_column": "4"})["new_column"]
    assert shown(masks, {"name": "4"})["name"].startswith("<1 characters, ")


def test_a_reference_is_shown_where_vergeos_has_references(masks: Masks) -> None:
    assert shown(masks, {"owner": "vms/42", "member": "/v4/users/7"}) == {"owner": "vms/42", "member": "/v4/users/7"}
    assert shown(masks, {"name": "vms/42"})["name"].startswith("<6 characters, ")


def test_a_choice_is_no_secret_whatever_its_column_is_called(masks: Masks) -> None:
    assert shown(masks, {"pin": "top"}) == {"pin": "top"}
    assert shown(masks, {"pin": "4821"}) == {"pin": "***"}


@pytest.mark.parametrize(
    "name",
    [
        *("password", "private_key", "psk", "contents", "api_key", "new_secret", "smtp_pass"),
        *("pin", "totp", "otp_code", "community", "snmp_community", "salt", "cookie", "pwd", "mfa_seed"),
    ],
)
def test_secrets_are_not_even_measured(masks: Masks, name: str) -> None:
    assert shown(masks, {name: "c4nary"}) == {name: "***"}
    assert shown(masks, {name: 123456}) == {name: "***"}
    assert shown(masks, {name: [{"a": "c4nary"}]}) == {name: "***"}
    assert shown(masks, {name: None, "change_password": True}) == {name: None, "change_password": True}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Permission denied", "Permission denied"),
        ("field 'ram' is readonly", "field 'ram' is readonly"),
        ("name 'Web 1' is already in use", "name <...> is already in use"),
        ("row (name='web server') isn't the 'data base' of \"My Corp\"", "row <...> isn't the <...> of <...>"),
        ("Cannot reach db.example.com (10.0.0.5): no route", "Cannot reach <...> <...> no route"),
        ("VM webserver is running on node 12", "VM <...> is running on node <...>"),
        ("name 4711 is taken, and so is '815'", "name <...> is taken, and so is <...>"),
        ("no user WEBSERVER here", "no user <...> here"),
        ("the key hunter is wrong", "the key <...> is wrong"),
        ("given: sesame", "given: <...>"),
        ("x" * 5000, "<...>"),
    ],
)
def test_vergeos_own_sentences_name_nobody(masks: Masks, words: str, expected: str) -> None:
    shown(masks, {"name": "webserver", "password": "hunter"})
    with hiding(["sesame"]):
        told = shown(masks, {"err": words})["err"]
        assert told == expected
        assert shown(masks, {"error": {"message": words}}, failed=True)["error"]["message"] == told


def test_a_message_of_an_answer_that_did_not_fail_is_no_sentence(masks: Masks) -> None:
    assert "hello" not in str(shown(masks, {"message": "hello"}))
    assert "hello" not in str(shown(masks, [{"err": "hello"}], failed=True))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/api/v4/vms/42", "/api/v4/vms/42"),
        ("/api/v4/vms/$table", "/api/v4/vms/$table"),
        ("/api/v4/vm_actions", "/api/v4/vm_actions"),
        ("/version.json", "/version.json"),
        ("/api/v4/vnets/5/applydns", "/api/v4/vnets/5/applydns"),
        ("/api/v4/site_syncs_outgoing/3", "/api/v4/site_syncs_outgoing/3"),
    ],
)
def test_paths(masks: Masks, path: str, expected: str) -> None:
    assert masks.path(path) == expected


@pytest.mark.parametrize("segment", ["john", "admin", "external", "cluster", "web_1", "4" * 40, "Web"])
def test_a_name_in_a_path_is_a_tag(masks: Masks, segment: str) -> None:
    told = masks.path(f"/api/v4/vms/{segment}/poweron")
    assert told.startswith("/api/v4/vms/-")
    assert told.endswith("-/poweron")
    assert segment not in told


def test_keys_and_tokens_in_paths_are_tags(masks: Masks) -> None:
    token = "a3f9" * 10
    assert token not in masks.path(f"/api/sys/tokens/{token}")
    assert masks.path(f"/api/v4/volumes/{token}") == masks.path(f"/api/v4/volumes/{token}")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("fields=$key,machine%23status%20as%20s&limit=5", [("fields", "$key,machine#status as s"), ("limit", "5")]),
        ("filter=$key%20eq%205%20and%20type%20eq%20'external'", [("filter", "$key eq 5 and type eq 'external'")]),
        ("filter=(mtu%20gt%209000%20or%20mtu%20eq%20null)", [("filter", "(mtu gt 9000 or mtu eq null)")]),
        ("filter=machine%23status%23running%20eq%20true", [("filter", "machine#status#running eq true")]),
        ("limit=5&offset=10&filepos=262144", [("limit", "5"), ("offset", "10"), ("filepos", "262144")]),
    ],
)
def test_queries(masks: Masks, query: str, expected: list[tuple[str, str]]) -> None:
    assert masks.query(query) == expected


@pytest.mark.parametrize(
    "query",
    [
        f"filter=name%20eq%20'{CANARY}'%20or%20name%20eq%20'it\\'s%20{CANARY}'",
        f"filter={CANARY}%2F%22",
        f"filter=name%20eq%20{CANARY}",
        f"filter={CANARY}%20eq%201",
        f"limit={CANARY}",
        f"fields={CANARY}!",
        f"name={CANARY}",
        f"{CANARY}=1",
        f"password={CANARY}",
    ],
)
def test_no_value_of_a_query_is_shown(masks: Masks, query: str) -> None:
    assert CANARY not in str(masks.query(query))


def test_long_lists_and_bodies_are_cut(masks: Masks) -> None:
    rows = shown(masks, [{"$key": number} for number in range(200)])
    assert (len(rows), rows[-1]) == (MOST_ITEMS + 1, "<and 150 more>")
    wide = [{f"column_{number}": number for number in range(300)}] * 60
    assert len(masks.body(json.dumps(wide).encode(), JSON)) <= LONGEST
    wide = [{f"c_{number}": 1 for number in range(9000)}]
    assert masks.body(json.dumps(wide).encode(), JSON).endswith("for a trace>")


@pytest.mark.parametrize(
    ("content", "kind"), [(b"<html>", JSON), (b'{"a":1}', "application/octet-stream"), (b"12", "")]
)
def test_what_is_not_json_of_vergeos_is_told_by_its_length(masks: Masks, content: bytes, kind: str) -> None:
    assert masks.body(content, kind) == f"<{len(content)} bytes that are not JSON>"
    assert masks.body(b"", kind) == ""


@given(
    st.recursive(
        st.just(CANARY) | st.integers() | st.booleans() | st.none(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "err", "x"]), inner),
    ),
    st.booleans(),
)
def test_no_shape_of_a_body_lets_a_text_through(value: object, failed: bool) -> None:
    assert CANARY not in Masks(b"key").body(json.dumps(value).encode(), JSON, failed=failed)


def test_the_key_is_kept_for_its_owner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    key = own_key()
    assert own_key() == key
    (path,) = tmp_path.rglob("trace.key")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_bytes(b"short")
    assert own_key() not in (key, b"short")
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    assert own_key() != own_key()
