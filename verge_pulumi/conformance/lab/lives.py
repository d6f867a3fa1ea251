"""What becomes of the one row of a table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from verge_pulumi.client import Row
from verge_pulumi.conformance.lab.reply import Reply
from verge_pulumi.conformance.lab.requests import Made, readable
from verge_pulumi.conformance.lab.subjects import SUBJECTS, UNKNOWN, Subject, Values

if TYPE_CHECKING:
    from verge_pulumi.conformance.lab.lab import Lab


SOON = 2
"""Seconds within which a new row can be read (docs/vergeos/quirks.md §R14)."""


@dataclass(frozen=True)
class Life:
    """What became of the one row of a table.

    Attributes:
        subject: What it was made of.
        sent: What was sent.
        reply: How that was answered.
        made: The row; None if it was refused.
    """

    subject: Subject
    sent: Values
    reply: Reply
    made: Made | None
    _rows: dict[str, Row] = field(default_factory=dict, repr=False, compare=False)
    _replies: dict[str, Reply] = field(default_factory=dict, repr=False, compare=False)

    def born(self, lab: Lab) -> Row:
        """Return the row as it was as soon as it could be read.

        Raises:
            Surprise: That is later than it should be.
        """
        if "born" not in self._rows:
            made = lab.row(self.subject.table)
            fields = ",".join(("$key", *readable(lab.tables[made.table])))
            replies: list[Reply] = []

            def there() -> bool:
                replies.append(lab.get(made.path, fields=fields))
                return replies[-1].status == 200

            lab.wait(f"a GET of the new row of {made.table}", there, SOON)
            self._rows["born"] = dict(replies[-1].value)
        return self._rows["born"]

    def changed(self, lab: Lab) -> tuple[Reply, Row]:
        """Return how a change was answered that names a column that does not exist, too, and the row after it."""
        if "changed" not in self._rows:
            made = lab.row(self.subject.table)
            self.born(lab)
            self._replies["changed"] = lab.put(made, {**self.subject.change, UNKNOWN: 1})
            self._rows["changed"] = lab.read(made, ",".join((*self.born(lab), UNKNOWN)))
        return self._replies["changed"], self._rows["changed"]


def life_of(lab: Lab, table: str) -> Life:
    """Make the one row of a table, with what it belongs to."""
    subject = SUBJECTS[table]
    sent = subject.values(lab)
    before = len(lab.made)
    reply = lab.post(table, sent)
    return Life(subject, sent, reply, lab.made[-1] if len(lab.made) > before else None)


def tables_of(lab: Lab) -> list[str]:
    """Return the tables of which the lab makes a row on this release, in order."""
    return [table for table in SUBJECTS if table in lab.tables and lab.tables[table].creatable]
