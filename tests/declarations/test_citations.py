"""What comments, docstrings and the catalogue cite of docs/vergeos: each citation leads to a section."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FACTS = ROOT / "docs/vergeos"
FOLDERS = ("verge_pulumi", "tests", "bench", "tools", "examples", "docs")
CITING = sorted(
    [
        *ROOT.glob("*.md"),
        *(path for folder in FOLDERS for kind in ("py", "md") for path in ROOT.glob(f"{folder}/**/*.{kind}")),
    ]
)
CITING.remove(Path(__file__).resolve())  # it cites what does not exist
SECTION = r"§([A-Z]?\d+(?:\.\d+)*)"
CITATION = re.compile(rf"(docs/vergeos/[\w-]+\.md)((?:(?:,|–)? ?{SECTION})*)")


def sections(page: Path) -> list[str]:
    """Return the numbers of a page's sections."""
    return re.findall(r"^#+ ([A-Z]?\d+(?:\.\d+)*) ", page.read_text(), re.MULTILINE)


def read(path: Path) -> str:
    """Return the text of a file in one line, so that a citation may go on in the next one."""
    return re.sub(r"\s+(?:#\s+)?", " ", path.read_text())


def broken(text: str) -> Iterator[str]:
    """Return the citations in a text that lead nowhere."""
    for page, listed, _ in CITATION.findall(text):
        if not (ROOT / page).exists():
            yield page
            continue
        known = sections(ROOT / page)
        yield from (f"{page} §{section}" for section in re.findall(SECTION, listed) if section not in known)


def test_a_citation_leads_to_a_section() -> None:
    lost = [f"{path.relative_to(ROOT)} cites {citation}" for path in CITING for citation in broken(read(path))]
    assert lost == [], "Add the section to the page, with its source, or cite the one that has the fact."


@pytest.mark.parametrize("page", sorted(FACTS.glob("*.md")), ids=lambda page: str(page.name))
def test_a_page_of_facts_numbers_each_section_once(page: Path) -> None:
    numbers = sections(page)
    assert sorted(set(numbers)) == sorted(numbers)
    assert len(numbers) == len(re.findall(r"^##+ ", page.read_text(), re.MULTILINE)), (
        "Begin each heading with a number."
    )


@pytest.mark.parametrize("page", sorted(FACTS.glob("*.md")), ids=lambda page: str(page.name))
def test_the_pages_of_facts_refer_to_sections_of_each_other(page: Path) -> None:
    lost = []
    for name, listed, _ in re.findall(
        rf"(?<![/\w-])(?:([\w-]+\.md) )?((?:(?:,|–)? ?{SECTION})+)", read(page).replace("docs/vergeos/", "")
    ):
        other = FACTS / name if name else page
        lost += [f"{other.name} §{number}" for number in re.findall(SECTION, listed) if number not in sections(other)]
    assert lost == []


@pytest.mark.parametrize(
    ("text", "lost"),
    [
        ("See docs/vergeos/README.md §5.1, §5.2.", []),
        ("See docs/vergeos/README.md §1–§3, docs/vergeos/quirks.md §W1.", []),
        ("See docs/vergeos/README.md §5.1, §5.9.", ["docs/vergeos/README.md §5.9"]),
        ("See docs/vergeos/README.md §1–§99.", ["docs/vergeos/README.md §99"]),
        ("See docs/vergeos/nothing.md §1.", ["docs/vergeos/nothing.md"]),
    ],
)
def test_what_leads_nowhere_is_found(text: str, lost: list[str]) -> None:
    assert list(broken(text)) == lost


# How facts were cited before they lay in the repository.
OLD_FORM = re.compile(
    r"(?i)fact[ ]sheet|(?<![\w/-])(?:(?:vms|vnets|quirks|other-tables|README)(?:[.]md)? §|(?:vms|vnets)[.]md)"
)


def test_no_citation_has_the_old_form() -> None:
    old = [str(path.relative_to(ROOT)) for path in CITING if FACTS not in path.parents and OLD_FORM.search(read(path))]
    assert old == [], "Cite a fact by its page and section, such as docs/vergeos/networks.md §2.3."
