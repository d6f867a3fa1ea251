"""``verge-pulumi billing``: the records of a period in three forms, by one request."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.providers.bench import Bench
from verge_pulumi.catalogue import TABLES
from verge_pulumi.cli.app import app
from verge_pulumi.simulator import Simulator

NOVEMBER = 1793491200  # 2026-11-01T00:00:00Z
DAY = 86400
GIB = 1024**3


@pytest.fixture(autouse=True)
def records(bench: Bench) -> None:
    """Three records: the last of October, and two of November."""
    simulator = bench.simulator
    for row in simulator.rows("billing"):
        simulator.remove("billing", row["$key"])
    for number, begins in enumerate((NOVEMBER - DAY, NOVEMBER, NOVEMBER + DAY)):
        columns = {"from": begins - DAY, "to": begins, "description": "=1+1"}
        key = simulator.add(
            "billing",
            used_cores=10 * (number + 1),
            total_cores=64,
            used_ram=2048,
            total_ram=4096,
            tier_1_used=GIB,
            tier_4_used=2 * GIB,
            running_machines=number,
            **columns,
        )
        simulator.edit("billing", key, created=begins)


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["billing", *arguments])


def made(*arguments: str) -> list[str]:
    return [each["created"][:10] for each in json.loads(run("--format", "json", *arguments).output)["records"]]


def test_a_table_sums_the_tiers_and_tells_mean_and_most(bench: Bench) -> None:
    result = run("--from", "2026-11-01", "--to", "2026-12-01")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "made                  cores used  cores  RAM used      RAM  storage used  storage  machines  nodes",
        "2026-11-01T00:00:00Z          20     64   2.0 GiB  4.0 GiB       3.0 GiB      0 B         1      0",
        "2026-11-02T00:00:00Z          30     64   2.0 GiB  4.0 GiB       3.0 GiB      0 B         2      0",
        "mean                          25     64   2.0 GiB  4.0 GiB       3.0 GiB      0 B         2      0",
        "most                          30     64   2.0 GiB  4.0 GiB       3.0 GiB      0 B         2      0",
        "2 records.",
    ]


def test_it_is_one_request(bench: Bench) -> None:
    run("--from", "2026-11-01", "--to", "2026-12-01")
    (request,) = bench.simulator.requests()
    assert (request.verb, request.path) == ("GET", "/api/v4/billing")
    assert f"created ge {NOVEMBER} and created lt" in request.query


@pytest.mark.parametrize(
    ("period", "days"),
    [
        ((), ["2026-10-31", "2026-11-01", "2026-11-02"]),
        (("--from", "2026-11-01"), ["2026-11-01", "2026-11-02"]),
        (("--to", "2026-11-01T00:00:00+00:00"), ["2026-10-31"]),
        (("--from", str(NOVEMBER), "--to", "2026-11-01T00:00:01Z"), ["2026-11-01"]),
    ],
)
def test_a_period_begins_with_its_first_second_and_ends_before_its_last(period: Any, days: list[str]) -> None:
    assert made(*period) == days


def test_csv_and_json_have_every_column() -> None:
    columns = {"key", "begins", "ends", *TABLES["billing"].column_names()} - {"from", "to"}
    (first, *_) = json.loads(run("--format", "json").output)["records"]
    assert set(first) == columns
    assert (first["begins"], first["sent"], first["tier_4_used"]) == ("2026-10-30T00:00:00Z", None, 2 * GIB)
    rows = [*csv.DictReader(io.StringIO(run("--format", "csv").output))]
    assert set(rows[0]) == columns
    # No spreadsheet makes a formula of it.
    assert (len(rows), rows[0]["description"], rows[0]["used_cores"]) == (3, "'=1+1", "10")


def test_a_period_without_records_is_told() -> None:
    result = run("--from", "2030-01-01")
    assert (result.exit_code, result.output) == (0, "No billing records in this period.\n")
    assert run("--from", "2030-01-01", "--format", "csv").output.count("\n") == 1


@pytest.mark.parametrize(
    "arguments", [("--from", "soon"), ("--to", "2026-11-01T12:00"), ("--from", "2026-12-01", "--to", "2026-11-01")]
)
def test_a_period_that_is_none_is_refused(bench: Bench, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2
    assert bench.simulator.requests() == []


def test_what_cannot_be_read_is_one_sentence(simulator: Simulator) -> None:
    simulator.faults({"match": {"path": "/billing", "times": 0}, "when": "before", "what": "status", "status": 403})
    result = run()
    assert result.exit_code == 2
    assert result.output.startswith("Unable to list the billing records: ")
    assert result.output.count("\n") == 1
