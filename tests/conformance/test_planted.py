"""Differences are found, all of them and no others, with whom they hurt."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.bench import read, with_planted
from tests.conformance.planted import THIRTY, Planted
from verge_pulumi.catalogue import RELEASES
from verge_pulumi.conformance.examining import examine
from verge_pulumi.simulator import Options, Simulator


@pytest.mark.parametrize("release", [*RELEASES, "26.0", "4.13.2"])
def test_a_simulator_of_a_release_is_as_the_catalogue_says(release: str) -> None:
    with Simulator(Options(release=release)) as running:
        found = examine(read(running))
    assert (found.findings, found.exit_code, found.other_columns) == ((), 0, 0)
    assert found.untold == ()


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], tuple[str | None, set[str]]]:
    """What is found in a simulator that is like the report with all thirty: kind and place -> harm, and whom."""
    report = with_planted(tmp_path_factory.mktemp("planted"), THIRTY)
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


def test_each_alone_is_found_alone(tmp_path: Path) -> None:
    for planted in THIRTY[::12]:
        with Simulator(Options(like=with_planted(tmp_path, [planted]))) as running:
            (finding,) = examine(read(running)).findings
        assert (finding.difference.place, finding.difference.kind) == (planted.place, planted.kind)
