"""What it means to take over a row that exists: what changes, and what must not.

The preview tells it and the create does it, both by the same rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulumi

from verge_pulumi.client import Row, printable
from verge_pulumi.engine.declaring.model import Inputs, differing
from verge_pulumi.engine.errors import EngineError, sentence
from verge_pulumi.engine.lifecycle.reporting import label
from verge_pulumi.engine.ownership.mark import Mark

if TYPE_CHECKING:
    from verge_pulumi.engine.lifecycle.rows import RowProvider

LONGEST_VALUE = 60
"""Characters of a value that a line of a preview shows."""


class TakeOver:
    """The take-over of one row. What the program does not set is never part of it.

    Args:
        provider: Whose hooks say what is special about the row.
        row: The row.
        inputs: What the program says; in a preview some values are unknown.

    Attributes:
        changed: The arguments in which the row differs from what the program says.
    """

    def __init__(self, provider: RowProvider[Any], row: Row, inputs: Inputs) -> None:
        self._provider = provider
        self._declaration = provider.declaration
        self._row = row
        self._key = str(row["$key"])
        self._inputs = inputs
        known, attributes = known_of(inputs), self._declaration.inputs
        unknown = [name for name, each in attributes.items() if name in inputs and name not in known and each.column]
        if inputs.get("adopt"):
            # A row of somebody else's is looked at as a whole: its parts, and what is downloaded.
            shown = {name: value for name, value in known.items() if name in attributes}
            shown = {name: value for name, value in shown.items() if not attributes[name].write_only}
            self._live = provider.fetch(self._key, shown) or provider.outs(row, shown)
            unlike = differing(self._declaration, self._live, known)
            self.changed = [name for name in unlike if not (attributes[name].write_only and attributes[name].replaces)]
        else:
            self._live = provider.outs(row, known)
            self.changed = provider.unlike(row, known)
        self.changed += unknown

    def refuse(self) -> None:
        """See that the program changes nothing that an update would refuse, or replace the row for.

        Raises:
            EngineError: It does; the row is left as it is.
        """
        table, provider = self._declaration.table, self._provider
        known, inputs = set(known_of(self._inputs)), self._declaration.inputs
        state = provider.complete(self._key, self._live, self._inputs)
        fixed = [
            name
            for name in self.changed
            if name in known and inputs[name].readable and provider.replaced_by(name, state, self._inputs)
        ]
        if fixed:
            raise EngineError(
                f"row {self._key} of {table} differs in {', '.join(fixed)}, which is set on creation only. "
                "Delete the row, or declare what it has"
            )
        if refused := list(provider.refusals(state, self._inputs, self.changed, replacing=False)):
            raise EngineError(f"row {self._key} of {table} cannot be taken over: {' '.join(map(sentence, refused))}")

    def told(self) -> str:
        """Return the line that tells it in a preview, with every field that changes."""
        mark = Mark.of(self._row.get("description"))
        whose = f", which bears the mark of {mark.holder}" if mark else ""
        changes = ", ".join(map(self._change, self.changed))
        does = f" and change {changes}" if changes else " as it is"
        who = label(self._declaration, self._inputs)
        return f"{who} exists already (key {self._key}{whose}): the update would take it over{does}"

    def notes(self) -> list[str]:
        """Return what else an update with these changes tells."""
        state = self._provider.complete(self._key, self._live, self._inputs)
        return list(self._provider.notes(state, self._inputs, self.changed)) if self.changed else []

    def _change(self, name: str) -> str:
        attribute, value = self._declaration.inputs[name], self._inputs[name]
        after = "what the update finds out" if pulumi.contains_unknowns(value) else self._shown(name, value)
        if not attribute.readable and self._live.get(name) is None:
            return f"{name} (which cannot be read) → {after}"
        return f"{name} {self._shown(name, self._live.get(name))} → {after}"

    def _shown(self, name: str, value: Any) -> str:
        if self._declaration.attributes[name].secret:
            return "[secret]"
        return "unset" if value is None else printable(repr(value), LONGEST_VALUE)


def known_of(inputs: Inputs) -> Inputs:
    """Return the inputs whose values are known in a preview."""
    return {name: value for name, value in inputs.items() if not pulumi.contains_unknowns(value)}
