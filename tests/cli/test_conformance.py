"""``verge-pulumi conformance``: its exit codes, its forms and its report, and ``make check``, which shows reports."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.conformance.bench import report_on, with_planted
from tests.conformance.planted import THIRTY
from verge_pulumi.catalogue import TABLES
from verge_pulumi.cli.app import app
from verge_pulumi.simulator import Options, Simulator

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["conformance", *map(str, arguments)])


@pytest.fixture
def here(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Simulator:
    """The VergeOS that the environment names."""
    monkeypatch.setenv("VERGEOS_HOST", simulator.url)
    monkeypatch.setenv("VERGEOS_API_KEY", simulator.api_key)
    return simulator


def test_nothing_differs(here: Simulator) -> None:
    here.disputed(held_columns="both")
    result = run()
    assert result.exit_code == 0
    assert result.stdout == (
        f"VergeOS 26.1.8: {len(TABLES)} tables with {sum(len(table.columns) for table in TABLES.values()):,} columns "
        "compared with what this package knows of that release.\n"
        "No difference.\n\n"
        "It also has 0 other columns in these tables, and 223 other tables.\n"
    )
    assert {request.verb for request in here.requests()} == {"GET"}


def test_what_hurts_is_told_by_harm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Simulator(Options(like=with_planted(tmp_path, THIRTY))) as running:
        monkeypatch.setenv("VERGEOS_HOST", running.url)
        monkeypatch.setenv("VERGEOS_API_KEY", running.api_key)
        shown, data = run(), run("--json")
    assert (shown.exit_code, data.exit_code) == (2, 2)
    lines = shown.stdout.splitlines()
    assert lines[1] == "30 differences hurt; 0 in what nothing of this package uses."
    place = lines.index("  vnets.mtu                column missing")
    assert lines[place + 1] == "    Network.mtu: setting it ends in an error"
    headings = [line.partition(" (")[0] for line in lines if ")." in line and not line.startswith(" ")]
    assert headings == ["Dropped", "Refused", "Spelt otherwise", "Not read", "Decided otherwise", "Withheld"]
    found = json.loads(data.stdout)
    assert (found["release"], found["exit_code"], len(found["findings"])) == ("26.1.8", 2, 30)
    first = found["findings"][0]
    assert (first["table"], first["column"], first["harm"]) == ("files", "preferred_tier", "dropped")
    assert first["hurts"][0]["advice"] == "leave it out of programs for this system"


def test_one_difference_that_hurts_nobody(tmp_path: Path) -> None:
    path = with_planted(tmp_path, [])
    report = json.loads(path.read_text())
    for field in ("creator", "last_fw_apply"):
        report["tables"]["vnets"]["fields"][field]["default"] = 9
    path.write_text(json.dumps(report))
    result = run(path)
    assert result.exit_code == 0
    assert "0 differences hurt; 2 in what nothing of this package uses." in result.stdout
    assert "Used by nothing of this package:\n  vnets.creator        default: none → 9" in result.stdout


def test_a_report_is_written_and_read_again(here: Simulator, tmp_path: Path) -> None:
    here.faults({"match": {"verb": "GET", "path": r"/vnets/\$table$", "times": 0}, "what": "status", "status": 403})
    path = tmp_path / "report.json"
    result = run("--report", path)
    assert result.exit_code == 1
    assert "\nNo difference in what was read.\n" in result.stdout
    assert "Not read:\n  vnets: " in result.stdout
    assert f"The report is in '{path}'. Read it before you publish it." in result.stderr
    again = run(path)
    assert again.exit_code == 0
    assert "Not read:\n  vnets: it was not read when the report was made" in again.stdout


def test_a_table_that_a_report_says_nothing_of_is_named(tmp_path: Path) -> None:
    path = with_planted(tmp_path, [], release="4.12.6")
    report = json.loads(path.read_text())
    del report["tables"]["vnets"]
    path.write_text(json.dumps(report))
    result = run(path)
    assert result.exit_code == 0
    assert "\nNo difference in what was read.\n" in result.stdout
    # Tables of later releases are no loss.
    assert "\nNot read:\n  vnets: the report says nothing of it\n\n" in result.stdout


def test_a_table_of_a_report_that_the_catalogue_lacks_is_another_one(tmp_path: Path) -> None:
    path = with_planted(tmp_path, [])
    report = json.loads(path.read_text())
    report["tables"]["zebras"] = {"fields": {"stripes": {"type": "text"}}}
    path.write_text(json.dumps(report))
    result = run(path, "--report", tmp_path / "again.json")
    assert result.exit_code == 0
    assert f"VergeOS 26.1.8: {len(TABLES)} tables with " in result.stdout
    assert "It also has 0 other columns in these tables, and 224 other tables." in result.stdout
    assert "zebras" not in (tmp_path / "again.json").read_text()
    path.write_text(json.dumps(report | {"other_tables": None}))
    assert "It also has 0 other columns in these tables.\n" in run(path).stdout


def test_words_that_are_left_out_are_named(tmp_path: Path) -> None:
    path = with_planted(tmp_path, [])
    report = json.loads(path.read_text())
    report["tables"]["vms"]["fields"]["os_family"]["list"].append("zebraos")
    path.write_text(json.dumps(report))
    result = run(path, "--report", tmp_path / "again.json")
    assert "Name those that are VergeOS's:\n  vms.os_family: zebraos\n" in result.stderr
    assert "zebraos" not in (tmp_path / "again.json").read_text()


def test_what_a_system_calls_its_columns_steers_no_terminal(here: Simulator) -> None:
    said = report_on("26.1.8")["tables"]["vms"]
    said["fields"]["\x1b[31mred\n"] = {"type": "text", "required": True}
    answer = {"what": "status", "status": 200, "body": said}
    here.faults({"match": {"verb": "GET", "path": r"/vms/\$table$", "times": 0}, **answer})
    for form in ([], ["--json"]):
        result = run(*form)
        assert result.exit_code == 2
        assert "red" in result.stdout
        assert "\x1b" not in result.stdout


def test_a_report_with_a_name_that_none_has_is_refused(tmp_path: Path) -> None:
    path = with_planted(tmp_path, [])
    report = json.loads(path.read_text())
    report["tables"]["vms"]["fields"]["\x1b[31mred\n"] = {"type": "text", "required": True}
    path.write_text(json.dumps(report))
    result = run(path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "red" in result.stderr
    assert "\x1b" not in result.stderr


def test_a_release_that_is_none_is_no_report(tmp_path: Path) -> None:
    path = with_planted(tmp_path, [])
    path.write_text(path.read_text().replace('"release": "26.1.8"', f'"release": "{"9" * 5000}"'))
    result = run(path)
    assert result.exit_code == 1
    assert result.stderr.startswith("Unable to compare this VergeOS: ")


def test_a_release_of_which_nothing_is_known_is_said_to_be_one(tmp_path: Path) -> None:
    path = with_planted(tmp_path, [])
    path.write_text(path.read_text().replace('"release": "26.1.8"', '"release": "26.2"'))
    result = run(path)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[1] == (
        "It is later than 26.1.8, the newest that this package knows, and was compared with that."
    )


def test_long_lists_are_cut(tmp_path: Path) -> None:
    path = with_planted(tmp_path, [])
    report = json.loads(path.read_text())
    for schema in report["tables"].values():
        if "created" in schema["fields"]:
            schema["fields"]["created"]["default"] = 9
        schema["fields"].get("status", {}).update(table="other")
    for field in report["tables"]["billing"]["fields"].values():
        field["default"] = 9
    path.write_text(json.dumps(report))
    result = run(path)
    assert " more, all in --json" in result.stdout


@pytest.mark.parametrize("arguments", [("missing.json",), ()])
def test_what_cannot_be_read_is_one_sentence(
    arguments: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERGEOS_HOST", "http://10.0.0.1")
    monkeypatch.setenv("VERGEOS_API_KEY", "key")
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith("Unable to compare this VergeOS: ")
    assert result.stderr.count("\n") == 1


def test_a_report_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    result = run(with_planted(tmp_path, []), "--report", tmp_path)
    assert result.exit_code == 1
    assert (
        result.stderr
        == f"Unable to write the report to '{tmp_path}': Is a directory. Name a file that can be written.\n"
    )


def test_without_a_host_it_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VERGEOS_HOST", raising=False)
    assert "VERGEOS_HOST (or the configuration vergeos:host) is not set" in run().stderr


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--only", "networks/*"), "--only goes with --lab alone. Add --lab, or leave that out."),
        (("--yes",), "--yes goes with --lab alone. Add --lab, or leave that out."),
        (("--stop",), "--stop goes with --lab alone. Add --lab, or leave that out."),
        (("--prefix", "trial"), "--prefix goes with --lab alone. Add --lab, or leave that out."),
        (("report.json", "--yes", "--stop"), "--stop, --yes go with --lab alone. Add --lab, or leave that out."),
        (("report.json", "--lab"), "neither a FILE nor --report goes with --lab. Leave them out."),
        (("--report", "report.json", "--lab"), "neither a FILE nor --report goes with --lab. Leave them out."),
    ],
)
def test_wrong_usage_is_one_sentence(here: Simulator, arguments: tuple[str, ...], reason: str) -> None:
    result = run(*arguments)
    verb = "run the lab" if "--lab" in arguments else "compare this VergeOS"
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"Unable to {verb}: {reason}\n")
    assert here.requests() == []


def make_check(folder: Path, like: Path) -> subprocess.CompletedProcess[str]:
    """Run what `make check` does with reports, in a folder that has a folder of them."""
    wanted = ["check", f"BIN={Path(sys.executable).parent}", f"LIKE={like}"]
    asked = ["make", "--dry-run", "--old-file=.venv/.ready", f"--makefile={ROOT / 'Makefile'}", *wanted]
    lines = subprocess.run(asked, cwd=folder, capture_output=True, text=True, check=True).stdout.splitlines()
    (recipe,) = [line for line in lines if " -m verge_pulumi conformance " in line]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(
        ["bash", "-c", recipe], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_make_check_shows_reports_and_passes(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    with_planted(folder, []).rename(folder / "clean.json")
    with_planted(folder, THIRTY).rename(folder / "differing.json")
    incomplete = report_on("26.1.8")
    del incomplete["tables"]["vnets"]
    like = tmp_path / "one more.json"
    like.write_text(json.dumps(incomplete | {"unread": ["vnets"]}))
    done = make_check(tmp_path, like)
    assert (done.returncode, done.stderr) == (0, "")
    first, second, third = done.stdout.split("VergeOS 26.1.8: ")[1:]
    assert "\nNo difference.\n" in first
    assert "\n30 differences hurt;" in second
    assert "\nNot read:\n  vnets: " in third


@pytest.mark.parametrize("text", [None, "{}"])
def test_make_check_fails_on_what_is_no_report(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "report.json"
    if text:
        path.write_text(text)
    done = make_check(tmp_path, path)
    assert done.returncode == 1
    assert done.stderr.startswith("Unable to compare this VergeOS: ")
