"""Shared reads: what costs a request and what does not."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from pydantic import TypeAdapter

from tests.providers.bench import Bench
from verge_pulumi.client import where
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.states import States
from verge_pulumi.engine.reading.reader import MAX_AGE
from verge_pulumi.engine.runtime import provider_process

FIELDS = ("$key", "name", "description")
MARK = "[pulumi shop/dev web 1]"


def test_rows_of_a_stack_cost_one_list(bench: Bench) -> None:
    keys = [str(bench.simulator.add("vnets", name=f"lan-{n}", description=f"{n}\n{MARK}")) for n in range(5)]
    rows = [bench.connection.reader.shared("vnets", key, FIELDS, "[pulumi shop/dev ") for key in keys]
    assert [row["name"] for row in rows if row] == [f"lan-{n}" for n in range(5)]
    assert bench.asked() == [("GET", "vnets")]
    assert "cs '[pulumi shop/dev '" in bench.simulator.requests()[0].query


def test_threads_that_read_at_once_share_the_list(bench: Bench) -> None:
    keys = [str(bench.simulator.add("vnets", name=f"lan-{n}", description=MARK)) for n in range(8)]
    reader, names = bench.connection.reader, []
    threads = [
        threading.Thread(
            target=lambda key=key: names.append((reader.shared("vnets", key, FIELDS, "shop/dev") or {})["name"])
        )
        for key in keys
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(names) == sorted(f"lan-{n}" for n in range(8))
    assert bench.asked() == [("GET", "vnets")]


def test_a_row_that_is_not_in_the_list_is_read_by_itself(bench: Bench) -> None:
    key = str(bench.simulator.add("vnets", name="lan", description="the mark was edited away"))
    row = bench.connection.reader.shared("vnets", key, FIELDS, "shop/dev")
    assert row == {"$key": int(key), "name": "lan", "description": "the mark was edited away"}
    assert bench.connection.reader.shared("vnets", "999", FIELDS, "shop/dev") is None
    assert bench.asked() == [("GET", "vnets"), ("GET", f"vnets/{key}"), ("GET", "vnets/999")]


def test_a_row_without_an_owner_is_read_by_itself(bench: Bench) -> None:
    assert bench.connection.reader.shared("vnets", "1", FIELDS, "") is not None
    assert bench.asked() == [("GET", "vnets/1")]


def test_a_table_without_marks_is_listed_as_a_whole(bench: Bench) -> None:
    keys = {str(bench.simulator.add("snapshot_profile_periods", profile=1, name=name)) for name in ("a", "b")}
    reader = bench.connection.reader
    for _ in range(2):
        assert set(reader.listed("snapshot_profile_periods", ("$key", "name"), "")) == keys
    (request,) = bench.simulator.requests()
    assert "filter" not in request.query


def test_a_list_is_good_for_a_while_and_until_a_write(bench: Bench) -> None:
    key = str(bench.simulator.add("vnets", name="lan", description=MARK))
    reader = bench.connection.reader

    def lists() -> int:
        reader.shared("vnets", key, FIELDS, "shop/dev")
        return len(bench.simulator.requests())

    assert lists() == 1
    bench.time.sleep(MAX_AGE)
    assert lists() == 1
    bench.time.sleep(0.1)
    assert lists() == 2
    reader.forget("vms")
    assert lists() == 2
    reader.forget("vnets")
    assert lists() == 3


def test_stacks_and_projections_do_not_mix(bench: Bench) -> None:
    key = str(bench.simulator.add("vnets", name="lan", description=MARK))
    reader = bench.connection.reader
    reader.shared("vnets", key, FIELDS, "shop/dev")
    assert reader.shared("vnets", key, (*FIELDS, "mtu"), "shop/dev") is not None
    assert len(bench.simulator.requests()) == 2
    reader.shared("vnets", key, FIELDS, "shop/prod")
    assert bench.asked()[2:] == [("GET", "vnets"), ("GET", f"vnets/{key}")]


def test_what_never_changes_is_asked_for_once(bench: Bench) -> None:
    key = str(bench.simulator.add("vms", name="web"))
    (row,) = bench.simulator.rows("vms")
    reader = bench.connection.reader
    assert [reader.known("vms", key, "machine") for _ in range(3)] == [row["machine"]] * 3
    assert bench.asked() == [("GET", f"vms/{key}")]


def test_what_never_changes_is_taken_from_any_read_that_has_it(bench: Bench) -> None:
    key = str(bench.simulator.add("vms", name="web"))
    reader = bench.connection.reader
    reader.fresh("vms", key, ("$key", "machine"))
    assert reader.known("vms", key, "machine") == bench.simulator.rows("vms")[0]["machine"]
    assert reader.known("vms", key, "created_from") == "custom"
    assert len(bench.simulator.requests()) == 2


def test_what_is_referred_to_must_exist(bench: Bench) -> None:
    with pytest.raises(EngineError) as failure:
        bench.connection.reader.known("vms", "77", "machine")
    assert str(failure.value) == "there is no row 77 in vms; was it deleted by someone else? Run 'pulumi refresh'"


def test_rows_are_found_by_a_condition(bench: Bench) -> None:
    rows = bench.connection.reader.find("vnets", where("name", "eq", "Core"), ("$key", "name"))
    assert rows == [{"$key": 2, "name": "Core"}]


def test_what_is_of_its_type_already_is_read_without_pydantic(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A refresh would load it for nothing else."""
    lan = bench.create("Network", name="lan", network="10.0.0.0/24")
    vm = bench.create("VirtualMachine", name="web", ram=1024)
    disk = bench.create("Drive", vm=vm.id, name="disk", disksize="1GiB")
    nic = bench.create("Nic", vm=vm.id, network=lan.id, name="eth0")
    on = bench.create("Power", of=f"vms/{vm.id}", state="running")

    def validate_python(self: TypeAdapter[Any], value: Any) -> Any:
        pytest.fail(f"{value!r} was checked")

    monkeypatch.setattr(TypeAdapter, "validate_python", validate_python)
    for each in (lan, vm, disk, nic, on):
        assert each.read().id == each.id


def test_a_refresh_begins_to_read_the_state_at_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    lan = bench.create("Network", name="lan")
    begun: list[str] = []
    monkeypatch.setattr(States, "read_ahead", lambda self, stack: begun.append(stack))
    monkeypatch.setattr(provider_process, "serving", lambda: True)
    lan.read()
    assert begun == ["organization/shop/dev"]
