"""F45 to F52: answers whose body is not what VergeOS sends."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.client.conftest import Connect
from tests.client.servers import HttpServer, Received, Reply
from tests.faults.faulty import CREATE, READ, cases, error_of, exactly_one, fault, names, refusal_of, sent
from tests.providers.bench import Bench
from verge_pulumi.client import BadAnswer, VergeError
from verge_pulumi.client.answer import Answer, Request
from verge_pulumi.client.table import _receipt
from verge_pulumi.engine.declaring.model import outputs
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.resources import VirtualMachine

BODIES = ["{not json", "", "null", "[]", "[1]", '"text"', "17", '{"$key": NaN}', "[" * 5000, '{"$key": "1']


def garbage(match: dict[str, Any], body: str, when: str = "before", **options: Any) -> dict[str, Any]:
    """Return the fault that answers a body as JSON, whatever it is."""
    return fault(match, "garbage", when, body=body, content_type="application/json", **options)


@pytest.mark.fault(45, 48, 49)
@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_create_answered_with_rubbish_makes_one_object(bench: Bench, body: str, when: str) -> None:
    bench.simulator.faults(garbage(CREATE, body, when, status=201))
    exactly_one(bench, bench.create("VirtualMachine", name="web").id)


@pytest.mark.fault(45)
@pytest.mark.parametrize("body", ["{not json", "", "null", "[]", '"text"', "[{}, {}]"])
def test_a_read_answered_with_rubbish_is_one_clean_error(bench: Bench, body: str) -> None:
    vm = bench.create("VirtualMachine", name="web")
    bench.simulator.faults(garbage(READ, body, times=0))
    text = error_of(lambda: vm.up(ram=2048))
    assert text.startswith("Unable to update VirtualMachine 'web': GET /api/v4/vms/")
    assert "Check that the host is a VergeOS" in text
    assert vm.row()["ram"] == 1024


@pytest.mark.fault(46)
def test_a_login_page_is_described(bench: Bench) -> None:
    bench.simulator.faults(fault({}, "garbage", times=0))
    text = error_of(lambda: bench.create("VirtualMachine", name="web"))
    assert "the answer is not JSON (status 200, text/html, " in text
    assert "<title>Sign in</title>" in text
    assert names(bench.simulator) == []


@pytest.mark.fault(47)
@pytest.mark.parametrize("match", [CREATE, READ])
def test_a_body_that_ends_early(bench: Bench, match: dict[str, Any]) -> None:
    bench.simulator.faults(fault(match, "cut", "after"))
    exactly_one(bench, bench.create("VirtualMachine", name="web").id)


ODD = [
    (b'\xef\xbb\xbf{"$key": 1}', {"$key": 1}),
    (b'{"$key": 1, "$key": 2}', {"$key": 2}),
    (b'{"$key": 1e999}', {"$key": float("inf")}),
    (b'{"name": "caf\\u00e9 \\ud83d\\ude00"}', {"name": "café 😀"}),
    (b'{"$key": NaN}', None),
    (b'{"name": "\xe9"}', None),
    (b'{"a":' * 100_000, None),
]


@pytest.mark.fault(49)
@pytest.mark.parametrize(("body", "read"), ODD)
def test_odd_json_is_read_or_refused(server: HttpServer, connect: Connect, body: bytes, read: Any) -> None:
    server.reply(200, body=body)
    vms = connect(server.url).table("vms")
    if read is None:
        with pytest.raises(BadAnswer, match="not JSON"):
            vms.get(1)
    else:
        assert vms.get(1) == read


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=4,
)


@pytest.mark.fault(45, 49)
@cases(700)
@given(
    st.binary(max_size=40) | JSON.map(lambda value: json.dumps(value).encode()), st.sampled_from([200, 201, 422, 500])
)
def test_any_body_is_read_or_refused(body: bytes, status: int) -> None:
    answer = Answer(Request("GET", "/api/v4/vms"), status, {"Content-Type": "application/json"}, body)
    reads: list[Callable[[Answer], object]] = [Answer.value, Answer.object, Answer.rows]
    for read in reads:
        assert len(refusal_of(partial(read, answer), VergeError)) < 2000


@pytest.mark.fault(44)
@cases(500)
@given(JSON, JSON)
def test_any_receipt_has_a_key_or_is_an_error(key: Any, response: Any) -> None:
    body = json.dumps({"$key": key, "$row": response, "response": response}).encode()
    answer = Answer(Request("POST", "/api/v4/vms"), 201, {}, body)
    if not refusal_of(lambda: _receipt(answer), VergeError):
        receipt = _receipt(answer)
        assert receipt.key == str(key)
        assert receipt.key not in ("", "0", "None", "True")
        assert isinstance(receipt.response, dict)


@pytest.mark.fault(50)
def test_fields_of_a_later_release_are_kept_or_ignored(bench: Bench, told: list[str]) -> None:
    vm = bench.create("VirtualMachine", name="web")
    row = {**vm.row(), "$key": int(vm.id), "invented": {"a": [1]}, "os_family": "plan9"}
    del row["note"]
    bench.simulator.faults(fault({"verb": "GET", "path": "/vms/"}, "status", status=200, body=row, times=0))
    for _ in range(2):
        vm.up(cpu_cores=1)
    assert (vm.outs["os_family"], vm.outs["note"], "invented" in vm.outs) == ("plan9", None, False)
    warned = "warning: VergeOS says 'plan9' for os_family, which VirtualMachine does not know; it is kept"
    assert told.count(warned) == 1


@pytest.mark.fault(50)
@pytest.mark.parametrize(
    ("column", "answered"),
    [("ram", "much"), ("ram", 1.5), ("ram", [1024]), ("enabled", "perhaps"), ("uuid", {"a": 1}), ("os_family", ["x"])],
)
def test_a_field_of_another_type_is_named(bench: Bench, column: str, answered: Any) -> None:
    vm = bench.create("VirtualMachine", name="web")
    row = {**vm.row(), "$key": int(vm.id), column: answered}
    bench.simulator.faults(fault({"verb": "GET", "path": "/vms/"}, "status", status=200, body=row, times=0))
    assert f"{column} was answered as {type(answered).__name__}" in error_of(lambda: vm.up(cpu_cores=1))


@pytest.mark.fault(50)
def test_a_field_of_another_type_does_not_lose_a_new_row(bench: Bench, saved: list[Any]) -> None:
    inputs = bench.plan("VirtualMachine", name="web")
    mark = f"[pulumi shop/dev web {inputs['__token']}]"
    row = {"$key": 1, "name": "web", "ram": "much", "description": mark}
    bench.simulator.faults(fault({"verb": "GET", "path": "/vms/"}, "status", status=200, body=row, times=0))
    assert "ram was answered as str" in error_of(lambda: bench.carry_out("VirtualMachine", inputs))
    assert [report.id for report in saved] == ["1"]


@pytest.mark.fault(50)
@cases(1000)
@given(st.sampled_from(sorted(VirtualMachine.declaration.attributes)), JSON)
def test_any_value_is_understood_or_its_field_is_named(name: str, value: Any) -> None:
    attribute = VirtualMachine.declaration.attributes[name]
    row = {attribute.column or name: value, name: value}
    said = refusal_of(lambda: outputs(VirtualMachine.declaration, row, {}), EngineError)
    assert said.startswith(f"{name} was answered as") or not said


def pages(rows: int) -> Any:
    """Return a server's answer to a list of that many rows."""

    def respond(request: Received) -> Reply:
        limit, offset = int(request.query["limit"]), int(request.query["offset"])
        body = [{"$key": key, "name": "x" * 100} for key in range(offset + 1, min(offset + limit, rows) + 1)]
        return Reply(json=body)

    return respond


@pytest.mark.fault(51)
def test_a_hundred_thousand_rows_are_read_a_page_at_a_time(server: HttpServer, connect: Connect) -> None:
    server.respond = pages(100_000)
    vms = connect(server.url).table("vms")
    number = -1
    for number, row in enumerate(vms.iterate(fields=["$key", "name"], page_size=5000)):
        # A page is asked for when its first row is needed, and the one before is forgotten by then.
        assert (row["$key"], len(server.received)) == (number + 1, number // 5000 + 1)
    assert (number + 1, len(server.received)) == (100_000, 21)


@pytest.mark.fault(51)
def test_a_refresh_asks_for_its_own_rows_and_columns_only(bench: Bench) -> None:
    vm = bench.create("VirtualMachine", name="web")
    bench.simulator.reset("log")
    vm.refresh()
    (request,) = (request for request in bench.simulator.requests() if request.path.endswith("/vms"))
    assert "fields=" in request.query
    assert "filter=" in request.query
    assert "limit=" in request.query


@pytest.mark.fault(52)
def test_two_rows_of_one_name_are_an_error_that_names_both(bench: Bench) -> None:
    keys = [bench.simulator.add("vms", name="web") for _ in range(2)]
    text = error_of(lambda: bench.create("VirtualMachine", name="web", adopt=True))
    assert f"several rows of vms have that name: {keys[0]}, {keys[1]}" in text
    assert sent(bench.simulator, "PUT", "/vms") == 0


@pytest.mark.fault(52, 78)
def test_a_row_of_another_name_is_not_taken_for_the_one_that_was_asked_for(bench: Bench) -> None:
    bench.simulator.add("vms", name="web")
    wrong = [{"$key": 1, "name": "brace", "description": ""}]
    bench.simulator.faults(fault({"verb": "GET", "path": "/vms$"}, "status", status=200, body=wrong, times=0))
    text = error_of(lambda: bench.create("VirtualMachine", name="web", adopt=True))
    assert "already in use (409)" in text
    assert sent(bench.simulator, "PUT", "/vms") == 0
