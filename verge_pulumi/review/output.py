"""How what was found is shown: in which form, and with foreign text made harmless."""

from __future__ import annotations

from enum import StrEnum

from verge_pulumi.review.escaping import LONGEST_ERROR, text


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


class RecordFormat(StrEnum):
    """What records are written as."""

    TABLE = "table"
    MARKDOWN = "markdown"
    CSV = "csv"
    JSON = "json"


def error_text(error: object) -> str:
    """Return an error as a terminal may show it."""
    return text(error, LONGEST_ERROR)
