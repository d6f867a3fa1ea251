"""Is this row the one that the state means? Asked before a row is read as ours, written to or deleted.

A row bears the token of the attempt that made it, so the answer is an exact comparison. Where it bears none, since its
table has no description or somebody edited the mark away, it is unknown and not ours: what VergeOS fixed when it made
the row, and the row that it was created within, have to be those that the state recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

from verge_pulumi.client import Row, printable
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.attributes import Reference
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.hidden import ORGANIZATION, OWNER
from verge_pulumi.engine.declaring.model import outputs
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.mark import FIXED, MANAGED, MARK, PARENT, Mark, marks_of, token_in
from verge_pulumi.engine.ownership.states import owner_in
from verge_pulumi.engine.reading.reader import Reader
from verge_pulumi.engine.runtime import provider_process

Owner = tuple[type[BaseResource], str]
"""A row that can bear a mark: its resource and its key."""


def this_stack(properties: Mapping[str, Any]) -> str:
    """Return the stack that this call is about, as ``organization/project/stack``."""
    urn = provider_process.urn()
    return f"{properties.get(ORGANIZATION) or 'organization'}/{owner_in(urn) if urn else properties.get(OWNER, '/')}"


def owner_row(reader: Reader, declaration: Declaration, properties: Mapping[str, Any]) -> Owner | None:
    """Return the row that decides whose another one is: the one that it was created within, if that can bear a mark.

    For a row that can bear none itself it is the next one above that can.
    """
    parent = declaration.parent
    above = parent and _referred(parent, properties.get(parent.name))
    if not above:
        return None
    kind, key = above
    while not kind.declaration.markable:
        parent = kind.declaration.parent
        if declaration.markable or parent is None or parent.through or not parent.column:
            return None
        above = _referred(parent, reader.known(kind.declaration.table, key, parent.column))
        if not above:
            return None
        kind, key = above
    return kind, key


def _referred(parent: Reference, value: Any) -> Owner | None:
    """Return the row that a reference names; None if it is not plain of what kind that is."""
    if value is None:
        return None
    table, _, key = str(value).removeprefix("/v4/").rpartition("/")
    kinds = [kind for kind in parent.resolved() if kind.declaration.table == table] if table else parent.targets
    return (kinds[0], key) if len(kinds) == 1 else None


def lasting(declaration: Declaration, row: Row) -> dict[str, str]:
    """Return what of a row never changes, as the state records it."""
    return {column: _text(row[column]) for column in declaration.lasting if row.get(column) is not None}


def unlike_lasting(row: Row, properties: Mapping[str, Any]) -> str:
    """Return the column that never changes and that tells a row from the one in the state; "" if none does."""
    recorded: Mapping[str, str] = properties.get(FIXED) or {}
    return next((printable(column) for column, value in recorded.items() if _text(row.get(column)) != value), "")


def unlike_known_by(declaration: Declaration, row: Row, properties: Mapping[str, Any]) -> str:
    """Return the attribute that a row is known by and that tells it from the one in the state; "" if none does.

    Only a person who edits a name makes a row differ in that; without a mark it counts as another one.
    """
    live = outputs(declaration, row, properties)
    for attribute in declaration.known_by:
        recorded = properties.get(attribute.name)
        if recorded is not None and not attribute.value.same(live.get(attribute.name), recorded):
            return attribute.name
    return ""


def is_drawn(declaration: Declaration, properties: Mapping[str, Any]) -> bool:
    """Say whether the state recorded something that VergeOS drew for the row and the program did not choose."""
    chosen = {declaration.inputs[name].column for name in properties.get(MANAGED, ())}
    recorded = properties.get(FIXED) or {}
    return any(column in recorded for column in declaration.fixed if column not in chosen)


class Fence:
    """Decides whether a row belongs to the object that the state means, for the rows of one table.

    Args:
        connection: Where to.
        declaration: What declares the rows.
        owner: Returns the row that decides whose a row without a mark is, from the properties of the latter.
    """

    def __init__(
        self,
        connection: Connection,
        declaration: Declaration,
        owner: Callable[[Mapping[str, Any]], Owner | None] | None = None,
    ) -> None:
        self._connection = connection
        self._declaration = declaration
        self._owner = owner or (lambda properties: owner_row(connection.reader, declaration, properties))

    def stranger(self, row: Row, properties: Mapping[str, Any]) -> str:
        """Return who has the row now if it is not the one that the state means, else "".

        Args:
            row: The row as VergeOS has it.
            properties: The outputs in the state.

        Raises:
            EngineError: Nothing tells; the text says how to mend that.
        """
        known = Mark.of(properties.get(MARK))
        live = Mark.of(row.get("description")) if self._declaration.markable else None
        if live is not None:
            # A mark that was written and is not recorded yet is proved by the token that it was to have.
            if live.token != token_in(properties) or (known and self._is_copy(live, known, properties)):
                return live.holder
            return ""
        if other := unlike_lasting(row, properties) or unlike_known_by(self._declaration, row, properties):
            return f"another object, whose {other} is not that of this one"
        if not self._declaration.markable:
            return self.stranger_of_parent(properties)
        if known is None or is_drawn(self._declaration, properties):
            return ""
        if properties.get(PARENT) and not (other := self.stranger_of_parent(properties)):
            return ""
        raise EngineError(
            f"row {row['$key']} of {self._declaration.table} bears no mark any more, so nothing tells whether it is "
            f"still the one that this stack made. If it is, put the line '{known}' back at the end of its description; "
            "if it is not, run 'pulumi state delete' to forget it here"
        )

    def stranger_at(self, owner: Owner, row: Row, recorded: str | None, properties: Mapping[str, Any]) -> str:
        """Return who manages a row that another one depends on, if that is neither this stack nor nobody, else "".

        Args:
            owner: The row.
            row: The same as VergeOS has it, with the columns that are its `Declaration.proof`.
            recorded: The token that it bore when the other one was created; "" if it bore none, None if that was not
                recorded.
            properties: The properties of the other one.
        """
        live = Mark.of(row.get("description"))
        evidence, stack = self._connection.evidence, this_stack(properties)
        if live is not None:
            # It may have been taken over by this stack itself since.
            return "" if live.token == recorded or evidence.knows(live.token, stack) else live.holder
        if not recorded:
            return ""
        kind, key = owner
        held = evidence.held_at((kind.declaration.table, key), stack)
        if held is None or token_in(held.outputs) != recorded:
            return "nobody that its description names"
        return Fence(self._connection, kind.declaration).stranger(row, held.outputs)

    def _is_copy(self, live: Mark, known: Mark, properties: Mapping[str, Any]) -> bool:
        """Say whether another stack has the row in its state too and has written to it since.

        The text of a mark follows the stack that writes. Where it is neither the recorded one nor this stack's, this
        state may be a copy of one whose stack was renamed.
        """
        stack = this_stack(properties)
        here = Mark.new(stack.partition("/")[2], "", "").owner
        if live.owner in (known.owner, here):
            return False
        return not self._connection.evidence.has_left(unquote(live.owner), stack, live.token)

    def stranger_of_parent(self, properties: Mapping[str, Any]) -> str:
        """Return who manages the row that decides whose this one is, if that is neither this stack nor nobody, else "".

        It is read from the list that serves a refresh.
        """
        owner = self._owner(properties)
        if owner is None:
            return ""
        kind, key = owner
        declaration = kind.declaration
        marks = marks_of(properties.get(OWNER, ""))
        row = self._connection.reader.shared(declaration.table, key, declaration.fields, marks)
        return "" if row is None else self.stranger_at(owner, row, properties.get(PARENT), properties)


def _text(value: Any) -> str:
    """Return a value in the one form in which rows and states are compared; Pulumi makes floats of numbers."""
    text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    return text.removeprefix("/v4/")
