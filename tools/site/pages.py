"""The pages of the site, as files of this repository: their places, their order, and what is added to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

FOLDERS = ("docs", "examples")
TOP = ("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "reports/README.md")
SHOWN = {".md", ".png", ".svg"}
"""What the site has of the folders; programs are on the pages of their folders."""

INDEX = "README.md"
ON_PAGES = {".py": "python", ".yaml": "yaml", ".yml": "yaml", ".sh": "sh", ".txt": "text", ".in": "text", ".xml": "xml"}
LOCK = "requirements.txt"
ABBREVIATIONS = {"adr": "Decisions", "dns": "DNS", "vpn": "VPN"}

_LINK = re.compile(r"(\]\()([^)\s#:]*/)(#[^)\s]*)?(\))")
_HEADING = re.compile(r"^# (.+)$", re.MULTILINE)


def files() -> Iterator[str]:
    """Yield what the site is made of, by paths in the repository; links between pages are as they are there."""
    yield from TOP
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix in SHOWN:
                yield path.relative_to(ROOT).as_posix()


def navigation(entries: list[Any]) -> list[Any]:
    """Return the navigation with the pages of a folder wherever an entry names one, as in ``docs/reference/``."""
    found = []
    for entry in entries:
        if isinstance(entry, dict):
            ((title, value),) = entry.items()
            if isinstance(value, list):
                found.append({title: navigation(value)})
            else:
                found.append({title: folder(value) if value.endswith("/") else value})
        else:
            found.append(entry)
    return found


def folder(name: str) -> list[Any]:
    """Return the pages of a folder: what introduces it, folders in it, and the rest by name."""
    below = sorted((ROOT / name).iterdir(), key=lambda path: (path.is_file(), path.name.lower()))
    found: list[Any] = [f"{name}{INDEX}"] if (ROOT / name / INDEX).exists() else []
    for path in below:
        if path.is_dir() and (inner := folder(f"{name}{path.name}/")):
            title = ABBREVIATIONS.get(path.name, path.name.replace("-", " ").capitalize())
            found.append({title: inner[0] if inner == [f"{name}{path.name}/{INDEX}"] else inner})
        elif path.suffix == ".md" and path.name != INDEX:
            found.append(f"{name}{path.name}")
    return found


def text_of(place: str) -> str:
    """Return a page as the site shows it, and as Markdown beside that.

    Links to a folder lead to the page that introduces it. A folder of `examples` shows its files.
    """
    path = ROOT / place
    text = _LINK.sub(
        lambda link: f"{link[1]}{link[2]}{INDEX}{link[3] or ''}{link[4]}", path.read_text(encoding="utf-8")
    )
    if place.startswith("examples/") and path.parent != ROOT / "examples":
        text = "\n".join([text.rstrip(), "", "## Files", *_shown(path.parent)]) + "\n"
    return text


def _shown(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        language = ON_PAGES.get(path.suffix)
        hidden = any(part.startswith((".venv", "__pycache__")) for part in path.parts)
        if path.is_file() and language and path.name != LOCK and not hidden:
            yield from ("", f"### `{path.relative_to(folder).as_posix()}`", "")
            yield from (f"````{language}", path.read_text(encoding="utf-8").rstrip(), "````")


def title_of(place: str) -> str:
    """Return the heading of a page."""
    found = _HEADING.search((ROOT / place).read_text(encoding="utf-8"))
    return found[1] if found else place


def about(place: str) -> str:
    """Return the first sentence of a page, with a colon in front of it; "" if it begins with something else."""
    text = re.sub(r"(?ms)^ *```.*?^ *```$|^#.*?$|^Status: .*?\n$", "", (ROOT / place).read_text(encoding="utf-8"))
    plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
    prose = (each.strip() for each in plain.split("\n\n"))
    first = next((each for each in prose if re.match(r"[`*]{0,2}\w", each)), "")
    sentence = re.split(r"(?<=\w[.`])\s(?=[A-Z])|:$", " ".join(first.split()), maxsplit=1)[0]
    return f": {sentence}" if sentence else ""


def slug(heading: str, separator: str = "-") -> str:
    """Return the anchor of a heading, as GitHub and GitLab make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", separator)


def summary(entries: list[Any], description: str) -> str:
    """Return llms.txt: what the site is about, and its pages by section, as Markdown."""
    lines = ["# verge-pulumi", "", f"> {description}", ""]
    lines += ["Each page is here as Markdown, too: the address of a page with `.md` instead of `.html`."]
    for entry in entries:
        ((title, pages),) = entry.items()
        lines += ["", f"## {title}", "", *(f"- [{title_of(page)}]({page}){about(page)}" for page in _pages(pages))]
    return "\n".join(lines) + "\n"


def _pages(entry: Any) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, dict):
        for value in entry.values():
            yield from _pages(value)
    else:
        for each in entry:
            yield from _pages(each)
