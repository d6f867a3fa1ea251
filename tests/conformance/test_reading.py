"""What is read of a VergeOS, and what becomes of tables that it does not describe."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.conformance.bench import read
from verge_pulumi.catalogue import TABLES
from verge_pulumi.catalogue.described import DescribedSystem
from verge_pulumi.client import ApiKey, Basic, LoginRequired, VergeClient
from verge_pulumi.conformance.comparing import Kind
from verge_pulumi.conformance.examining import examine
from verge_pulumi.conformance.harm import Harm
from verge_pulumi.conformance.reading import read_described, system_of
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.simulator import Simulator


def fault(path: str, **fault: Any) -> dict[str, Any]:
    return {"match": {"verb": "GET", "path": path, "times": 0}, "what": "status", **fault}


def places(system: DescribedSystem) -> dict[str, tuple[str, str | None]]:
    return {each.difference.place: (each.difference.kind, each.harm) for each in examine(system).findings}


def test_each_table_is_one_request_and_nothing_is_written(simulator: Simulator) -> None:
    before = simulator.snapshot()
    told: list[tuple[int, int]] = []
    with VergeClient(simulator.url, auth=ApiKey(simulator.api_key), read_only=True) as client:
        read_described(client, lambda done, wanted: told.append((done, wanted)))
    asked = Counter((request.verb, request.path) for request in simulator.requests())
    schemas = {("GET", f"/api/v4/{name}/$table") for name in TABLES}
    assert asked == Counter([("GET", "/api/v4"), ("GET", "/api/v4/system"), *schemas])
    assert simulator.snapshot() == before
    assert told == [(number, len(TABLES)) for number in range(1, len(TABLES) + 1)]


def test_a_table_that_it_does_not_have_hurts_all_that_use_it(simulator: Simulator) -> None:
    simulator.faults(fault(r"/vnet_hosts/\$table$", status=404, body={"err": "Resource '/v4/vnet_hosts' not found"}))
    (finding,) = examine(read(simulator)).findings
    assert (finding.difference.place, finding.difference.kind) == ("vnet_hosts", Kind.NO_TABLE)
    assert [(each.whom, each.harm) for each in finding.hurts] == [("HostOverride", Harm.REFUSED)]


def test_a_table_that_is_followed_to_leaves_outputs_empty(simulator: Simulator) -> None:
    simulator.faults(fault(r"/machine_drive_status/\$table$", status=501))
    (finding,) = examine(read(simulator)).findings
    assert {(each.whom, each.harm) for each in finding.hurts} >= {("Drive.status", Harm.UNREAD)}
    assert finding.harm is Harm.UNREAD


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"status": 403, "body": {"err": "Permission denied"}}, "Permission denied"),
        ({"status": 200, "body": {"fields": [{"name": "mtu"}]}}, "no fields that are laid out"),
        ({"status": 200, "body": ["soon"]}, "instead of an object"),
    ],
)
def test_a_table_that_is_not_described_is_named_with_the_reason(
    simulator: Simulator, answer: dict[str, Any], reason: str
) -> None:
    simulator.faults(fault(r"/vnets/\$table$", **answer))
    found = examine(read(simulator))
    assert list(found.unread) == ["vnets"]
    assert reason in found.unread["vnets"]
    assert (found.findings, found.exit_code) == ((), 1)


def test_without_the_index_nothing_but_a_number_is_unknown(simulator: Simulator) -> None:
    simulator.faults(fault("/api/v4$", status=403, body={"err": "Permission denied"}))
    found = examine(read(simulator))
    assert (found.other_tables, found.findings, found.tables) == (None, (), len(TABLES))


def test_who_is_no_administrator_is_told_so(simulator: Simulator) -> None:
    simulator.add("users", name="reader", password="secret-1", enabled=True)
    simulator.add(
        "permissions", identity=simulator.rows("users")[-1]["identity"], table="system", row=0, list=True, read=True
    )
    with (
        VergeClient(simulator.url, auth=Basic("reader", "secret-1"), read_only=True) as client,
        pytest.raises(EngineError, match="all rights on '/'"),
    ):
        read_described(client)


def test_a_refused_login_is_an_error(simulator: Simulator) -> None:
    with VergeClient(simulator.url, auth=Basic("admin", "wrong")) as client, pytest.raises(LoginRequired):
        read_described(client)


def test_what_has_no_release_is_not_compared(simulator: Simulator) -> None:
    simulator.faults(fault("/system$", status=200, body={"$key": 1, "cloud_name": "x", "os_version": "beta"}))
    with pytest.raises(EngineError, match="does not say which release"):
        read(simulator)


def test_what_is_no_vergeos_has_no_tables(simulator: Simulator) -> None:
    simulator.faults(fault(r"/\$table$", status=404))
    with pytest.raises(EngineError, match="none of the tables of a VergeOS"):
        read(simulator)


def test_what_a_system_never_tells_is_not_compared_and_named(simulator: Simulator) -> None:
    with VergeClient(simulator.url, auth=ApiKey(simulator.api_key)) as client:
        answers = {name: client.table(name).schema() for name in TABLES}
    documented = {
        name: {
            "fields": {
                column: {key: said[key] for key in ("type", "list") if key in said}
                for column, said in answer["fields"].items()
            }
        }
        for name, answer in answers.items()
    }
    found = examine(system_of(documented, release="26.1.8"))
    assert found.findings == ()
    assert found.untold[0] == "defaults"
    assert len(found.untold) == 8


def test_odd_values_are_taken_for_untold() -> None:
    odd = {
        "type": 7,
        "list": "a",
        "readonly": "no",
        "create": 1,
        "required": None,
        "min": "1",
        "max": True,
        "table": [],
    }
    told = system_of(
        {"vnets": {"fields": {"mtu": odd, "x": "y"}, "parent": 3, "unique": [["name"], "name"]}}, release="26"
    )
    column = told.tables["vnets"].columns["mtu"]
    assert (column.type, column.words, column.readonly, column.create, column.required) == ("", None, None, None, None)
    assert (column.minimum, column.maximum, column.target) == (None, None, None)
    assert list(told.tables["vnets"].columns) == ["mtu"]
    assert told.tables["vnets"].rights == {}
    assert told.tables["vnets"].unique == frozenset([("name",)])
