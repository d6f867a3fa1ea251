"""The documentation site, as a browser shows it: on a phone and at a desk, light and dark, with its search."""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, Open, faint, is_outline, outline, overflow, paper
from tools.site.build import build
from tools.site.crawl import problems

PHONE = 390
PLACES = (
    "index",
    "docs/tutorial",
    "docs/permissions",
    "docs/performance",
    "docs/reference/network/Network",
    "examples/web-tier/index",
)
"""Pages of each form: text, steps, wide tables, a picture, a resource, a program."""


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and says nothing of it."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as the base calls it
        """Say nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as it is built; a warning is an error."""
    folder = tmp_path_factory.mktemp("site")
    build(folder)
    return folder


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    """Where the site is served: its search asks for files, which a browser gives to no page that is a file itself."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(site))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_its_links_lead_somewhere(site: Path) -> None:
    assert (site / "llms.txt").is_file()
    assert list(problems(site)) == []


def test_every_form_of_page_fits_and_can_be_read(address: str, open_page: Open) -> None:
    papers = set()
    for width in (PHONE, DESKTOP):
        page = open_page(address, width)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for place in PLACES:
                page.goto(f"{address}/{place}.html")
                papers.add((scheme, paper(page)))
                assert is_outline(outline(page)), place
                assert overflow(page) <= 0, (place, width)
                if width == DESKTOP:  # colours are the same on a phone, and looking at each word takes long
                    assert faint(page, "article") == [], (place, scheme)
    assert len(papers) == 2


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_the_search_leads_to_a_resource(address: str, open_page: Open, width: int) -> None:
    page = open_page(address, width)
    if width == PHONE:
        page.locator("label.md-header__button[for=__search]").click()
    field = page.get_by_role("textbox", name="Search")
    field.click()
    field.press_sequentially("IpsecTunnel")
    found = page.locator(".md-search-result__item a", has_text="IpsecTunnel")
    expect(found.first).to_be_visible()
    found.first.click()
    page.wait_for_url("**/reference/vpn/IpsecTunnel.html*")
    expect(page.locator("h1")).to_contain_text("IpsecTunnel")


def test_a_phone_has_the_navigation_in_a_drawer(address: str, open_page: Open) -> None:
    page = open_page(address, PHONE)
    tutorial = page.locator(".md-sidebar--primary").get_by_role("link", name="Tutorial")
    expect(tutorial).not_to_be_in_viewport()
    page.locator("label.md-header__button[for=__drawer]").click()
    expect(tutorial).to_be_in_viewport()
    tutorial.click()
    page.wait_for_url("**/docs/tutorial.html")


def test_colours_are_chosen_by_a_button_and_kept(address: str, open_page: Open) -> None:
    page = open_page(address)
    light = paper(page)
    page.get_by_title("Dark colours").click()
    dark = paper(page)
    page.goto(f"{address}/docs/tutorial.html")
    assert paper(page) == dark != light
