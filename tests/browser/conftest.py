"""A real browser that reaches nothing but files and loopback, and fails a test for whatever it complains of."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Dialog, Page, Route, sync_playwright

CHROMIUM = shutil.which("chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = 1280
SIZES: Sequence[tuple[int, Literal["light", "dark"]]] = ((375, "dark"), (DESKTOP, "light"))
"""Widths and colours that a page is looked at in: a phone's, and a desk's."""

Open = Callable[..., Page]


# For one module only: while it is there, its event loop keeps others from running in this process.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=list(QUIET))
        yield running
        running.close()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What went wrong in the test's pages; what is left of it at the end fails the test."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def open_page(browser: Browser, complaints: list[str]) -> Iterator[Open]:
    """Open an address, in a window of some width."""
    contexts = []

    def guard(route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.scheme == "file" or address.hostname == "127.0.0.1":
            route.continue_()
        else:
            complaints.append(f"asked for {route.request.url}")
            route.abort()

    def refuse(dialog: Dialog) -> None:
        complaints.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def run(url: str, width: int = DESKTOP) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800})
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.route("**/*", guard)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(f"error {error}"))
        page.on(
            "console", lambda message: complaints.append(f"console {message.text}") if message.type != "log" else None
        )
        page.on("dialog", refuse)
        page.goto(url)
        return page

    yield run
    for context in contexts:
        context.close()


def resize(page: Page, width: int, scheme: Literal["light", "dark"]) -> None:
    """Give a page another width and other colours."""
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)


def overflow(page: Page, selector: str = "html") -> int:
    """Return by how many pixels a page, or a part of it, is wider than there is room."""
    return int(page.locator(selector).evaluate("(element) => element.scrollWidth - element.clientWidth"))


FAINT = """
(within) => {
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = numbers(colour).slice(0, 3).map((c) => c / 255)
      .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    if (element.tagName === "text") return getComputedStyle(element.parentNode.querySelector("rect")).fill;
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if ((numbers(colour)[3] ?? 1) === 1) return colour;
    }
    return "rgb(255, 255, 255)";
  };
  const faint = new Set();
  for (const element of document.querySelectorAll(`${within} *`)) {
    const written = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!written || ["SCRIPT", "STYLE", "title"].includes(element.tagName)) continue;
    if (!element.checkVisibility({opacityProperty: true})) continue;
    const style = getComputedStyle(element);
    const ink = luminance(element.tagName === "text" ? style.fill : style.color);
    const paper = luminance(behind(element));
    const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    if (contrast < 4.5) faint.add(`${element.tagName} ${element.className.baseVal ?? element.className} ${contrast}`);
  }
  return [...faint];
}
"""


def faint(page: Page, within: str = "body") -> list[str]:
    """Return the elements in a part of a page whose text is too faint to read: its contrast is below 4.5."""
    found: list[str] = page.evaluate(FAINT, within)
    return found


def paper(page: Page) -> str:
    """Return the colour of a page."""
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


def outline(page: Page) -> list[int]:
    """Return the levels of the headings in their order."""
    found: list[int] = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map((h) => Number(h.tagName[1]))")
    return found


def is_outline(levels: list[int]) -> bool:
    """Say whether there is one first heading and none that skips a level."""
    return levels[:1] == [1] and levels.count(1) == 1 and all(b <= a + 1 for a, b in pairwise(levels))


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """Press Tab until an element that matches has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"Tab does not reach {selector}")
