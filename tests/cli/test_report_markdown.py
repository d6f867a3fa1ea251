"""The report as Markdown: what it says, how it is cut, and that no text in it does anything."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.cli.golden import NAMES, reports
from tests.cli.previews import many, plan
from tests.cli.program import HOSTILE
from tests.cli.steps import preview, state, step, urn
from tests.faults.faulty import cases
from verge_pulumi.review.escaping import code
from verge_pulumi.review.report.capacity import Room
from verge_pulumi.review.report.document import document
from verge_pulumi.review.report.markdown import FORGE_LIMIT, MARKER, SMALLEST_LIMIT, markdown
from verge_pulumi.review.report.plan import Plan
from verge_pulumi.review.report.reading import read

GIB = 1024**3
SAFE_TAGS = {"details", "summary", "h2", "ul", "li", "p", "strong", "code", "pre"}
SAFE_TAGS |= {"table", "thead", "tbody", "tr", "th", "td"}

SYNTAX = st.text(st.sampled_from("`|\\<>[]()!@#*_~&;:/\"'-+=\n\t ab\u202e\x1b"), max_size=30)
HOSTILE_TEXT = SYNTAX | st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(HOSTILE)


def rendered(text: str) -> str:
    """Return the HTML that a forge makes of Markdown."""
    return str(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))


def assert_harmless(text: str) -> None:
    """See that what is rendered has the report's own tags only, and foreign text in code alone."""
    html = rendered(text)
    tags = set(re.findall(r"</?\s*([a-zA-Z!][^\s>/]*)", html)) - {"!--"}
    assert tags <= SAFE_TAGS, tags - SAFE_TAGS
    outside = re.sub(r"<code( class=\"language-mermaid\")?>.*?</code>", "", html, flags=re.DOTALL)
    assert not re.search(r"@team|@everyone|evil\.example|onerror|#1\b|GH-1|~~x", outside), outside
    assert "\u202e" not in text
    assert "\x1b" not in text


@pytest.mark.parametrize("name", NAMES)
def test_a_report_is_as_it_was_approved(name: str) -> None:
    for path, text in reports(name):
        assert text == path.read_text(), f"{path.name} differs; if it is meant to, run python -m tests.cli.golden"
        if path.suffix == ".md":
            assert_harmless(text)


def test_every_approved_report_is_still_made() -> None:
    folder = Path(__file__).with_name("golden")
    assert {path for name in NAMES for path, _ in reports(name)} == set(folder.iterdir())


@pytest.mark.fault(81)
@cases(300)
@given(HOSTILE_TEXT)
def test_foreign_text_stays_inside_its_code_span(text: str) -> None:
    html = rendered(f"- before {code(text)} after\n")
    assert re.fullmatch(r"<ul>\n<li>before <code>[^<]*</code> after</li>\n</ul>\n", html), html


@pytest.mark.fault(81)
@cases(100)
@given(name=HOSTILE_TEXT, value=HOSTILE_TEXT, key=HOSTILE_TEXT)
def test_hostile_names_values_and_fields_do_nothing(name: str, value: str, key: str) -> None:
    rule = {"name": name, "network": urn("Network", name), "source_ip": value}
    text = markdown(
        [
            preview(
                step("create", "NetworkRule", name or "it", new={"inputs": rule}),
                step("update", "pkg:index:Thing", name or "it", old=state({key: "1"}), new={"inputs": {key: value}}),
                step("replace", f"a:b:{name.replace('::', '')}", old=state({}), replaceReasons=[key]),
                diagnostics=[{"severity": "error", "urn": urn("Network", name), "message": value}],
            )
        ],
        notes=[value],
        rooms=[Room(name, 1, 2)],
    )
    assert_harmless(text)
    for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
        assert len({row.count("|") for row in table.splitlines()}) == 1, table


def test_the_report_begins_with_its_marker_and_its_verdict() -> None:
    lines = markdown([plan("restart")]).splitlines()
    assert lines[0] == MARKER
    assert lines[2].startswith("## `shop/dev`: restarts (")
    assert lines[4] == "4 to update, 1 unchanged; about 11 requests."


def test_what_is_unfinished_is_told() -> None:
    old = state({"name": "web"}, initErrors=["it does not start @team"])
    text = markdown([preview(step("update", "VirtualMachine", "web", old=old, new={"inputs": {"name": "web"}}))])
    assert "  - finishes what the last run could not: `it does not start @team`" in text


def test_without_unchanged_resources_only_differences_are_told() -> None:
    new = {"inputs": {"name": "web", "ram": 2048}}
    text = markdown([preview(step("create", "VirtualMachine", "web", new=new), changeSummary={"same": 5, "create": 1})])
    assert "|  | difference |" in text
    assert "| RAM | +2.0 GiB |" in text


def test_what_cannot_be_counted_is_named() -> None:
    copies = [step("create", "VirtualMachine", f"c{n}", new={"inputs": {"clone_of": "7"}}) for n in range(12)]
    assert "Not counted, since it shows only later: `c0`, " in markdown([preview(*copies)])
    assert "`c9` and 2 more." in markdown([preview(*copies)])


def test_what_the_system_has_is_told_if_it_was_asked() -> None:
    text = markdown([plan("create")], rooms=[Room("tier 1", GIB, 4 * GIB)], notes=["a note"])
    assert "| `tier 1` | 3.0 GiB | 1.0 GiB | 4.0 GiB |" in text
    assert text.endswith("- `a note`\n")


def test_traffic_that_is_too_much_for_a_table_is_cut_and_that_is_said() -> None:
    rules = [
        step("create", "NetworkRule", f"r{n}", new={"inputs": {"name": f"r{n}", "network": "5", "protocol": "tcp"}})
        for n in range(101)
    ]
    for number, each in enumerate(rules):
        each["newState"]["inputs"] |= {"source_ip": f"10.0.{number}.1", "destination_ports": str(2 * number + 1)}
    assert "\nThere may be more.\n" in markdown([preview(*rules)])


@pytest.fixture(scope="module")
def large() -> Plan:
    """A plan of a thousand new machines, and of data that is lost."""
    lost = step("delete", "Drive", "gone", old=state({"name": "gone"}, {"used_bytes": GIB}))
    return read({**many(1000), "steps": [*many(1000)["steps"], lost]}, parallel=8)


@pytest.mark.parametrize("limit", [SMALLEST_LIMIT, 5000, FORGE_LIMIT])
def test_a_report_fits_and_says_what_was_left_out(large: Plan, limit: int) -> None:
    text = markdown([large], limit=limit)
    assert limit / 2 < len(text) <= limit
    assert_harmless(text)
    assert "loses data (1 Drive)" in text
    assert "**loses data**: 1.0 GiB of data will be deleted." in text
    shown = text.count("- create `web-")
    assert f"Left out to keep this short: {1000 - shown} resources to create" in text
    assert text.count("<details") == text.count("</details>")


def test_a_report_without_a_limit_is_whole(large: Plan) -> None:
    text = markdown([large], limit=0)
    assert text.count("- create `web-") == 1000
    assert "Left out" not in text


def test_of_very_many_stacks_even_summaries_are_left_out() -> None:
    text = markdown([plan("restart")] * 50, limit=SMALLEST_LIMIT)
    assert len(text) <= SMALLEST_LIMIT
    assert re.search(r"\d+ summaries", text)


def test_the_least_important_goes_first() -> None:
    full = markdown([plan("restart")], limit=0)
    assert "<summary>Messages</summary>" in full
    cut = markdown([plan("restart")], limit=len(full) - 200)
    assert "<summary>Messages</summary>" not in cut
    assert "3 messages" in cut
    assert "<summary>Capacity</summary>" in cut


def test_the_json_is_plain_ascii_and_exact() -> None:
    (changed,) = (
        change for change in document([plan("hostile")])["stacks"][0]["changes"] if change["name"] == HOSTILE[1]
    )
    assert changed["fields"][0]["new"] == HOSTILE[1]
    assert json.dumps(document([plan("hostile")])).isascii()


def test_the_json_has_the_system_and_the_notes_if_it_was_asked() -> None:
    told = document([], rooms=[Room("tier 1", GIB, 4 * GIB)], notes=["a note"])
    assert told == {
        "version": 1,
        "stacks": [],
        "system": [{"what": "tier 1", "used": GIB, "total": 4 * GIB, "free": 3 * GIB}],
        "notes": ["a note"],
    }


def test_the_json_says_what_is_known_later() -> None:
    (stack,) = document([plan("create")])["stacks"]
    fields = {each["name"]: each["new"] for change in stack["changes"] for each in change["fields"]}
    assert fields["vm"] == "[unknown]"
