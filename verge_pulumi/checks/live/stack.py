"""What the state of the stack has of a program's resources, so that what is its own is taken for nobody else's.

A row is the stack's own by its key in the state, however its resource is called by now: it may have been renamed or
moved, be replaced, or go in this very run. A row that an attempt of the same resource made, and was cut off, is its own
too; its token tells. Everything else is somebody else's, whatever the text of its mark says.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from verge_pulumi.client import Row, printable
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring import program
from verge_pulumi.engine.declaring.attributes import Reference, Refs
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

    def is_changed(self, planned: Planned, *names: str) -> bool:
        """Say whether a resource is new, or one of these arguments is known and other than in the state."""
        held = self.held(planned)
        return held is None or any(not self._is_same(planned, name, held) for name in names)

    def _is_same(self, planned: Planned, name: str, held: Held) -> bool:
        recorded, value = held.outputs.get(name), self.value(planned, name)
        # The state has secrets as objects, encrypted.
        unknown = value is None or isinstance(recorded, Mapping)
        return unknown or name in planned.ignored or planned.attributes[name].value.same(recorded, value)

    def value(self, planned: Planned, name: str) -> Any:
        """Return an argument as the state has it: of a reference the key, or the path where it is kept as one.

        Returns:
            None where it is unset, or not known before the run has made something.
        """
        attribute, known, given = planned.attributes[name], planned.known(name), planned.arguments.get(name)
        if isinstance(attribute, Refs) and isinstance(given, list | tuple):
            keys = [self.key(program.current().linked(each)) for each in given]
            return None if None in keys else keys
        if isinstance(known, Planned):
            key = self.key(known)
            return key and self.reference(planned, name, key)
        return None if isinstance(known, pulumi.Resource) else known

    def reference(self, planned: Planned, name: str, key: str) -> str:
        """Return what the state has of an argument that is a resource of the program, whose key is this one."""
        attribute, known = planned.attributes[name], planned.known(name)
        as_path = isinstance(attribute, Reference) and attribute.as_path
        return f"{known.resource.declaration.table}/{key}" if as_path else key

    def key(self, value: Any) -> str | None:
        """Return the key of what a reference is: a resource of the program, or a key; None if it has none yet."""
        if isinstance(value, Planned):
            held = self.held(value)
            return held.id if held else None
        return str(value) if isinstance(value, str | int) else None

    def owns(self, table: str, row: Row, planned: Planned) -> bool:
        """Say whether a row is this stack's, or was made by an attempt at a resource that was cut off."""
        if self._evidence.held_at((table, str(row["$key"])), self.name):
            return True
        begun, token = self._attempts.interrupted(planned.urn, self.name), token_of(row)
        # Of a row that bears no mark the provider finds out by its values whether the attempt made it.
        return token in begun if token else bool(begun)


def takes_over(planned: Planned) -> bool:
    """Say whether a resource is, or may be, to manage a row that exists already; the preview tells of that one."""
    return planned.arguments.get("adopt") not in (None, False)


def whose(row: Row) -> str:
    """Say who has a row, as far as it tells."""
    mark = Mark.of(row.get("description"))
    return f"which bears the mark of {printable(mark.holder)}" if mark else "which no stack is known to manage"
