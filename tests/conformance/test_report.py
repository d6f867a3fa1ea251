"""A report says all of the schema and nothing of the system."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.bench import read, report_on, system_in, with_planted
from tests.conformance.planted import THIRTY
from verge_pulumi.catalogue import TABLES, Type
from verge_pulumi.catalogue.described import LEFT_OUT
from verge_pulumi.catalogue.reports import (
    UnreadableReport,
    as_report,
    described_by,
    is_public,
    left_out,
    read_report,
)
from verge_pulumi.conformance.examining import examine
from verge_pulumi.conformance.reading import system_of
from verge_pulumi.conformance.report import report_of
from verge_pulumi.simulator import Options, Simulator

CANARY = "kanarienvogel"
ADDRESS = "203.0.113.77"


def test_nothing_of_a_system_full_of_canaries_is_in_its_report() -> None:
    options = Options(
        name=f"{CANARY}-cloud", user=f"{CANARY}-admin", password=f"{CANARY}-password", api_key=f"{CANARY}k"
    )
    with Simulator(options) as running:
        for name in ("vms", "groups", "files", "snapshot_profiles", "themes", "tag_categories"):
            running.add(name, name=f"{CANARY}-{name}")
        for table in TABLES.values():
            texts = [column.name for column in table.columns if column.type is Type.TEXT]
            for row in running.rows(table.name) if table.name != "permissions" else ():
                kept = {"os_version"} | ({"name", "password"} if table.name == "users" else set())
                canaries = {name: f"{CANARY} {ADDRESS}" for name in texts if name not in kept}
                running.edit(table.name, row["$key"], **canaries)
        held = json.dumps(running.dump())
        text = report_of(read(running))
        host = running.url.removeprefix("http://")
    assert held.count(CANARY) > 50
    for secret in (CANARY, ADDRESS, host, host.partition(":")[0], host.partition(":")[2]):
        assert secret not in text
    assert text == report_of(system_in(report_on("26.1.8", "machine")))


def test_nothing_gets_in_from_an_answer_that_is_canaries_throughout() -> None:
    words = {
        CANARY: CANARY,
        f"pc-{CANARY}": CANARY,
        ADDRESS: CANARY,
        f"pc-{ADDRESS}": CANARY,
        "日本": CANARY,
        "pc": CANARY,
    }
    field = {
        "type": CANARY, "list": words, "default": CANARY, "table": CANARY, "label": CANARY, CANARY.upper(): CANARY,
    }  # fmt: skip
    answer = {
        "name": CANARY, "owner": CANARY, "parent": CANARY, "unique": [[CANARY]], CANARY: CANARY,
        "fields": {"machine_type": field, "note": field, "new": field, CANARY.upper(): field, ADDRESS: field},
    }  # fmt: skip
    system = system_of(
        {"vms": answer, CANARY: answer}, release="26.1.8", absent=[CANARY], unread={"vnets": CANARY, CANARY: CANARY}
    )
    text = report_of(dataclasses.replace(system, release=f"26.1.8-{CANARY}", other_tables=3))
    assert CANARY not in text.lower()
    assert ADDRESS not in text
    report = json.loads(text)
    assert report["release"] == "26.1.8"
    assert report["tables"]["vms"]["fields"]["machine_type"] == {
        "type": "other", "table": "other", "list": ["pc"], "more_words": 5, "default_left_out": True,
    }  # fmt: skip
    # Of a column that is no enumeration in the catalogue no word is repeated.
    assert report["tables"]["vms"]["fields"]["note"]["list"] == []


@pytest.mark.parametrize(
    ("word", "public"),
    [
        ("pc-q35-10.0", True),
        ("pc-q35-12.1", True),
        ("q35", True),
        ("zebra-q35", False),
        ("pc-q35-10.0.0.1", False),
        ("10.0.0.1", False),
        ("", False),
    ],
)
def test_a_word_is_public_if_it_is_made_of_words_that_are(word: str, public: bool) -> None:
    assert is_public("vms", "machine_type", word) is public


def test_words_that_may_be_somebodys_are_named_to_who_asks() -> None:
    field = {"type": "text", "list": {"linux": "", "zebraos": ""}}
    system = system_of({"vms": {"fields": {"os_family": field}}}, release="26.1.8")
    assert left_out(system) == ["vms.os_family: zebraos"]
    again = described_by(as_report(system))
    (words,) = [each for each in examine(again).findings if each.difference.kind == "words added"]
    assert (words.difference.theirs, words.hurts[0].whom) == ("1 more", "VirtualMachine.os_family")


def test_a_default_that_may_be_somebodys_is_another_one() -> None:
    system = system_of({"vms": {"fields": {"os_family": {"type": "text", "default": "zebraos"}}}}, release="26.1.8")
    again = described_by(as_report(system))
    assert again.tables["vms"].columns["os_family"].default is LEFT_OUT
    (default,) = [each.difference for each in examine(again).findings if each.difference.kind == "default"]
    assert (default.ours, default.theirs) == ("linux", "another one")
    assert as_report(again).tables == as_report(system).tables


@pytest.mark.parametrize("default", [["a"], {"a": 1}])
def test_a_default_of_json_is_kept_only_if_it_is_the_catalogues(default: Any) -> None:
    system = system_of({"vms": {"fields": {"meta": {"type": "json", "default": default}}}}, release="26.1.8")
    assert as_report(system).tables["vms"].fields["meta"] == {"type": "json", "default_left_out": True}


@pytest.mark.parametrize("number", ["1e400", "-1e400", "NaN"])
def test_what_is_no_number_of_json_is_in_no_report(tmp_path: Path, number: str) -> None:
    path = tmp_path / "report.json"
    said = {"type": "uint32", "default": 4711, "min": 4711, "max": 4711}
    report = {**report_on("26.1.8"), "tables": {"vms": {"fields": {"ram": said}}}}
    path.write_text(json.dumps(report).replace("4711", number))

    def none(constant: str) -> None:
        raise AssertionError(constant)

    again = json.loads(report_of(read_report(path)), parse_constant=none)
    assert again["tables"]["vms"]["fields"]["ram"] == {"type": "uint32", "default_left_out": True}
    assert "Infinity" not in str(again["differences"])


def test_what_a_report_says_is_found_in_it_again(tmp_path: Path) -> None:
    path = with_planted(tmp_path, THIRTY)
    with Simulator(Options(like=path)) as running:
        live = read(running)
    found = [(each.difference.place, each.difference.kind, each.harm) for each in examine(live).findings]
    again = examine(described_by(as_report(live))).findings
    assert [(each.difference.place, each.difference.kind, each.harm) for each in again] == found
    assert [each["table"] for each in json.loads(report_of(live))["differences"]]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "Invalid JSON"),
        ("[" * 9999, "Invalid JSON"),
        ("[]", "Input should be an object"),
        ('{"format": 2}', "format: Input should be 1"),
        ('{"release": "x"}', "release: String should match pattern"),
        ('{"release": "26.1.8", "tables": {}}', "tables: Dictionary should have at least 1 item"),
        ('{"release": "26.1.8", "tables": {"vms": {}}}', "tables.vms.fields: Field required"),
        ('{"release": "26.1.8", "tables": {"vms": {"fields": []}}}', "tables.vms.fields: Input should be a"),
        (
            '{"release": "26.1.8", "tables": {"vms": {"fields": {"ram": 1}}}}',
            "tables.vms.fields.ram: Input should be a",
        ),
    ],
)
def test_a_file_that_is_no_report_is_one_sentence(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "report.json"
    path.write_text(text)
    with pytest.raises(UnreadableReport) as error:
        read_report(path)
    assert str(error.value).startswith(f"{path} holds no report of 'verge-pulumi conformance --report' ({reason}")
    assert str(error.value).endswith("). Make it once more")


@pytest.mark.parametrize("name", ["\x1b[31mred", "ram\n", "Ram", "日本", "", "$key", "r" * 5000])
def test_a_name_that_no_report_has_is_refused_and_steers_nothing(tmp_path: Path, name: str) -> None:
    path = tmp_path / "report.json"
    for place in ("tables", "fields", "absent", "unread"):
        report = report_on("26.1.8")
        if place == "tables":
            report["tables"][name] = report["tables"]["vms"]
        elif place == "fields":
            report["tables"]["vms"]["fields"][name] = {"type": "text"}
        else:
            report[place].append(name)
        path.write_text(json.dumps(report))
        with pytest.raises(UnreadableReport, match="String should match pattern") as error:
            read_report(path)
        assert place in ("absent", "unread") or ascii(name[:48]) in str(error.value)
        assert str(error.value).isascii()
        assert str(error.value).isprintable()
        assert len(str(error.value)) < 500


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UnreadableReport, match="No such file or directory"):
        read_report(tmp_path / "report.json")
