"""Foreign text as each form of output may show it: names, values and messages that others chose.

Each form has one function here. What a terminal shows has no control characters, escape sequences or direction marks,
and its length is bounded; the other forms begin with that and add their own.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from verge_pulumi.client import printable

LONGEST = 120
"""Characters that are shown of one value or name."""

LONGEST_MESSAGE = 500
"""Characters that are shown of a message of a preview."""

LONGEST_ERROR = 2000
"""Characters that are shown of an error."""

_PLAIN = frozenset(" -_./,()+~±−…")
"""Characters that need no escaping in a Mermaid label, in addition to letters and digits."""


class Markdown(str):
    """Markdown that is shown as it is: this package's own, or foreign text in a code span."""

    __slots__ = ()


def text(value: object, limit: int = LONGEST) -> str:
    """Return foreign text for a terminal."""
    return printable(str(value), limit)


def code(value: object, limit: int = LONGEST) -> Markdown:
    """Return foreign text for Markdown: a code span, where no forge makes a mention, a link or a tag of anything.

    Nothing in it can end the span.
    """
    shown = text(value, limit) or " "
    longest = max(map(len, re.findall("`+", shown)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if longest and (shown.startswith("`") or shown.endswith("`")) else ""
    return Markdown(f"{fence}{pad}{shown}{pad}{fence}")


def cell(value: object, limit: int = LONGEST) -> Markdown:
    """Return foreign text for a cell of a Markdown table, which a bar would end even in a code span."""
    return code(str(value).replace("|", "¦"), limit)


def row(cells: Iterable[str]) -> str:
    """Return a row of a Markdown table; all that is not `Markdown` in it is foreign text."""
    shown = (each if isinstance(each, Markdown) or not each else cell(each) for each in cells)
    return f"| {' | '.join(shown)} |"


def table(*names: str) -> str:
    """Return the head of a Markdown table; all that is not `Markdown` in it is foreign text."""
    return f"{row(names)}\n{row([Markdown('---')] * len(names))}"


def element(value: object, limit: int = LONGEST) -> str:
    """Return foreign text for the inside of an HTML or SVG element, or of an attribute in quotes."""
    return html.escape(text(value, limit))


def label(value: object) -> str:
    """Return foreign text for a label of Mermaid; what it, Markdown or a browser could read otherwise is coded."""
    return "".join(char if char.isalnum() or char in _PLAIN else f"#{ord(char)};" for char in text(value))
