"""Follow every link of a site in a folder: ``python -m tools.site.crawl site``.

Each link within it leads to a file, and to an anchor in that. Nothing is loaded from another host. Each page of the
reference shows an example, and each page is there as Markdown.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADED = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "video": "src"}
"""What a browser fetches by itself, by tags."""

NOT_LOADED = ("canonical", "next", "prev")
WITHOUT_EXAMPLES = ("index.html", "cli.html")
NOT_FOUND = "404.html"
"""The page for addresses that do not exist; its links are absolute."""


class Page(HTMLParser):
    """What a page links to, and what can be linked to in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag says."""
        said = {name: value or "" for name, value in attrs}
        self.anchors.update(said[name] for name in ("id", "name") if name in said)
        if tag == "a" and "href" in said:
            self.links.append(said["href"])
        elif said.get(LOADED.get(tag, "")) and said.get("rel") not in NOT_LOADED:
            self.loaded.append(said[LOADED[tag]])


def problems(site: Path) -> Iterator[str]:
    """Yield what is wrong with a site."""
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    if not pages:
        yield f"{site} has no pages."
    for path, page in pages.items():
        place = path.relative_to(site)
        yield from (f"{place}: loads {url} from another host." for url in page.loaded if urlsplit(url).netloc)
        if path.name == NOT_FOUND:
            continue
        for url in (*page.links, *page.loaded):
            yield from (f"{place}: the link {url} leads nowhere{why}." for why in _broken(path, url, pages))
        if not path.with_suffix(".md").exists() and not (path.parent / "README.md").exists():
            yield f"{place}: there is no page as Markdown."
        if "reference" in place.parts and path.name not in WITHOUT_EXAMPLES and "example" not in page.anchors:
            yield f"{place}: it shows no example."


def _broken(path: Path, url: str, pages: dict[Path, Page]) -> Iterator[str]:
    parts = urlsplit(url)
    if parts.scheme or parts.netloc:
        return
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path.resolve()
    target = target / "index.html" if target.is_dir() else target
    if not target.exists():
        yield ""
    elif parts.fragment and unquote(parts.fragment) not in pages[target].anchors:
        yield ": it has no such anchor"


def main() -> int:
    """Crawl the site in the folder that is given."""
    site = Path(sys.argv[1]).resolve()
    found = list(problems(site))
    for problem in found:
        print(problem, file=sys.stderr)
    print(f"{len(list(site.rglob('*.html')))} pages, {len(found)} problems.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
