"""The report in a browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page

from tests.browser.conftest import DESKTOP, SIZES, Open, faint, is_outline, outline, overflow, paper, resize, tab_to
from tests.cli.fleet import fleet
from verge_pulumi.review.report.capacity import Room
from verge_pulumi.review.report.html import html
from verge_pulumi.review.report.plan import Plan
from verge_pulumi.review.report.reading import read

PREVIEWS = Path(__file__).parents[1] / "cli" / "previews"

Show = Callable[..., Page]

MISFITS = """
() => [...document.querySelectorAll("svg text")].filter((text) => {
  const inner = text.getBBox(), outer = text.parentNode.querySelector("rect").getBBox();
  return inner.x < outer.x || inner.x + inner.width > outer.x + outer.width
    || inner.y < outer.y || inner.y + inner.height > outer.y + outer.height;
}).map((text) => text.textContent)
"""
"""The texts of a picture that do not fit into their boxes."""


def preview(name: str) -> Plan:
    return read(json.loads((PREVIEWS / f"{name}.json").read_text()))


STACKS = {
    "five servers": lambda: [fleet(5)],
    "200 servers": lambda: [fleet(200)],
    "hostile": lambda: [preview("hostile")],
    "several": lambda: [*map(preview, ("create", "restart", "firewall", "drift", "errors", "data-loss"))],
}


@pytest.fixture
def show(open_page: Open, tmp_path: Path) -> Show:
    """Open the report on some stacks."""

    def run(stacks: str) -> Page:
        file = tmp_path / "report.html"
        room = Room("RAM of cluster <b>one</b>", 1 << 30, 1 << 34)
        file.write_text(html(STACKS[stacks](), rooms=[room], notes=["a <i>note</i>"]), encoding="utf-8")
        return open_page(file.as_uri())

    return run


@pytest.mark.parametrize("stacks", STACKS)
def test_it_can_be_read(show: Show, stacks: str) -> None:
    page = show(stacks)
    papers = set()
    for width, scheme in SIZES:
        resize(page, width, scheme)
        assert overflow(page) == 0
        assert faint(page) == []
        papers.add(paper(page))
    assert len(papers) == 2
    assert is_outline(outline(page))
    assert page.locator("header").count() == page.locator("main").count() == 1
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("svg").count() > 0
    assert page.evaluate(MISFITS) == []


def test_on_a_phone_what_decides_stays_in_sight(show: Show) -> None:
    page = show("several")
    resize(page, 375, "light")
    for region in ("Firewall", "Traffic", "Capacity"):
        scroll = page.get_by_role("region", name=region).first
        scroll.evaluate("(element) => { element.scrollLeft = element.scrollWidth; }")
        first = scroll.locator("tbody tr").first.locator("td, th").first.bounding_box()
        assert first is not None
        assert (first["x"] >= 0, first["x"] + first["width"] <= 375) == (True, True)
        assert first["width"] < 375 / 2


def test_a_picture_of_200_servers_is_no_larger_than_a_screen(show: Show) -> None:
    box = show("200 servers").locator("svg").bounding_box()
    assert box is not None
    assert (box["width"] < DESKTOP, box["height"] < 800) == (True, True)


def test_the_keyboard_opens_and_closes(show: Show) -> None:
    page = show("several")
    tab_to(page, "a[href='#stack-1']")
    tab_to(page, ".scroll")
    tab_to(page, "summary")
    opened = "document.activeElement.parentNode.open"
    assert page.evaluate(opened) is True
    page.keyboard.press("Enter")
    assert page.evaluate(opened) is False
    page.keyboard.press("Space")
    assert page.evaluate(opened) is True


@pytest.mark.fault(81)
def test_hostile_names_are_text(show: Show) -> None:
    page = show("hostile")
    assert "<img src=x onerror=alert(1)>" in page.locator("main").inner_text()
    assert page.locator("img, script, iframe, main a, b:not(.action), i").count() == 0


def test_a_script_that_got_in_would_not_run(show: Show, complaints: list[str]) -> None:
    page = show("five servers")
    with pytest.raises(Error, match="Content Security Policy"):
        page.add_script_tag(content="document.title = 'run'")
    assert page.title() == "What the preview would do"
    assert "violates the following Content Security Policy" in complaints.pop()


def test_all_of_it_is_printed(show: Show) -> None:
    page = show("200 servers")
    folded = page.locator("details:not([open]) .resource").first
    assert not folded.is_visible()
    page.emulate_media(media="print")
    assert folded.is_visible()
