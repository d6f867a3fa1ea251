"""The report as HTML: whole, alone, and without a way for a name to become more than text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.cli.fleet import fleet
from tests.cli.previews import many
from verge_pulumi.client import printable
from verge_pulumi.review import escaping
from verge_pulumi.review.escaping import text
from verge_pulumi.review.report import phrases
from verge_pulumi.review.report.capacity import Room
from verge_pulumi.review.report.html import html
from verge_pulumi.review.report.ordering import effects
from verge_pulumi.review.report.plan import Plan
from verge_pulumi.review.report.reading import read

PREVIEWS = sorted((Path(__file__).parent / "previews").glob("*.json"))


def plan_of(path: Path) -> Plan:
    return read(json.loads(path.read_text()))


class Page(HTMLParser):
    """What a page consists of.

    Attributes:
        tags: Each tag with its attributes.
        words: All its texts.
    """

    VOID = ("meta", "link", "rect", "path")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def names(page: Page) -> set[str]:
    return {tag for tag, _ in page.tags}


@pytest.mark.parametrize("path", PREVIEWS, ids=lambda path: path.stem)
def test_each_preview_is_told_whole_and_safely(path: Path) -> None:
    plan = plan_of(path)
    page = Page(html([plan]))
    for change in plan.changing:
        assert text(change.name) in page.words
        assert all(sentence in page.words for sentence in effects(change).values())
    assert phrases.verdict(plan) in page.words
    assert phrases.counts(plan) in page.words
    assert not names(page) & {"script", "img", "iframe", "form", "input", "object", "base"}
    assert not any(
        name.startswith("on") or name in ("src", "style") for _, attributes in page.tags for name in attributes
    )
    assert {attributes["href"] for _, attributes in page.tags if "href" in attributes} == {"data:,"}
    assert not re.search("[\x00-\x08\x0b-\x1f\u200b-\u200f\u202a-\u202e]|c4nary", page.words)


def test_only_its_own_style_is_let_in() -> None:
    text = html([fleet(5)])
    (style,) = re.findall(r"<style>(.*)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = [tag["content"] for _, tag in Page(text).tags if tag.get("http-equiv") == "Content-Security-Policy"]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert not re.search(r"url\(|@import", style)
    assert set(re.findall(r"var\((--[\w-]+)\)", style)) <= set(re.findall(r"(--[\w-]+):", style))


def test_several_stacks_are_listed_first() -> None:
    page = Page(html([fleet(5), fleet(1)]))
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    ids = [attributes["id"] for tag, attributes in page.tags if tag == "h2"]
    assert (links, ids) == (["#stack-1", "#stack-2"], ["stack-1", "stack-2"])


def test_what_the_system_has_and_notes_come_last() -> None:
    room = Room("RAM of cluster <b>", 1 << 30, 1 << 34)
    page = Page(html([fleet(1)], rooms=[room], notes=["VergeOS did not tell <i>"]))
    tail = page.words[page.words.index("What the system has") :]
    assert all(text in tail for text in ("RAM of cluster <b>", "16.0 GiB", "15.0 GiB", "VergeOS did not tell <i>"))
    assert not names(page) & {"i"}
    assert "What the system has" not in html([fleet(1)])


def test_a_name_is_made_harmless_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    def counted(value: str, limit: int) -> str:
        shown.append(value)
        return printable(value, limit)

    document = many(1)
    document["steps"][0]["urn"] = "urn:pulumi:dev::shop::random:index:RandomPet::unmistakable"
    monkeypatch.setattr(escaping, "printable", counted)
    page = html([read(document)])
    assert shown.count("unmistakable") == page.count("unmistakable") == 1


def test_a_preview_of_no_stack() -> None:
    assert "No stack" in html([read({"diagnostics": [{"severity": "error", "message": "no Pulumi.yaml"}]})])


def test_a_field_says_what_was_and_what_will_be() -> None:
    page = html([fleet(5)])
    assert "<code>ram</code> <del>2.0 GiB</del> → <ins>4.0 GiB</ins>" in page
    assert "<code>network</code> <ins>10.9.0.0/16</ins>" in page
