"""The plan as a file: people edit it in a spreadsheet, and every text comes back as it was."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importing.hostile import NAMES
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.importing.plan_file import Line, Treatment, read_plan, write_plan

TEXTS = (
    st.text(max_size=30)
    | st.sampled_from(NAMES)
    | st.sampled_from(["'=1", "'", "''x", "+", "-1", "@a", ",", '"', "\r\n"])
)


@given(
    st.lists(
        st.tuples(TEXTS, TEXTS, st.sampled_from(Treatment)),
        max_size=5,
        unique_by=(lambda each: each[0], lambda each: each[1]),
    )
)
def test_every_text_comes_back_as_it_was(rows: list[tuple[str, str, Treatment]]) -> None:
    lines = [
        Line(table="vms", key=key, kind="VirtualMachine", name=name, treatment=treatment.value, resource=name)
        for key, name, treatment in rows
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder, "below", "plan.csv")
        write_plan(lines, path)
        assert list(read_plan(path).values()) == lines
        assert [each.name for each in path.parent.iterdir()] == ["plan.csv"], "nothing half written is left"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@sum"])
def test_no_spreadsheet_takes_a_name_for_a_formula(tmp_path: Path, text: str) -> None:
    write_plan([Line(table="vms", key="1", name=text)], tmp_path / "plan.csv")
    with (tmp_path / "plan.csv").open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["name"] == f"'{text}"


def test_what_a_spreadsheet_makes_of_it_is_read(tmp_path: Path) -> None:
    """A byte order mark, other ends of lines, a column of people, treatments in capitals, missing columns."""
    path = tmp_path / "plan.csv"
    path.write_bytes(b"\xef\xbb\xbftable,key,treatment,owner\r\nvms,3, LEAVE ,Bob\r\nvnets,3,manage,\r\n")
    assert read_plan(path) == {
        ("vms", "3"): Line(table="vms", key="3", treatment="leave"),
        ("vnets", "3"): Line(table="vnets", key="3", treatment="manage"),
    }


def test_there_may_be_no_plan_yet(tmp_path: Path) -> None:
    assert read_plan(tmp_path / "plan.csv") == {}


def test_another_treatment_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_text("table,key,treatment\nvms,1,manage\nvms,2,delete\n")
    words = r"line 3 of .*plan\.csv has another treatment than manage, part, lookup, leave\. Mend it"
    with pytest.raises(EngineError, match=words):
        read_plan(path)


def test_what_is_no_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_bytes("table,key,name,treatment\nvms,1,größe,manage\n".encode("latin-1"))
    with pytest.raises(EngineError, match=r"is no UTF-8 .*\. Save it as CSV in UTF-8"):
        read_plan(path)


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.csv").mkdir()
    with pytest.raises(EngineError, match=r"cannot be read .*\. Mend or delete it"):
        read_plan(tmp_path / "plan.csv")
    long = tmp_path / "long.csv"
    long.write_text("table,key,treatment\nvms,1," + "x" * 200_000 + "\n")
    with pytest.raises(EngineError, match=r"cannot be read .*\. Mend or delete it"):
        read_plan(long)


@pytest.mark.parametrize(
    ("planned", "treatment", "decided"),
    [("", "leave", False), ("manage", "manage", False), ("manage", "leave", True), ("lookup", "manage", True)],
)
def test_what_differs_from_what_was_planned_is_a_decision(planned: str, treatment: str, decided: bool) -> None:
    assert Line(table="vms", key="1", planned=planned, treatment=treatment).is_decided is decided


@pytest.mark.parametrize("column", ["variable", "module"])
@pytest.mark.parametrize("name", ["my name", "../../outside", "class", "print", "1st", "größe", "x; import os"])
def test_a_name_that_is_none_in_python_is_refused(tmp_path: Path, column: str, name: str) -> None:
    path = tmp_path / "plan.csv"
    write_plan([replace(Line(table="vms", key="1", treatment="manage"), **{column: name})], path)
    with pytest.raises(EngineError, match=r"line 2 of .*plan\.csv: '.*' is no name of a variable or a module\. Choose"):
        read_plan(path)


@pytest.mark.parametrize(
    "name", ["__init__", "__INIT__", "__main__", "guest_files", "options", "config", "protected", "Provider"]
)
def test_a_module_that_the_import_writes_itself_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "plan.csv"
    write_plan([Line(table="vms", key="1", treatment="manage", module=name)], path)
    with pytest.raises(EngineError, match=rf"line 2 of .*: the import itself or another line has a module '{name}'"):
        read_plan(path)


@pytest.mark.parametrize(
    ("other", "fine", "why"),
    [
        ({"module": "Network"}, {"module": "core"}, r"another line has a module 'Network'\. Rename it"),
        ({}, {"module": "core"}, r"another resource in 'network' is 'lan' too\. Rename one"),
    ],
)
def test_what_python_or_a_disk_cannot_tell_apart_is_refused(
    tmp_path: Path, other: dict[str, str], fine: dict[str, str], why: str
) -> None:
    path = tmp_path / "plan.csv"
    line = Line(table="vnets", key="1", treatment="manage", variable="lan", module="network")
    write_plan([line, replace(line, key="2", **fine)], path)
    assert len(read_plan(path)) == 2
    write_plan([line, replace(line, key="2", **other)], path)
    with pytest.raises(EngineError, match=rf"line 3 of .*{why}"):
        read_plan(path)


def test_two_resources_of_one_kind_and_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    line = Line(table="vms", key="1", kind="Server", treatment="manage", resource="web")
    others = [replace(line, key="2", kind="VirtualMachine"), replace(line, key="3", treatment="leave")]
    write_plan([line, *others], path)
    assert len(read_plan(path)) == 3
    write_plan([line, *others, replace(line, key="4")], path)
    with pytest.raises(EngineError, match=r"line 5 of .*: another Server is 'web' too\. Rename one"):
        read_plan(path)
