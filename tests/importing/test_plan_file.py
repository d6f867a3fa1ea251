"""The plan as a file: people edit it in a spreadsheet, and every text comes back as it was."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importing.bench import MemoryCli, SiteBench
from tests.importing.hostile import NAMES
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.importing.plan_file import Line, Treatment, read_plan, write_plan

TEXTS = (
    st.text(max_size=30)
    | st.sampled_from(NAMES)
    | st.sampled_from(["'=1", "'", "''x", "+", "-1", "@a", ",", '"', "\r\n"])
)

KEYS = TEXTS.map(str.strip).filter(bool)
"""No key of VergeOS begins or ends with a blank."""

BACK = r"Put it back from version control"
COLUMNS = "table,key,kind,name,parent,treatment,planned,reason,resource,variable,module,folded"
LINES = (
    "vms,1,VirtualMachine,web,,leave,manage,,,,,",
    'vms,2,VirtualMachine,"db, old",,manage,manage,,db,db,compute,',
)
PLAN = "".join(f"{line}\n" for line in (COLUMNS, *LINES))
READ = {
    ("vms", "1"): Line(table="vms", key="1", kind="VirtualMachine", name="web", treatment="leave", planned="manage"),
    ("vms", "2"): Line(
        table="vms",
        key="2",
        kind="VirtualMachine",
        name="db, old",
        treatment="manage",
        planned="manage",
        resource="db",
        variable="db",
        module="compute",
    ),
}


def planned(key: str, treatment: str = "manage", **values: str) -> Line:
    """Return a line as an import writes it."""
    return replace(Line(table="vms", key=key, treatment=treatment, planned="manage"), **values)


@given(
    st.lists(
        st.tuples(KEYS, TEXTS, st.sampled_from(Treatment)),
        max_size=5,
        unique_by=(lambda each: each[0], lambda each: each[1]),
    )
)
def test_every_text_comes_back_as_it_was(rows: list[tuple[str, str, Treatment]]) -> None:
    lines = [
        planned(key, treatment.value, kind="VirtualMachine", name=name, resource=name) for key, name, treatment in rows
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


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text, id="nothing"),
        pytest.param(lambda text: f"\ufeff{text}", id="a byte order mark"),
        pytest.param(lambda text: text.replace("\n", "\r\n"), id="CRLF"),
        pytest.param(lambda text: text.replace("\n", "\r"), id="CR"),
        pytest.param(lambda text: text.replace("\n", "\n\n"), id="blank lines"),
        pytest.param(lambda text: f"\n{text}", id="a blank line in front"),
        pytest.param(lambda text: text.replace("\n", ",,\n"), id="commas at the ends"),
        pytest.param(lambda text: re.sub(",*\n", "\n", text), id="no commas at the ends"),
        pytest.param(lambda text: text.replace(",leave,", ", LEAVE ,"), id="a treatment in capitals"),
        pytest.param(lambda text: text.replace(",manage,", ",Manage ,"), id="what was planned in capitals"),
        pytest.param(lambda text: text.replace("planned", "Planned"), id="a column in capitals"),
        pytest.param(lambda text: text.replace(COLUMNS, COLUMNS.title()), id="columns in capitals"),
        pytest.param(lambda text: text.replace(COLUMNS, COLUMNS.replace(",", ", ")), id="blanks between columns"),
        pytest.param(lambda text: text.replace("vms,1,", "vms ,1 ,"), id="a key with a blank"),
    ],
)
def test_what_a_spreadsheet_makes_of_it_is_read(tmp_path: Path, change: Callable[[str], str]) -> None:
    path = tmp_path / "plan.csv"
    path.write_bytes(change(PLAN).encode())
    assert read_plan(path) == READ


def without_planned(text: str) -> str:
    return re.sub(r"^((?:[^,\n]*,){6})[^,\n]*,", r"\1", text, flags=re.MULTILINE)


NO_COLUMNS = rf"plan\.csv does not begin with the names of its columns, separated by commas\. {BACK}, or save it so$"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (without_planned, rf"plan\.csv lacks the column 'planned'\. {BACK}$"),
        (lambda text: text.replace("planned", "planed"), rf"plan\.csv lacks the column 'planned'\. {BACK}$"),
        (
            lambda text: text.replace("\n", ",leave\n").replace("folded,leave", "folded, Treatment"),
            rf"plan\.csv has the column 'treatment' twice\. {BACK}$",
        ),
        (
            lambda text: text.replace("\n", ",Bob\n").replace("folded,Bob", "folded,Owner"),
            r"plan\.csv has a column 'owner', which the next run would lose\. Move it to another file$",
        ),
        (
            lambda text: f"{text}vms, 1 ,,web,,manage,manage,,,,,\n",
            r"line 4 of .* is about vms/1, as one before it\. Remove",
        ),
        (lambda text: text.replace("vms,1,", "vms,,"), rf"line 2 of .* has nothing under 'key'\. {BACK}$"),
        (lambda text: text.replace(",leave,manage", ",leave,"), r"line 2 of .* has nothing under 'planned'\. "),
        (lambda text: text.replace(LINES[0], f"<<<<<<< HEAD\n{LINES[0]}"), r"line 2 of .* has nothing under 'key'\. "),
        (
            lambda text: text.replace("compute,", "compute,,Bob"),
            r"line 3 of .* has a value under no column\. Put a text",
        ),
        (lambda text: text.replace("web", '"web'), rf"plan\.csv cannot be read \(.*\)\. {BACK}$"),
        (lambda text: f'{text}vms,3,,"', rf"plan\.csv cannot be read \(unexpected end of data\)\. {BACK}$"),
        (lambda text: "", NO_COLUMNS),
        (lambda text: "\n\n", NO_COLUMNS),
        (lambda text: text.replace(",", ";"), NO_COLUMNS),
        (lambda text: text.replace(",", "\t"), NO_COLUMNS),
        (lambda text: f"Our plan,,,\n{text}", NO_COLUMNS),
        (lambda text: f"sep=,\n{text}", NO_COLUMNS),
        (lambda text: f"<<<<<<< HEAD\n{text}", NO_COLUMNS),
    ],
)
def test_what_would_lose_a_decision_is_refused(tmp_path: Path, change: Callable[[str], str], why: str) -> None:
    path = tmp_path / "plan.csv"
    path.write_bytes(change(PLAN).encode())
    with pytest.raises(EngineError, match=why):
        read_plan(path)


@pytest.mark.promise(7)
def test_an_import_writes_nothing_where_it_cannot_tell_what_people_decided(site: SiteBench, cli: MemoryCli) -> None:
    site.network("lan")
    site.imports(cli, plan_only=True)
    site.edit("lan", treatment="leave")
    path = site.folder / "vergeos-import" / "plan.csv"
    edited = path.read_text().replace("planned", "was planned", 1)
    path.write_text(edited)
    with pytest.raises(EngineError, match="lacks the column 'planned'"):
        site.imports(cli)
    assert path.read_text() == edited
    assert not (site.folder / "__main__.py").exists()
    path.write_text(edited.replace("was planned", "PLANNED", 1))
    site.imports(cli, no_state=True)
    assert [line.treatment for line in read_plan(path).values() if line.name == "lan"] == ["leave"]


def test_there_may_be_no_plan_yet(tmp_path: Path) -> None:
    assert read_plan(tmp_path / "plan.csv") == {}


def test_another_treatment_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_text(PLAN.replace(",manage,manage", ",delete,manage"))
    words = r"line 3 of .*plan\.csv has another treatment than manage, part, lookup, leave\. Mend it"
    with pytest.raises(EngineError, match=words):
        read_plan(path)


def test_what_is_no_utf8_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    path.write_bytes(PLAN.replace("web", "größe").encode("latin-1"))
    with pytest.raises(EngineError, match=r"is no UTF-8 .*\. Save it as CSV in UTF-8"):
        read_plan(path)


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    (tmp_path / "plan.csv").mkdir()
    with pytest.raises(EngineError, match=rf"cannot be read .*\. {BACK}$"):
        read_plan(tmp_path / "plan.csv")
    long = tmp_path / "long.csv"
    long.write_text(PLAN.replace("web", "x" * 200_000))
    with pytest.raises(EngineError, match=rf"cannot be read .*\. {BACK}$"):
        read_plan(long)


@pytest.mark.parametrize(
    ("before", "treatment", "decided"),
    [("", "leave", False), ("manage", "manage", False), ("manage", "leave", True), ("lookup", "manage", True)],
)
def test_what_differs_from_what_was_planned_is_a_decision(before: str, treatment: str, decided: bool) -> None:
    assert Line(table="vms", key="1", planned=before, treatment=treatment).is_decided is decided


@pytest.mark.parametrize("column", ["variable", "module"])
@pytest.mark.parametrize("name", ["my name", "../../outside", "class", "print", "1st", "größe", "x; import os"])
def test_a_name_that_is_none_in_python_is_refused(tmp_path: Path, column: str, name: str) -> None:
    path = tmp_path / "plan.csv"
    write_plan([planned("1", **{column: name})], path)
    with pytest.raises(EngineError, match=r"line 2 of .*plan\.csv: '.*' is no name of a variable or a module\. Choose"):
        read_plan(path)


@pytest.mark.parametrize(
    "name", ["__init__", "__INIT__", "__main__", "guest_files", "options", "config", "protected", "Provider"]
)
def test_a_module_that_the_import_writes_itself_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / "plan.csv"
    write_plan([planned("1", module=name)], path)
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
    line = planned("1", variable="lan", module="network")
    write_plan([line, replace(line, key="2", **fine)], path)
    assert len(read_plan(path)) == 2
    write_plan([line, replace(line, key="2", **other)], path)
    with pytest.raises(EngineError, match=rf"line 3 of .*{why}"):
        read_plan(path)


def test_two_resources_of_one_kind_and_name_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "plan.csv"
    line = planned("1", kind="Server", resource="web")
    others = [replace(line, key="2", kind="VirtualMachine"), replace(line, key="3", treatment="leave")]
    write_plan([line, *others], path)
    assert len(read_plan(path)) == 3
    write_plan([line, *others, replace(line, key="4")], path)
    with pytest.raises(EngineError, match=r"line 5 of .*: another Server is 'web' too\. Rename one"):
        read_plan(path)
