"""Whatever the JSON of a preview or a state holds, the commands end with a report or with one sentence."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from tests.cli import previews
from tests.cli.damage import damaged, harmless
from tests.cli.program import SCENARIOS
from tests.cli.test_report_html import Page, names
from tests.cli.test_report_markdown import assert_harmless
from tests.faults.faulty import cases
from verge_pulumi.cli.app import app
from verge_pulumi.environments.expiry import with_expiry
from verge_pulumi.review.documents import DEEPEST, GREATEST, Part, Unreadable, plain
from verge_pulumi.review.report.reading import read
from verge_pulumi.review.stacks import parse
from verge_pulumi.simulator import Options, Simulator

RECORDED = sorted(Path(__file__).parents[1].glob("engine/golden/*/*/state.json"))
PREVIEWS = {name: previews.load(name) for name in SCENARIOS}
EXPORTS = {path.parent.name: json.loads(path.read_text()) for path in RECORDED}


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    """Run a command, which must end by itself and say nothing that steers a terminal."""
    result = CliRunner().invoke(app, list(arguments), input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert harmless(result.output)
    assert "unexpected" not in result.stderr
    return result


@pytest.mark.fault(111)
@cases(200)
@given(damaged(PREVIEWS), st.sampled_from(["markdown", "json", "html"]))
def test_a_report_is_made_or_one_sentence_says_why_not(data: bytes, form: str) -> None:
    result = run("report", "--format", form, stdin=data)
    if result.exit_code:
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith("Unable to read the preview in stdin: ")
        assert (result.stderr.count("\n"), len(result.stderr) < 1000) == (1, True)
    elif form == "markdown":
        assert_harmless(result.stdout)
    elif form == "html":
        assert not names(Page(result.stdout)) & {"script", "img", "iframe", "form", "input", "object", "base"}
    else:
        assert result.stdout.isascii()
        assert json.loads(result.stdout, parse_constant=pytest.fail)["version"] == 1


@dataclass(frozen=True)
class Site:
    """What a release left behind: the state of a stack, and the VergeOS where it still is.

    Attributes:
        export: What ``pulumi stack export`` told.
        state: A file for the damaged export.
        whole: A file with the export as it is.
    """

    export: Any
    state: Path
    whole: Path

    def damage(self, data: bytes) -> str:
        """Write a damaged export and return its path."""
        self.state.write_bytes(data)
        return str(self.state)


@pytest.fixture(scope="module", params=RECORDED, ids=lambda path: path.parent.name)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site all of which has expired."""
    folder = tmp_path_factory.mktemp("site")
    rows = shutil.copy(request.param.with_name("simulator.json"), folder)
    export = json.loads(request.param.read_text())
    with Simulator(Options(name="golden", user="golden", api_key="golden", state=Path(rows))) as simulator:
        for table in ("vms", "vnets", "vnet_rules", "machine_drives", "machine_nics"):
            for row in simulator.rows(table):
                text, bracket, mark = (row["description"] or "").partition("[pulumi")
                ends = with_expiry(text.strip() or None, datetime(2020, 1, 1, tzinfo=UTC))
                simulator.edit(table, row["$key"], description=f"{ends}\n{bracket}{mark}" if bracket else text)
        (folder / "whole.json").write_text(json.dumps(export))
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("VERGEOS_HOST", simulator.url)
            environment.setenv("VERGEOS_API_KEY", "golden")
            yield Site(export, folder / "state.json", folder / "whole.json")


FORMS = st.sampled_from(["text", "markdown", "json"])


@pytest.mark.fault(111)
@cases(40)
@given(st.data(), FORMS)
def test_drift_is_found_or_one_sentence_says_why_not(site: Site, data: st.DataObject, form: str) -> None:
    result = run("drift", "--format", form, site.damage(data.draw(damaged({"": site.export}))))
    assert result.exit_code in (0, 1, 2)
    if not result.stdout:
        assert result.exit_code == 2
        assert re.fullmatch("Unable to look for drift: .*\n", result.stderr)


@pytest.mark.fault(111)
@cases(100)
@given(st.data(), FORMS, st.booleans())
def test_stacks_are_compared_or_one_sentence_says_why_not(
    site: Site, data: st.DataObject, form: str, swapped: bool
) -> None:
    files = [site.damage(data.draw(damaged({"": site.export}))), str(site.whole)]
    result = run("compare", "--format", form, *(reversed(files) if swapped else files))
    assert result.exit_code in (0, 2)
    if not result.stdout:
        assert result.exit_code == 2
        assert re.fullmatch("Unable to compare: .*\n", result.stderr)


@cases(40)
@given(st.data())
def test_what_expired_is_listed_or_one_sentence_says_why_not(site: Site, data: st.DataObject) -> None:
    state = site.damage(data.draw(damaged({"": site.export})))
    result = run("reap", "--project", "shop", "--stacks", "*", "--dry-run", f"--state={state}")
    assert result.exit_code in (0, 1, 2)
    if result.exit_code == 2:
        assert re.fullmatch("Unable to look for what expired: .*\n", result.stderr)


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.parent.name)
def test_what_is_as_it_was_written_is_no_damage(path: Path, tmp_path: Path) -> None:
    for entry in parse(json.loads(path.read_text())).entries:
        assert entry.load().declaration.title == entry.kind
    assert run("compare", str(path), str(path)).exit_code == 0


# The one place where it is read


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        float("inf"),
        -float("inf"),
        10**400,
        GREATEST,
        1e308,
        {1: "a"},
        {None: "a"},
        (1,),
        b"a",
        {"a": {1}},
    ],
    ids=repr,
)
def test_what_is_no_plain_json_is_refused(value: Any) -> None:
    with pytest.raises(Unreadable):
        plain({"deep": [value]})
    with pytest.raises(Unreadable):
        read({"steps": [], "more": value})
    with pytest.raises(Unreadable):
        parse({"deployment": {"resources": []}, "more": value})


def nested(depth: int) -> Any:
    value: Any = "inside"
    for _ in range(depth):
        value = [value]
    return value


def test_depth_is_bounded() -> None:
    assert plain(nested(DEEPEST)) == nested(DEEPEST)
    for depth in (DEEPEST + 1, 5000):
        with pytest.raises(Unreadable, match=f"more than {DEEPEST} values lie inside one another"):
            plain(nested(depth))


def test_halves_of_characters_are_replaced() -> None:
    assert plain({"a\ud800": ["\udc00b", "\ud83d\ude00", "é"]}) == {"a\ufffd": ["\ufffdb", "😀", "é"]}


def test_a_part_says_where_it_is_something_else() -> None:
    class Thing(Part):
        name: str

    assert Thing.read({"name": "a", "more": 1}) == Thing(name="a")
    with pytest.raises(Unreadable, match=r"^name: Input should be a valid string$"):
        Thing.read({"name": 1})
    with pytest.raises(Unreadable, match="valid dictionary"):
        Thing.read([])
