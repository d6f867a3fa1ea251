"""The bench measures what it says, and its page shows it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from pathlib import Path

import pytest

from bench import entries, program, report, terraform
from bench.run import TERRAFORM, WORKLOADS, Case, Measure, run

MOST_CALLS = {"Network": 810, "VirtualMachine": 765, "Drive": 680, "Nic": 530, "Power": 420}
"""What each kind takes today, and up to a tenth more."""


COUNTED = """
import json

from bench.share import RESOURCES, preview
from tests.counting import calls

print(json.dumps({kind: calls(preview(kind, given)) for kind, given in RESOURCES.items()}))
"""


def test_our_share_of_a_preview_is_small() -> None:
    # In a process of its own: where coverage is measured, that calls functions, too.
    told = subprocess.run([sys.executable, "-c", COUNTED], check=True, capture_output=True, text=True).stdout
    counted = json.loads(told)
    assert counted.keys() == MOST_CALLS.keys()
    assert {kind: number for kind, number in counted.items() if number > MOST_CALLS[kind]} == {}


def test_every_command_is_measured(cli: Path) -> None:
    measures = list(run(Case("naive", 1, 8, 0), cli))
    assert [measure.workload for measure in measures] == list(WORKLOADS)
    assert [measure.requests for measure in measures] == [13, 0, 6, 4, 12]
    assert all(measure.seconds > 0 for measure in measures)
    # A provider that the engine had to kill could not say what it used; not all of five are.
    assert any(measure.cpu > 0 and measure.memory > 20 for measure in measures)


def test_what_does_nothing_asks_nothing(cli: Path) -> None:
    assert next(run(Case("idle", 1, 8, 0), cli)).requests == 0


def test_a_command_that_fails_says_why(cli: Path) -> None:
    with pytest.raises(RuntimeError, match="invalid literal"):
        list(run(Case("idle", 1, 8, 0), cli, MACHINES="many"))


@pytest.mark.long
def test_a_backend_is_measured_with_and_without_checkpoints() -> None:
    command = [sys.executable, "-m", "bench.backends", "--n", "1", "--backends", "file"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert re.search(r"\| file \| 5 (\| \d+\.\d s ){4}\|$", told)


@pytest.mark.long
def test_a_machine_may_be_one_entry(cli: Path) -> None:
    assert next(run(Case("idle", 1, 8, 0), cli, IN_ONE_ENTRY="1")).requests == 0


def test_a_machine_is_compared_as_four_entries_and_as_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def made_up_run(case: Case, cli: Path, **variables: str) -> list[Measure]:
        seconds = 1.0 if variables else 4.0
        return [Measure(case, workload, 0, 0, seconds, 0.0, 0.0) for workload in WORKLOADS]

    monkeypatch.setattr(entries, "run", made_up_run)
    monkeypatch.setattr(entries, "pulumi_folder", Path)
    monkeypatch.setattr(sys, "argv", ["entries", "--n", "50", "--runs", "1"])
    entries.main()
    assert capsys.readouterr().out.splitlines() == [f"| {each} | 50 | 4.0 s | 1.0 s | 0.25 |" for each in WORKLOADS]


SECONDS = {"ours": 3.0, "naive": 4.0, "idle": 2.0}


def made_up(runs: int = 1, latency: float = 0) -> list[Measure]:
    return [
        Measure(
            Case(provider, number, 8, latency),
            workload,
            cost * number,
            8,
            SECONDS[provider] + run / 10,
            0.5 + 0.02 * number,
            70.0,
            load=1.5,
        )
        for run in range(runs)
        for provider, cost in (("ours", 8), ("naive", 12), ("idle", 0))
        for number in (1, 10)
        for workload in WORKLOADS
    ]


def test_the_page_keeps_what_people_wrote(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"# Before\n{report.START}\nof before\n{report.END}\nafter\n")
    report.write(page, made_up())
    text = page.read_text()
    assert text.startswith("# Before\n")
    assert text.endswith("after\n")
    assert "of before" not in text
    # Eight requests for each machine are few enough, one and a half times the floor is too long; 0.02 s for each
    # machine are 5 ms for each of its four resources.
    assert "| create | 10 | 80 | 85 | 120 | 3.0 | 4.0 | 2.0 | **1.50** | 1.25 | **5.0** | 4 | 70 |" in text
    assert "runs: 1, in turn for each provider; load when a command began: up to 1.5." in text


def test_what_several_runs_measure_is_told_by_its_middle_and_its_ends() -> None:
    text = report.tables(made_up(runs=5))
    assert (
        "| create | 10 | 80 | 85 | 120 | 3.2 (3.0–3.4) | 4.2 (4.0–4.4) | 2.2 (2.0–2.4) | **1.45 (1.42–1.50)** |" in text
    )


def test_round_trips_that_wait_for_one_another_are_not_held_against_it() -> None:
    text = report.tables(made_up(latency=100))
    # A change has four of them, a preview none.
    assert "| change | 10 | **80** | 40 | 120 | 3.0 | 4.0 | 2.0 | **1.30** |" in text
    assert "| preview | 10 | **80** | 0 | 120 | 3.0 | 4.0 | 2.0 | **1.50** |" in text


def test_where_requests_are_scarce_fewer_are_allowed() -> None:
    assert "| create | 10 | **80** | 60 |" in report.tables(made_up(), scarce=True)


def test_a_busy_machine_is_told() -> None:
    busy = [replace(measure, load=1000.0) for measure in made_up()]
    assert "**The machine was busy with other work.**" in report.tables(busy)
    assert "busy" not in report.tables(made_up())


def test_the_picture_shows_both_ways() -> None:
    picture = ElementTree.fromstring(report.picture(made_up()))  # noqa: S314  our own text
    lines = picture.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 2 * (len(WORKLOADS) - 1)


STAND_IN = """#!{python}
import json, os, sys, urllib.request
overrides = open(os.environ["TF_CLI_CONFIG_FILE"]).read()
wanted = json.load(open("main.tf.json"))
host = wanted["provider"]["vergeio"]["host"]
urllib.request.urlopen(host + "/version.json").read()
with open({record!r}, "a") as file:
    file.write(json.dumps([sys.argv[1:], overrides, wanted["resource"]]) + chr(10))
sys.exit("-var=ram=2048" in sys.argv)
"""


def test_the_terraform_provider_is_measured_where_it_is_brought_along(
    cli: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in for Terraform keeps what it was told; it fails when a machine is to be changed."""
    assert not terraform.is_there()
    record, program = tmp_path / "record", tmp_path / "bin" / "terraform"
    program.parent.mkdir()
    program.write_text(STAND_IN.format(python=sys.executable, record=str(record)))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    monkeypatch.setenv(terraform.VARIABLE, str(tmp_path / "provider" / "terraform-provider-vergeio"))
    assert terraform.is_there()

    measures: list[Measure] = []
    with pytest.raises(RuntimeError, match="Unable to run terraform change"):
        measures.extend(run(Case(TERRAFORM, 3, 8, 0), cli))
    assert [(m.workload, m.requests) for m in measures] == [("create", 1), ("preview", 1), ("refresh", 1)]

    told = [json.loads(line) for line in record.read_text().splitlines()]
    assert told[0][0] == ["apply", "-auto-approve", "-input=false", "-no-color", "-parallelism=8"]
    assert f'"verge-io/vergeio" = "{tmp_path / "provider"}"' in told[0][1]
    assert told[0][2]["vergeio_vm"]["vm"]["count"] == 3
    ours = [Measure(Case("ours", 3, 8, 0), m.workload, 7, 1, 2.0, 0.5, 70.0) for m in measures]
    assert "| create | 3 | 8 | 0 | 7 | 1 | 2.0 |" in report.tables([*ours, *measures])


MOST_KIBIBYTES = 60
"""What a program keeps at most for each resource until all are registered; about 35 when the limit was set."""


@pytest.mark.parametrize("components", [False, True])
def test_what_a_program_keeps_of_each_resource_is_small(components: bool) -> None:
    measured = program.share(50, components=components)
    assert measured.resources == 201
    assert 0 < measured.kibibytes < MOST_KIBIBYTES
    assert measured.milliseconds > 0


def test_a_statement_that_cannot_be_imported_is_not_measured() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        program.imports("import nonsense", rounds=1)
