"""What MkDocs calls while it builds the site; `pages` says what the site has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from tools.site import pages

slug = pages.slug


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the pages of folders into the navigation."""
    config.nav = pages.navigation(config.nav or [])
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Take the files of the repository, at their places in it, instead of those of one folder."""
    themed = [file for file in files if file.src_dir != config.docs_dir]
    ours = [File(place, str(pages.ROOT), config.site_dir, config.use_directory_urls) for place in pages.files()]
    return Files([*themed, *ours])


def on_page_read_source(page: Page, config: MkDocsConfig) -> str:
    """Return a page with what is added to it."""
    return pages.text_of(page.file.src_uri)


def on_post_build(config: MkDocsConfig) -> None:
    """Write the pages as Markdown beside those that people read, and the list of them."""
    site = Path(config.site_dir)
    for place in pages.files():
        if place.endswith(".md"):
            (site / place).write_text(pages.text_of(place), encoding="utf-8")
    entries: list[Any] = config.nav or []
    (site / "llms.txt").write_text(pages.summary(entries, config.site_description or ""), encoding="utf-8")
