"""Foreign text in each form of output."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli.damage import HOSTILE, harmless
from tests.cli.steps import preview, state, step
from tests.cli.test_report_markdown import assert_harmless
from tests.faults.faulty import cases
from verge_pulumi.engine.declaring.values import in_units
from verge_pulumi.review.escaping import LONGEST, Markdown, cell, code, element, label, row, table, text
from verge_pulumi.review.report.capacity import Room
from verge_pulumi.review.report.html import html
from verge_pulumi.review.report.markdown import markdown

TEXTS = st.one_of(st.text(max_size=300), st.lists(st.sampled_from(HOSTILE), max_size=4).map("".join))


@cases(300)
@given(TEXTS)
def test_no_form_lets_a_text_become_more(foreign: str) -> None:
    assert harmless(text(foreign))
    assert len(text(foreign)) <= LONGEST
    assert_harmless(code(foreign))
    assert_harmless(f"{table('what')}\n{row([foreign, foreign])}\n")
    assert row([foreign]).count("|") == 2
    assert not set(element(foreign)) & set("<>\"'")
    assert not set(label(foreign)) & set("<>\"'`@[]{}|")
    assert "\n" not in f"{cell(foreign)}{element(foreign)}{label(foreign)}"


def test_what_is_no_markdown_of_our_own_is_foreign() -> None:
    assert row([Markdown("**ours**"), "**theirs**", "a|b", ""]) == "| **ours** | `**theirs**` | `a¦b` |  |"
    assert table(Markdown("what"), "a|b") == "| what | `a¦b` |\n| --- | --- |"


TIER = "1 | @team [x](https://evil.example) <img src=x onerror=alert(1)> #1"


def test_a_tier_that_nobody_has_is_foreign_text() -> None:
    drives = [
        step("create", "Drive", f"d{number}", new=state({"name": "d", "disksize": "1GiB", "preferred_tier": tier}))
        for number, tier in enumerate([TIER, "2"])
    ]
    shown = markdown([preview(*drives)])
    assert_harmless(shown)
    assert "\n| `tier 1 ¦ @team [x](https://evil.example)" in shown
    assert "\n| tier 2 | +1.0 GiB | 0 B | 1.0 GiB |" in shown
    assert "<img" not in html([preview(*drives)])


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_vergeos_says_of_itself_is_foreign_text(hostile: str) -> None:
    room = Room(f"tier {hostile}", 1, 2)
    shown = markdown([], rooms=[room], notes=[f"VergeOS said {hostile}"])
    assert_harmless(shown)
    page = html([], rooms=[room], notes=[f"VergeOS said {hostile}"])
    assert harmless(page)
    assert "<img" not in page
    assert page.count("<script") == 0


def test_a_disk_that_no_system_has_is_no_figure() -> None:
    drive = step("create", "Drive", "d", new=state({"name": "d", "disksize": "9" * 4000 + "TiB"}))
    assert "Not counted, since it shows only later: `d`" in markdown([preview(drive)])
    assert in_units(2**80).endswith(" TiB")
