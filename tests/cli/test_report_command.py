"""``verge-pulumi report``: what it reads, what it writes, and how it ends."""

from __future__ import annotations

import importlib.metadata
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.cli.previews import FOLDER, load
from verge_pulumi.cli import main
from verge_pulumi.cli import report as command
from verge_pulumi.cli.app import app
from verge_pulumi.client import Budget, ledger_path
from verge_pulumi.review import documents
from verge_pulumi.review.report.gates import GATES
from verge_pulumi.review.report.markdown import MARKER
from verge_pulumi.simulator import Simulator

ROOT = Path(__file__).resolve().parents[2]
RUNNER = CliRunner()


def file(name: str) -> str:
    """Return the path of a recorded preview."""
    return str(FOLDER / f"{name}.json")


def report(*arguments: str, stdin: str | bytes | None = None) -> Result:
    """Run the command."""
    return RUNNER.invoke(app, ["report", *arguments], input=stdin)


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """No VergeOS is named by the environment."""
    for name in ("HOST", "API_KEY", "USERNAME", "PASSWORD", "REQUESTS_PER_HOUR"):
        monkeypatch.delenv(f"VERGEOS_{name}", raising=False)


def test_a_file_is_reported_as_markdown() -> None:
    result = report(file("create"))
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"{MARKER}\n\n## `shop/dev`: ")
    assert "```mermaid" in result.stdout


def test_stdin_is_read_where_no_file_is_named() -> None:
    text = Path(file("create")).read_text()
    assert report(stdin=text).stdout == report(file("create")).stdout == report("-", stdin=text).stdout


def test_several_stacks_from_files_and_from_one_text() -> None:
    apart = report(file("create"), file("delete")).stdout
    joined = report(stdin=Path(file("create")).read_text() + Path(file("delete")).read_text()).stdout
    assert apart == joined
    assert apart.count("## `shop/dev`") == 2


def test_json_follows_its_version() -> None:
    told = json.loads(report(file("create"), "--format", "json").stdout)
    assert (told["version"], len(told["stacks"])) == (1, 1)


def test_html_is_one_page() -> None:
    assert report(file("create"), "--format", "html").stdout.lstrip().startswith("<!DOCTYPE html>")


def test_html_tells_which_traffic_passes() -> None:
    page = report(file("firewall"), "--format", "html").stdout
    assert "<tr><td>passes</td><td>is stopped</td><td>lan</td><td>incoming</td>" in page


def test_the_documented_keys_of_the_json_are_all_there_are() -> None:
    documented = (ROOT / "docs" / "report.md").read_text()
    told = json.loads(report(file("firewall"), "--format", "json").stdout)

    def keys(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from value
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from keys(each)

    free = {"create", "update", "delete", "same"}  # the counts are by action
    assert [key for key in keys(told) if f"`{key}`" not in documented and key not in free] == []


def test_the_documented_exit_codes_are_those_of_the_gates() -> None:
    documented = (ROOT / "docs" / "report.md").read_text()
    for name, gate in GATES.items():
        assert f"| {gate.code} | `{name}` |" in documented


def test_the_report_goes_to_a_file(tmp_path: Path) -> None:
    target = tmp_path / "report.md"
    result = report(file("create"), "--output", str(target))
    assert (result.exit_code, result.stdout) == (0, "")
    assert target.read_text().startswith(MARKER)


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    result = report(file("create"), "--output", str(tmp_path))
    assert result.exit_code == 1
    assert result.stderr == f"Unable to write the report to '{tmp_path}': Is a directory.\n"


def test_the_limit_and_the_parallelism_are_heeded() -> None:
    assert len(report(file("create"), "--limit", "1000").stdout) <= 1000
    assert report(file("create"), "--parallel", "1").stdout != report(file("create"), "--parallel", "50").stdout


def test_the_parallelism_of_the_environment_counts_as_for_pulumi(monkeypatch: pytest.MonkeyPatch) -> None:
    one, fifty = (report(file("create"), "--parallel", number).stdout for number in ("1", "50"))
    monkeypatch.setenv("PULUMI_PARALLEL", "50")
    assert report(file("create")).stdout == fifty
    assert report(file("create"), "--parallel", "1").stdout == one
    monkeypatch.delenv("PULUMI_PARALLEL")
    otherwise = report(file("create")).stdout
    for ignored in ("", "0", "-3", "many"):
        monkeypatch.setenv("PULUMI_PARALLEL", ignored)
        assert report(file("create")).stdout == otherwise


@pytest.mark.parametrize(
    "arguments",
    [["--limit", "10"], ["--fail-on", "everything"], ["--format", "yaml"], ["--parallel", "0"], ["--no-such-option"]],
)
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    assert report(file("create"), *arguments).exit_code == 2


@pytest.mark.parametrize(
    ("scenario", "fail_on", "code", "said"),
    [
        ("nothing", "errors,data-loss,replace,delete,restart,firewall-open", 0, ""),
        ("data-loss", "replace", 0, ""),
        ("data-loss", "delete,data-loss", 4, "data would be lost"),
        ("errors", "errors", 3, "the preview failed"),
        ("firewall", "firewall-open", 8, "traffic may pass that could not"),
        ("hidden", "firewall-open", 8, "traffic may pass that could not"),
        ("outages", "restart", 7, "what runs would be restarted or stopped"),
        ("cascade", "data-loss", 4, "data would be lost"),
    ],
)
def test_gates_give_the_exit_code_and_the_report_is_made_all_the_same(
    scenario: str, fail_on: str, code: int, said: str
) -> None:
    result = report(file(scenario), "--fail-on", fail_on)
    assert (result.exit_code, said in result.stderr) == (code, True)
    assert result.stdout.startswith(MARKER)


def test_every_gate_that_stops_is_told() -> None:
    result = report(file("data-loss"), "--fail-on", "delete", "--fail-on", "data-loss")
    assert result.stderr == (
        "Stopped by --fail-on: data would be lost.\nStopped by --fail-on: a resource would be deleted.\n"
    )


def test_a_preview_that_does_not_tell_all_stops_whatever_is_not_to_happen() -> None:
    result = report("--fail-on", "delete", stdin='{"changeSummary": {"delete": 7, "same": 3}}')
    assert (result.exit_code, result.stderr) == (
        6,
        "Stopped by --fail-on: it is not known whether a resource would be deleted.\n",
    )
    assert "The preview counts 7 to delete and tells of 0." in result.stdout


NUMBERS = ("1" * 5000, "9" * 301, "1e400", "-1e400", "NaN", "Infinity")
"""What is no number that Pulumi writes."""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("Previewing update (dev):\n + VirtualMachine web", "it is no JSON; it begins 'Previewing update (dev):"),
        ('{"steps": [', "the JSON is cut off in line 1, column 12"),
        ('{"steps": [{"op": "upd', "the JSON is cut off in line 1"),
        ('{"steps": nonsense, "more": 1}', "this is no JSON in line 1, column 11"),
        ("{" * 100_000, "this is no JSON in line 1, column 2"),
        ('{"a":' * 100_000, "more than 100 values lie inside one another"),
        ('{"steps": %s}' % ("[" * 101 + "]" * 101), "more than 100 values lie inside one another"),
        *((f'{{"steps": {number}}}', "a number that is none, or too great") for number in NUMBERS),
        ('{"version": 3}', "this JSON is no preview"),
        ('{"sequence": 1, "timestamp": 2, "preludeEvent": {}}', "Unset PULUMI_ENABLE_STREAMING_JSON_PREVIEW"),
    ],
    ids=range(17),
)
def test_what_is_no_preview_ends_with_2_and_says_what_it_is(text: str, said: str) -> None:
    result = report(stdin=text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith("Unable to read the preview in stdin: ")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def test_a_file_that_is_not_there_ends_with_2() -> None:
    result = report("no\x1b[31msuch.json")
    assert result.exit_code == 2
    assert result.stderr == (
        "Unable to read the preview in 'nosuch.json': No such file or directory. Name a file that can be read.\n"
    )


def test_a_name_that_no_file_has_ends_with_2() -> None:
    result = report("no\0such.json")
    assert (result.exit_code, result.stderr.count("\n")) == (2, 1)
    assert "no file can have that name" in result.stderr


def test_a_mistake_of_this_package_is_not_called_one_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str, **_: object) -> None:
        raise ValueError("a mistake")

    monkeypatch.setattr(command, "plans", fail)
    assert isinstance(report(file("create")).exception, ValueError)


def test_what_the_system_says_is_escaped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(5, "in\u202eput")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", fail)
        assert "': input. Name a file" in report(file("create")).stderr
    monkeypatch.setattr(Path, "write_text", fail)
    assert report(file("create"), "--output", str(tmp_path / "a")).stderr.endswith("': input.\n")


def test_an_enormous_document_is_not_read_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(documents, "LARGEST", 1000)
    (tmp_path / "large.json").write_text('{"steps": []}' + " " * 1000)
    for result in (report(str(tmp_path / "large.json")), report(stdin=" " * 1001)):
        assert result.exit_code == 2
        assert "it has more than 1,000 bytes" in result.stderr


def test_what_the_cli_prints_around_the_json_is_passed_over() -> None:
    text = f"warning: a new version is available\n{Path(file('errors')).read_text()}\nerror: preview failed\n"
    assert report(stdin=text).stdout == report(file("errors")).stdout


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_shells_may_write_another_encoding(encoding: str) -> None:
    text = json.dumps(load("hostile"), ensure_ascii=False)
    assert report(stdin=text.encode(encoding)).stdout == report(file("hostile")).stdout


def test_the_system_is_asked_only_if_it_may_be(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERGEOS_HOST", simulator.url)
    monkeypatch.setenv("VERGEOS_API_KEY", simulator.api_key)
    report(file("create"))
    assert simulator.requests() == []
    assert "| `tier 1` | 10.0 TiB | 0 B | 10.0 TiB |" in report(file("create"), "--live").stdout
    assert len(simulator.requests()) == 2


def test_a_system_that_does_not_answer_is_a_note(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERGEOS_HOST", simulator.url)
    monkeypatch.setenv("VERGEOS_API_KEY", "c4nary-wrong-key")
    result = report(file("create"), "--live")
    assert result.exit_code == 0
    assert "VergeOS did not tell its capacity: " in result.stdout
    assert "c4nary" not in result.stdout


def test_a_system_that_nobody_named_is_a_note() -> None:
    result = report(file("create"), "--live", "--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["notes"] == [
        "VergeOS did not tell its capacity: VERGEOS_HOST (or the configuration vergeos:host) is not set; "
        "VERGEOS_API_KEY, or VERGEOS_USERNAME and VERGEOS_PASSWORD, must be set in the environment."
    ]


def test_an_hour_without_requests_left_is_a_note(
    simulator: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VERGEOS_HOST", simulator.url)
    monkeypatch.setenv("VERGEOS_API_KEY", simulator.api_key)
    monkeypatch.setenv("VERGEOS_REQUESTS_PER_HOUR", "40")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    moment = time.time() - 60
    budget = Budget(40, ledger=ledger_path(simulator.url, simulator.api_key), clock=lambda: moment)
    while budget.left != 1:  # what is left is for deletes
        with budget.turn(urgent=True):
            pass
    assert "no requests are left in this hour" in report(file("create"), "--live").stdout
    assert simulator.requests() == []


def test_python_m_verge_pulumi_reads_stdin() -> None:
    with Path(file("data-loss")).open() as preview:
        done = subprocess.run(
            [sys.executable, "-m", "verge_pulumi", "report", "--fail-on", "data-loss"],
            stdin=preview,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 4, done.stderr
    assert done.stdout.startswith(MARKER)
    assert done.stderr == "Stopped by --fail-on: data would be lost.\n"


def test_the_entry_point_is_installed() -> None:
    (entry,) = importlib.metadata.entry_points(group="console_scripts", name="verge-pulumi")
    assert entry.load() is main


def test_help_names_options_and_exit_codes() -> None:
    text = " ".join(report("--help").stdout.split())
    assert "--fail-on" in text
    assert "4 data would be lost" in text


def test_what_a_code_page_lacks_is_replaced() -> None:
    result = CliRunner(charset="cp1252").invoke(app, ["report", file("restart")])
    assert (result.exit_code, result.exception) == (0, None)
    assert " ? " in result.stdout


def test_the_simulator_has_its_own_options() -> None:
    told = RUNNER.invoke(app, ["simulator", "--help"], prog_name="verge-pulumi")
    assert (told.exit_code, "--transition-seconds" in told.stdout) == (0, True)
    assert told.stdout.startswith("usage: verge-pulumi simulator ")
    assert "Example: verge-pulumi simulator --port" in told.stdout
    refused = RUNNER.invoke(app, ["simulator", "--host", "192.0.2.1"])
    assert refused.exit_code == 1
    assert "Unable to start the simulator: " in refused.stderr


@pytest.mark.parametrize("missing", ["typer", "jinja2"])
def test_without_the_extra_one_sentence_says_what_to_install(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = ("verge_pulumi.cli.", "verge_pulumi.review.report")
    for name in [name for name in sys.modules if name.split(".")[0] == missing or name.startswith(ours)]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == (
        f"Unable to start verge-pulumi: the package {missing} is missing. Run pip install 'verge-pulumi[cli]'."
    )


def test_the_command_line_of_the_process_is_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["verge-pulumi", "report", file("errors"), "--fail-on", "errors"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 3


def test_what_a_provider_imports_has_nothing_of_the_command_line() -> None:
    imports = "import sys, verge_pulumi.engine.loader, verge_pulumi.components"
    unwanted = {"typer", "jinja2", "verge_pulumi.cli", "verge_pulumi.review"}
    code = f"{imports}; sys.exit(bool({unwanted} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_another_missing_module_is_not_mistaken_for_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "verge_pulumi.cli.app")
    monkeypatch.setitem(sys.modules, "verge_pulumi.cli.drift", None)
    with pytest.raises(ModuleNotFoundError):
        main()


def test_another_missing_module_is_not_mistaken_for_the_simulators_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("verge_pulumi.simulator")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "verge_pulumi.simulator.dials", None)
    result = RUNNER.invoke(app, ["simulator"])
    assert isinstance(result.exception, ModuleNotFoundError)


def test_without_its_extra_the_simulator_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("verge_pulumi.simulator", "aiohttp"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    result = RUNNER.invoke(app, ["simulator"])
    assert result.exit_code == 1
    assert result.stderr == (
        "Unable to start the simulator: the package aiohttp is missing. Run pip install 'verge-pulumi[simulator]'.\n"
    )
