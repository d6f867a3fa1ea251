"""Previews out of files and of what a pipeline hands over, which may have more in it than JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from verge_pulumi.review.documents import Unreadable, decode
from verge_pulumi.review.escaping import text as shown
from verge_pulumi.review.report.plan import Plan
from verge_pulumi.review.report.reading import read

_START = re.compile(r"^[ \t]*\{", re.MULTILINE)


def plans(text: str, *, parallel: int | None = None) -> list[Plan]:
    """Read the previews in a text, of one stack or of several, one after the other.

    Lines before, between and after them, such as warnings of the CLI, are passed over.

    Args:
        text: What the CLI printed.
        parallel: Resources that the engine will work on at once, for the estimate of requests.

    Raises:
        Unreadable: There is none, or one is cut off or none of a preview.
    """
    if not text.strip():
        raise Unreadable("it is empty. Make a preview with 'pulumi preview --json'")
    found = [read(document, parallel=parallel) for document in _documents(text)]
    if not found:
        beginning = shown(text, 60)
        raise Unreadable(f"it is no JSON; it begins '{beginning}'. Make a preview with 'pulumi preview --json'")
    return found


def _documents(text: str) -> Iterator[dict[str, Any]]:
    position = 0
    while match := _START.search(text, position):
        try:
            document, position = decode(text, match.end() - 1)
        except json.JSONDecodeError as error:
            cut = error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated")
            where = f"line {error.lineno}, column {error.colno}"
            what = f"the JSON is cut off in {where}" if cut else f"this is no JSON in {where}"
            raise Unreadable(f"{what}. Run the preview again") from None
        if "sequence" in document and "timestamp" in document:
            raise Unreadable(
                "these are events, one on a line, and no preview. Unset PULUMI_ENABLE_STREAMING_JSON_PREVIEW"
            )
        yield document
