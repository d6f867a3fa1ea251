"""How commands show what they found: in which form, with foreign text made harmless, and what stopped them."""

from __future__ import annotations

from enum import StrEnum
from typing import NoReturn

import typer

from verge_pulumi.cli.escaping import LONGEST_ERROR, text


class Format(StrEnum):
    """The forms of what was found."""

    TEXT = "text"
    MARKDOWN = "markdown"
    JSON = "json"


class ReportFormat(StrEnum):
    """What the report on a preview is written as."""

    MARKDOWN = "markdown"
    JSON = "json"
    HTML = "html"


def error_text(error: object) -> str:
    """Return an error as a terminal may show it."""
    return text(error, LONGEST_ERROR)


def stop(verb: str, error: Exception) -> NoReturn:
    """End a command that could not find out what it was asked, with exit code 2 and one sentence."""
    typer.echo(f"Unable to {verb}: {error_text(error)}", err=True)
    raise typer.Exit(2)
