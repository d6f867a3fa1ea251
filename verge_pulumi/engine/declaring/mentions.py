"""Texts that name rows: what their terms mean, for whoever writes them as a program does."""

from __future__ import annotations

from typing import NamedTuple


class Mention(NamedTuple):
    """One term of a text.

    Attributes:
        text: The term.
        function: The public function that writes it, given the row; "" if the term names none.
        table: The row's table.
        column: The column that tells which row it is.
        value: What that column holds.
        part: The name of the part of the row that is meant; "" if it is the row itself.
    """

    text: str
    function: str = ""
    table: str = ""
    column: str = "name"
    value: str = ""
    part: str = ""
