"""The bench measures what it says, and its page shows it."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

from bench import report
from bench.run import WORKLOADS, Case, Measure, run
from bench.share import RESOURCES, share


@pytest.mark.parametrize("kind", list(RESOURCES))
def test_our_share_of_a_preview_is_small(kind: str) -> None:
    assert share(kind) <= 1.0


@pytest.mark.parametrize(("provider", "requests"), [("naive", [13, 0, 6, 4, 12]), ("idle", [0, 0, 0, 0, 0])])
def test_every_command_is_measured(cli: Path, provider: str, requests: list[int]) -> None:
    measures = list(run(Case(provider, 1, 8, 0), cli))
    assert [measure.workload for measure in measures] == list(WORKLOADS)
    assert [measure.requests for measure in measures] == requests
    assert all(measure.cpu > 0 and measure.memory > 20 and measure.seconds > 0.2 for measure in measures)


def test_a_command_that_fails_says_why(cli: Path) -> None:
    with pytest.raises(RuntimeError, match="invalid literal"):
        list(run(Case("idle", 1, 8, 0), cli, MACHINES="many"))


def made_up() -> list[Measure]:
    return [
        Measure(Case(provider, number, 8, 0), workload, cost * number, 8, 1.0, 0.5, 70.0)
        for provider, cost in (("ours", 4), ("naive", 12), ("idle", 0))
        for number in (1, 10)
        for workload in WORKLOADS
    ]


def test_the_page_keeps_what_people_wrote(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"# Before\n{report.START}\nold\n{report.END}\nafter\n")
    report.write(page, made_up())
    text = page.read_text()
    assert text.startswith("# Before\n")
    assert text.endswith("after\n")
    assert "old" not in text
    assert "| create | 10 | 40 | 60 | 120 | 3.0 | 8 | 1.0 | 1.0 | 1.0 | 0.5 | 0.5 | 70 |" in text


def test_the_picture_shows_both_ways() -> None:
    picture = ElementTree.fromstring(report.picture(made_up()))  # noqa: S314  our own text
    lines = picture.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 2 * (len(WORKLOADS) - 1)
