"""Tables of what VergeOS wrote down about the rows of another table."""

from __future__ import annotations

from verge_pulumi.catalogue.model import Column, Table
from verge_pulumi.catalogue.notation import R, integer, section, table, text, words

LEVELS = words("critical error warning message audit summary debug")


def log_table(name: str, owner: Column, source: str) -> Table:
    """Return the table of the log of the rows that a column refers to; it goes with them."""
    return table(
        name,
        section(
            source,
            owner,
            text("level", write=R, choices=LEVELS),
            text("text", write=R, default=""),
            text("user", write=R, default=""),
            # Microseconds, unlike the seconds of other tables.
            integer("timestamp", write=R, field_type="created_us"),
        ),
        short="level text timestamp",
        parent=owner.name,
        creatable=False,
        source=source,
    )
