"""What the state of the stack has of a program's resources.

A row is the stack's own by its key in the state, however its resource is called by now: it may have been renamed or
moved, be replaced, or go in this very run. A row that an attempt of the same resource made, and was cut off, is its own
too; its token tells. Everything else is somebody else's, whatever the text of its mark says.
"""

from __future__ import annotations

import pulumi

from verge_pulumi.client import Row, printable
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.program import Planned
from verge_pulumi.engine.ownership.attempts import Attempts
from verge_pulumi.engine.ownership.journal import Journal
from verge_pulumi.engine.ownership.mark import Mark, token_of
from verge_pulumi.engine.ownership.states import Held


class Stack:
    """The stack that runs, on one system.

    Args:
        connection: That system.

    Raises:
        EngineError: The state cannot be read.
    """

    def __init__(self, connection: Connection) -> None:
        self._evidence = connection.evidence
        self.name = f"{pulumi.get_organization() or 'organization'}/{pulumi.get_project()}/{pulumi.get_stack()}"
        self._state = self._evidence.states.of(self.name)
        self._attempts = Attempts(Journal(connection.settings.journal), self._evidence.states, lambda text: None)
        self.origins = self._state.origins

    def held(self, planned: Planned) -> Held | None:
        """Return what the state has of a resource on this system; None for a new, a renamed and a moved one."""
        held = self._state.of(planned.urn)
        return held if held and self._evidence.is_here(held) else None

    def owns(self, table: str, row: Row, planned: Planned) -> bool:
        """Say whether a row is this stack's, or was made by an attempt at a resource that was cut off."""
        if self._evidence.held_at((table, str(row["$key"])), self.name):
            return True
        begun, token = self._attempts.interrupted(planned.urn, self.name), token_of(row)
        # Of a row that bears no mark the provider finds out by its values whether the attempt made it.
        return token in begun if token else bool(begun)


def whose(row: Row) -> str:
    """Say who has a row, as far as it tells."""
    mark = Mark.of(row.get("description"))
    return f"which bears the mark of {printable(mark.holder)}" if mark else "which no stack is known to manage"
