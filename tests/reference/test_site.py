"""The documentation site: which pages it has, how they are changed, and what the crawl of it finds."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.declarations.test_links import PAGES, ROOT, anchors
from tools.site import pages
from tools.site.crawl import problems

NAVIGATION = yaml.safe_load((ROOT / "mkdocs.yml").read_text().partition("\nnav:")[2])
WHOLE: list[Any] = pages.navigation(NAVIGATION)


def test_every_page_is_in_the_navigation_once() -> None:
    listed = re.findall(r"^- \[.*?\]\((.*?)\)", pages.summary(WHOLE, ""), re.MULTILINE)
    there = [place for place in pages.files() if place.endswith(".md")]
    assert sorted(listed) == sorted(there), "Name each page once in mkdocs.yml."


def test_the_list_for_assistants_says_what_a_page_is_about() -> None:
    listed = pages.summary(WHOLE, "What it is.")
    assert listed.startswith("# verge-pulumi\n\n> What it is.\n")
    assert "\n- [Tag](docs/reference/tags/Tag.md): A tag of a category.\n" in listed
    assert "\n- [Decisions](docs/adr/README.md)\n" in listed


def test_every_page_of_the_repository_is_on_the_site() -> None:
    assert {ROOT / place for place in pages.files() if place.endswith(".md")} >= set(PAGES)


def test_a_folder_begins_with_the_page_that_introduces_it() -> None:
    reference = pages.folder("docs/reference/")
    assert reference[0] == "docs/reference/README.md"
    assert {"DNS": pages.folder("docs/reference/dns/")} in reference
    assert "docs/reference/dns/DnsZone.md" in pages.folder("docs/reference/dns/")


def test_anchors_are_those_that_links_in_the_repository_mean() -> None:
    for page in PAGES:
        headings = re.findall(r"^#+ (.+)$", re.sub(r"(?ms)^```.*?^```", "", page.read_text()), re.MULTILINE)
        assert {pages.slug(heading) for heading in headings} == anchors(page)


def test_a_link_to_a_folder_leads_to_its_page() -> None:
    assert "](examples/web-tier/README.md)" in pages.text_of("README.md")
    assert "](https://www.pulumi.com/docs/install/)" in pages.text_of("README.md")


def test_an_example_shows_its_files_but_not_its_lock() -> None:
    shown = pages.text_of("examples/web-tier/README.md")
    assert "### `__main__.py`" in shown
    assert (ROOT / "examples/web-tier/__main__.py").read_text().strip() in shown
    assert "### `requirements.txt`" not in shown


GOOD = '<h1 id="top">Here</h1><a href="#top">up</a><a href="https://example.com/x">away</a><img src="a.png">'


@pytest.mark.parametrize(
    ("page", "told"),
    [
        (GOOD, None),
        ('<a href="gone.html">x</a>', "docs/a.html: the link gone.html leads nowhere."),
        ('<a href="a.html#gone">x</a>', "docs/a.html: the link a.html#gone leads nowhere: it has no such anchor."),
        ('<a href="#gone">x</a>', "docs/a.html: the link #gone leads nowhere: it has no such anchor."),
        ('<img src="gone.png">', "docs/a.html: the link gone.png leads nowhere."),
        (
            '<script src="https://example.com/x.js"></script>',
            "docs/a.html: loads https://example.com/x.js from another host.",
        ),
        (
            '<link rel="stylesheet" href="//example.com/x.css">',
            "docs/a.html: loads //example.com/x.css from another host.",
        ),
    ],
)
def test_the_crawl_finds_what_is_broken(tmp_path: Path, page: str, told: str | None) -> None:
    write(tmp_path, "docs/a", page)
    (tmp_path / "docs/a.png").touch()
    assert list(problems(tmp_path)) == ([told] if told else [])


def test_the_crawl_misses_an_example_and_the_markdown(tmp_path: Path) -> None:
    write(tmp_path, "docs/reference/Tag", "<p>A tag.</p>")
    (tmp_path / "docs/reference/Tag.md").unlink()
    assert list(problems(tmp_path)) == [
        "docs/reference/Tag.html: there is no page as Markdown.",
        "docs/reference/Tag.html: it shows no example.",
    ]


def test_a_site_without_pages_is_a_problem(tmp_path: Path) -> None:
    assert list(problems(tmp_path)) == [f"{tmp_path} has no pages."]


def write(site: Path, place: str, page: str) -> None:
    """Write a page, and the same as Markdown."""
    (site / place).parent.mkdir(parents=True, exist_ok=True)
    (site / f"{place}.html").write_text(page)
    (site / f"{place}.md").touch()
