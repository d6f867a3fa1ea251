"""How commands show what they found: in which form, with foreign text made harmless, and what stopped them."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NoReturn

import typer

from verge_pulumi.cli.report.markdown import code
from verge_pulumi.client import printable

LONGEST_ERROR = 2000
"""Characters of an error that are shown."""


class Format(StrEnum):
    """The forms of what was found."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


def table_row(cells: Iterable[str]) -> str:
    """Return a row of a Markdown table; its cells are foreign text."""
    return f"| {' | '.join(code(cell.replace('|', '¦')) if cell else '' for cell in cells)} |"


def error_text(error: object) -> str:
    """Return an error as a terminal may show it."""
    return printable(str(error), LONGEST_ERROR)


def stop(verb: str, error: Exception) -> NoReturn:
    """End a command that could not find out what it was asked, with exit code 2 and one sentence."""
    typer.echo(f"Unable to {verb}: {error_text(error)}", err=True)
    raise typer.Exit(2)
