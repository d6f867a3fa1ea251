"""Differences are found, all of them and no others, with whom they hurt."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.conformance.bench import read, report_on, system_in, with_planted
from tests.conformance.planted import THIRTY, Planted
from verge_pulumi.catalogue import RELEASES, TABLES, for_release
from verge_pulumi.catalogue.schema import table_schema
from verge_pulumi.conformance.examining import examine
from verge_pulumi.conformance.reading import system_of
from verge_pulumi.simulator import Options, Simulator
from verge_pulumi.simulator.disputed import QUESTIONS

HELD = [
    *(f"vms.{name}" for name in ("cluster", "cluster_failover", "preferred_node", "ha_group")),
    *("vms.on_power_loss", "vms.snapshot_profile"),
    *(f"vnets.{name}" for name in ("cluster", "cluster_failover", "preferred_node", "ha_group")),
]
"""Columns that the machine may have alone (docs/vergeos/virtual-machines.md §1)."""

Json = dict[str, Any]
Says = Callable[[str, str, Any], bool]
"""Whether a field says a fact: of a column ``table.column``, the fact, and what it is."""

LAYOUTS: dict[str, Says] = {
    "everything": lambda place, fact, value: True,
    "only what is documented": lambda place, fact, value: fact in ("type", "list"),
    "no default that is false, 0 or empty": lambda place, fact, value: fact != "default" or bool(value),
    "limits of one column": lambda place, fact, value: (
        fact not in ("min", "max", "maxlength") or place in ("vms.ram", "vms.name")
    ),
    "nothing that is false or none": lambda place, fact, value: value not in (False, None, [], ""),
}
"""How much a field of a schema may say."""


EACH_ANSWER = QUESTIONS["held_columns"].answers


@pytest.mark.parametrize("answer", EACH_ANSWER)
@pytest.mark.parametrize("release", [*RELEASES, "26.0", "4.13.2"])
def test_a_simulator_of_a_release_is_as_the_catalogue_says(release: str, answer: str) -> None:
    with Simulator(Options(release=release)) as running:
        running.disputed(held_columns=answer)
        found = examine(read(running))
    assert (found.findings, found.exit_code, found.other_columns) == ((), 0, 0)
    assert found.untold == ()
    assert {**found.held} == (dict.fromkeys(HELD, "machines") if answer == "machine" else {})


@pytest.fixture(scope="module", params=EACH_ANSWER)
def found(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> dict[tuple[str, str], tuple[str | None, set[str]]]:
    """What is found in a simulator that is like the report with all thirty: kind and place -> harm, and whom."""
    report = with_planted(tmp_path_factory.mktemp("planted"), THIRTY, held=request.param)
    with Simulator(Options(like=report)) as running:
        findings = examine(read(running)).findings
    return {
        (each.difference.place, each.difference.kind): (
            each.harm,
            {hurt.whom for hurt in each.hurts if hurt.harm is each.harm},
        )
        for each in findings
    }


def test_thirty_planted_differences_are_thirty_findings(
    found: dict[tuple[str, str], tuple[str | None, set[str]]],
) -> None:
    assert len(THIRTY) == 30
    assert found.keys() == {(each.place, each.kind) for each in THIRTY}


@pytest.mark.parametrize("planted", THIRTY, ids=lambda planted: planted.place)
def test_each_hurts_the_resource_that_it_hurts(
    planted: Planted, found: dict[tuple[str, str], tuple[str | None, set[str]]]
) -> None:
    harm, whom = found[planted.place, planted.kind]
    assert (harm, planted.whom - whom) == (planted.harm, set())


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("planted", THIRTY, ids=lambda planted: planted.place)
def test_each_alone_is_found_alone(planted: Planted, release: str) -> None:
    report = report_on(release)
    planted.plant(report["tables"][planted.table])
    (finding,) = examine(system_in(report)).findings
    assert (finding.difference.place, finding.difference.kind) == (planted.place, planted.kind)
    hurt = {each.whom for each in finding.hurts if each.harm is finding.harm}
    assert (finding.harm, planted.whom - hurt) == (planted.harm, set())


def answers(release: str, says: Says) -> dict[str, Json]:
    """Return the `$table` answers of a release that say no more than that."""
    found: dict[str, Json] = {}
    for name, table in for_release(TABLES, release).items():
        schema = copy.deepcopy(table_schema(table))
        fields = {
            column: {fact: value for fact, value in said.items() if says(f"{name}.{column}", fact, value)}
            for column, said in schema["fields"].items()
        }
        found[name] = schema | {"fields": fields}
    return found


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_what_a_schema_leaves_out_is_no_difference(layout: str, release: str) -> None:
    assert examine(system_of(answers(release, LAYOUTS[layout]), release=release)).findings == ()


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_all_thirty_are_found_however_little_the_schema_says(layout: str, release: str) -> None:
    schemas = answers(release, LAYOUTS[layout])
    for planted in THIRTY:
        planted.plant(schemas[planted.table])
    findings = examine(system_of(schemas, release=release)).findings
    assert {(each.difference.place, each.difference.kind) for each in findings} == {
        (each.place, each.kind) for each in THIRTY
    }
    assert len(findings) == len(THIRTY)
