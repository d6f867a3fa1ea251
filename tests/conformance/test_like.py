"""A simulator that is like a report has the columns, words, defaults and limits of that system."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.bench import read, report_on, with_planted
from tests.conformance.planted import THIRTY
from verge_pulumi.catalogue import RELEASES
from verge_pulumi.catalogue.reports import as_report
from verge_pulumi.client import Basic, NotFound, Refused, VergeClient, where
from verge_pulumi.conformance.comparing import Kind
from verge_pulumi.simulator import Options, Simulator
from verge_pulumi.simulator.disputed import QUESTIONS

Json = dict[str, Any]


@pytest.fixture(scope="module")
def today() -> Json:
    return report_on("26.1.8")


def like(report: Json, folder: Path) -> Simulator:
    path = folder / "report.json"
    path.write_text(json.dumps(report))
    return Simulator(Options(like=path))


def client(running: Simulator) -> VergeClient:
    return VergeClient(running.url, auth=Basic(running.username, running.password))


def columns(table: Json) -> Json:
    """Return what a table says of its columns; which lists of child rows it has follows from other tables."""
    return {name: said for name, said in table["fields"].items() if said["type"] != "rows"}


@pytest.mark.parametrize("answer", QUESTIONS["held_columns"].answers)
@pytest.mark.parametrize("release", RELEASES)
def test_like_its_own_report_it_gives_the_same_report(tmp_path: Path, release: str, answer: str) -> None:
    report = report_on(release, answer)
    with like(report, tmp_path) as running:
        assert running.release == release
        assert as_report(read(running)).model_dump() | {"differences": []} == report


def test_like_a_report_with_differences_it_gives_the_same_report(tmp_path: Path) -> None:
    # Words that nobody but that system may know are not repeated, and of types only the kind.
    kinds = (Kind.WORDS_NEW, Kind.TYPE)
    planted = [each for each in THIRTY if each.kind not in kinds and each.place != "vms.os_family"]
    path = with_planted(tmp_path, planted)
    with Simulator(Options(like=path)) as running:
        report, again = json.loads(path.read_text()), as_report(read(running)).model_dump()
    assert again["tables"].keys() == report["tables"].keys()
    for name, table in again["tables"].items():
        assert columns(table) == columns(report["tables"][name])


def test_a_missing_column_is_dropped_and_not_shown(today: Json, tmp_path: Path) -> None:
    report = copy.deepcopy(today)
    del report["tables"]["vnets"]["fields"]["mtu"]
    with like(report, tmp_path) as running, client(running) as verge:
        vnets = verge.table("vnets")
        key = vnets.create({"name": "lan", "mtu": 9000}).key
        vnets.update(key, {"mtu": 1500, "note": "x"})
        assert vnets.get(key, fields=["$key", "mtu", "note"]) == {"$key": int(key), "note": "x"}
        assert "mtu" not in vnets.get(key)
        assert "mtu" not in vnets.get(key, fields="most")
        assert vnets.list(filter=where("mtu", "eq", 9000)) == []
        assert running.counters().unknown_columns == {("vnets", "mtu"): 2}


@pytest.mark.parametrize("answer", ["machine", "both"])
def test_a_column_that_the_machine_has_instead_is_written_and_read_there(tmp_path: Path, answer: str) -> None:
    with like(report_on("26.1.8", answer), tmp_path) as running, client(running) as verge:
        key = verge.table("vms").create({"name": "web", "ha_group": "+db"}).key
        row = verge.table("vms").get(key, fields=["ha_group", "machine#ha_group as held"])
        assert row == {"held": "+db", **({"ha_group": "+db"} if answer == "both" else {})}
        assert running.counters().unknown_columns == {}


def test_words_limits_and_defaults_are_that_systems(today: Json, tmp_path: Path) -> None:
    report = copy.deepcopy(today)
    fields = report["tables"]["vms"]["fields"]
    fields["os_family"]["list"] = ["linux", "windows"]
    fields["ram"] |= {"default": 2048, "max": 4096}
    fields["note"]["readonly"] = True
    fields["approval"] = {"type": "text", "create": True, "readonly": False, "required": True}
    with like(report, tmp_path) as running, client(running) as verge:
        vms = verge.table("vms")
        with pytest.raises(Refused, match="approval"):
            vms.create({"name": "web"})
        with pytest.raises(Refused, match="'freebsd' is not in list"):
            vms.create({"name": "web", "approval": "yes", "os_family": "freebsd"})
        with pytest.raises(Refused, match="ram"):
            vms.create({"name": "web", "approval": "yes", "ram": 8192})
        key = vms.create({"name": "web", "approval": "yes"}).key
        row = vms.get(key)
        assert (row["ram"], row["approval"]) == (2048, "yes")
        with pytest.raises(Refused, match="readonly"):
            vms.update(key, {"note": "x"})


def test_a_length_is_one_of_texts(today: Json, tmp_path: Path) -> None:
    report = copy.deepcopy(today)
    report["tables"]["vms"]["fields"]["ram"]["maxlength"] = 2
    with like(report, tmp_path) as running, client(running) as verge:
        assert verge.table("vms").create({"name": "web", "ram": 2048}).key


def test_a_missing_table_is_not_found(today: Json, tmp_path: Path) -> None:
    report = copy.deepcopy(today)
    del report["tables"]["machine_status"], report["tables"]["vms"]
    report["absent"] = ["machine_status", "vms"]
    with like(report, tmp_path) as running, client(running) as verge:
        with pytest.raises(NotFound):
            verge.table("vms").list()
        with pytest.raises(NotFound):
            verge.table("vms").action(1, "poweron")
        assert {"vms", "vm_actions", "machine_status"}.isdisjoint(entry["name"] for entry in verge.index())
        (network, *_) = verge.table("vnets").list(fields=["$key", "machine#status#running as running"])
        assert network["running"] is None
        assert "machine_status" in running.dump()["rows"]


def test_a_table_of_a_later_release_is_there_already(today: Json, tmp_path: Path) -> None:
    report = report_on("4.12.6")
    report["tables"]["tags"] = today["tables"]["tags"]
    with like(report, tmp_path) as running, client(running) as verge:
        assert running.release == "4.12.6"
        assert verge.table("tags").list() == []


def test_it_starts_and_answers_without_any_column(today: Json, tmp_path: Path) -> None:
    report = copy.deepcopy(today)
    for table in report["tables"].values():
        table |= {"fields": {}, "unique": [], "owner": None, "parent": None}
    report["tables"]["system"] = today["tables"]["system"]
    with like(report, tmp_path) as running, client(running) as verge:
        key = verge.table("vms").create({"name": "web"}).key
        assert verge.table("vms").get(key) == {"$key": int(key)}
        verge.table("vms").action(key, "poweron")
        verge.table("vms").action(key, "kill")
        verge.table("vms").delete(key)


def test_columns_of_odd_types_are_served(today: Json, tmp_path: Path) -> None:
    report = copy.deepcopy(today)
    fields = report["tables"]["vnets"]["fields"]
    fields["mtu"]["type"] = "row"
    fields["hostname"] = {"type": "row", "table": "vms", "create": True, "readonly": False}
    fields["further"] = {"type": "row", "table": "other"}
    fields["another"] = {"type": "other"}
    fields["some"] = {"type": "rows"}
    with like(report, tmp_path) as running, client(running) as verge:
        schema = verge.table("vnets").schema()["fields"]
        assert {name: schema[name]["type"] for name in ("mtu", "hostname", "further", "another")} == {
            "mtu": "int64", "hostname": "row", "further": "int64", "another": "text",
        }  # fmt: skip
        assert schema["hostname"]["table"] == "vms"
        assert "some" not in schema
