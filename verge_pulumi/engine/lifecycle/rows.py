"""The provider of a resource that is a row of a table: create, read, update and delete by the rules of ownership."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

from verge_pulumi.client import ApiError, NotFound, Outcome, Row, VergeError
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.hidden import NAME, OWNER
from verge_pulumi.engine.declaring.lives import BEFORE, WRITTEN, Life
from verge_pulumi.engine.declaring.model import Inputs, differing, outputs, payload, whole
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.errors import EngineError, gone
from verge_pulumi.engine.lifecycle.creating import Creating
from verge_pulumi.engine.lifecycle.fencing import Fence, lasting, this_stack
from verge_pulumi.engine.lifecycle.foresight import foresee
from verge_pulumi.engine.lifecycle.frame import DeclaredProvider
from verge_pulumi.engine.lifecycle.hooks import RowHooks
from verge_pulumi.engine.lifecycle.looking import APPEARS_WITHIN
from verge_pulumi.engine.lifecycle.recording import UNFINISHED
from verge_pulumi.engine.lifecycle.settling import Settling
from verge_pulumi.engine.lifecycle.within import spare_others
from verge_pulumi.engine.ownership.mark import (
    FIXED,
    MARK,
    PARENT,
    TOKEN,
    Mark,
    marked_description,
    put_mark,
    token_of,
    without_mark,
)
from verge_pulumi.engine.reading.reader import Place
from verge_pulumi.engine.reading.waiting import WaitTimeout, wait_until
from verge_pulumi.engine.runtime import provider_process

R = TypeVar("R", bound=BaseResource)


class RowProvider(RowHooks[R], DeclaredProvider[R], life=Life):
    """Manages rows of the table that the resource R declares; subclasses say by hooks what is special about them."""

    # The four verbs --------------------------------------------------------------------------------------------------

    def insert(self, inputs: Inputs) -> tuple[str, dict[str, Any]]:
        """Make the row, or find the one that an earlier attempt of ours made."""
        self.connection.see_system()
        creating = Creating(self, inputs)
        created = creating.run()
        hidden = {MARK: str(created.mark) if created.mark else None, PARENT: created.parent}
        try:
            row = self.read_back(created.key, marked=created.mark is not None)
        except Exception as error:
            raise Settling(self, created.key, inputs, hidden).unfinished(error) from error
        key, row = creating.proven(created, row)
        settling = Settling(self, key, inputs, hidden)
        return key, settling.run(sorted(self.declaration.inputs), row, new=True, as_it_is=created.as_it_is)

    def fetch(self, id: str, state: Inputs) -> dict[str, Any] | None:
        """Read the row; one that is not the row which the state means is somebody else's, so ours is gone."""
        known = Mark.of(state.get(MARK))
        marks = known.beginning if known else ""
        row = self.connection.reader.shared(self.declaration.table, id, self.declaration.fields, marks)
        if row is None:
            return None
        if OWNER not in state:
            return self.outs(row, state)  # a row that the program only reads
        if stranger := self._fence().stranger(row, state):
            provider_process.log(f"row {id} of {self.declaration.table} now belongs to {stranger}", warning=True)
            return None
        return self.outs(row, state) | _recorded(self.declaration, row, state)

    def change(self, id: str, state: Inputs, inputs: Inputs) -> dict[str, Any]:
        """Write the columns that the program sets and that differ from the state; nothing else.

        An object that was left unfinished is compared with the live row instead: what got there is not known.
        """
        row = self.fenced(id, state)
        if row is None:
            raise gone(self.declaration.table, id)
        if UNFINISHED in state:
            row = self.until_ready(id, row, inputs)
            changed = self.unlike(row, inputs)
        else:
            changed = differing(self.declaration, state, inputs)
        values = payload(self.declaration, inputs, set(self.to_write(row, inputs, changed)))
        hidden = _recorded(self.declaration, row, state) | self.remembered(state, row, inputs)
        mark = Mark.of(hidden.get(MARK))
        if mark and (values or Mark.of(row.get("description")) is None):
            # The text of the mark follows what was renamed with the next write.
            renamed = mark.renamed(inputs[OWNER], inputs[NAME])
            if "description" in values or Mark.of(row.get("description")) != renamed:
                values["description"] = marked_description(inputs, row, renamed)
                hidden[MARK] = str(renamed)
        settling = Settling(self, id, inputs, hidden)
        if values:
            self.before_update(id, row, inputs, changed)
            try:
                self.put(id, values, row)
            except VergeError as error:
                if error.outcome is Outcome.NOT_APPLIED or BEFORE not in hidden:
                    raise
                # What was there before must not be forgotten.
                raise settling.unfinished(error) from error
        written = sorted(self.declaration.inputs) if UNFINISHED in state else changed
        return settling.run(written, None if values else row)

    def remove(self, id: str, state: Inputs) -> None:
        """Delete the row, once it is certain that it is ours and VergeOS will let it go."""
        row = self.fenced(id, state, self.extra_delete_fields)
        if row is None:
            return
        spare_others(self, id, state, row)
        self.before_delete(id, row, state)
        try:
            self.unmake(id, state)
        except NotFound:
            return
        except VergeError as error:
            # Whether it is gone is seen by looking, not by the words of the error.
            if error.outcome is Outcome.UNKNOWN and self.fenced(id, state) is None:
                return
            if isinstance(error, ApiError) and (users := self.used_by(id)):
                raise EngineError(f"{error} It is used by {users}") from error
            raise
        finally:
            self.connection.reader.forget(self.declaration.table)

    def known(self, marks: Collection[Mark], state: Inputs) -> Collection[str]:
        """Return the tokens of those marks that no other stack than that of this row has."""
        return self.connection.evidence.known(marks, this_stack(state))

    def mark(self, id: str, state: Inputs, replaces: str = "") -> Mark:
        """Let a row that was made without a mark bear that of its resource; nothing else of it is written.

        It is for an import, and not called by the engine.

        Args:
            id: The row's key.
            state: The outputs in the state, of which the token is that of the mark.
            replaces: The token of another mark, in the place of which it comes; "" for none.

        Raises:
            EngineError: It is not the row that the state means, or bears another mark.
        """
        mark = Mark.new(state[OWNER], state[NAME], state[TOKEN])
        row = self.fenced(id, state, replaces=replaces)
        if row is None:
            raise gone(self.declaration.table, id)
        if description := put_mark(row, mark, replaces):
            self.put(id, {"description": description})
            if token_of(self.read_back(id, marked=True)) != mark.token:
                raise EngineError(f"row {id} of {self.declaration.table} does not show its mark yet")
        return mark

    def look_ahead(self, inputs: Inputs, assumed: Collection[str]) -> Iterable[str]:
        """Tell which row ``adopt=True`` takes over, and every field of it that changes."""
        return foresee(self, inputs) if inputs.get("adopt") is True else ()

    # After a write ---------------------------------------------------------------------------------------------------

    def put(self, id: str, values: Mapping[str, Any], row: Row | None = None) -> None:
        """Write columns of a row.

        Args:
            id: The row's key.
            values: The columns.
            row: The row as it is, where its JSON objects are to be kept in what is not written.
        """
        try:
            self.connection.client.table(self.declaration.table).update(id, whole(self.declaration, values, row or {}))
        finally:
            self.connection.reader.forget(self.declaration.table)

    def place(self, id: str, columns: Mapping[str, Any]) -> None:
        """Tell the reader which row lists this one, if the declaration names its table."""
        if self.declaration.listed_in is None:
            return
        table, name = self.declaration.listed_in
        for attribute in self.declaration.inputs.values():
            parent = columns.get(str(attribute.column))
            if attribute.through is not None and parent is not None:
                key = str(int(parent)) if isinstance(parent, float) else str(parent)
                self.connection.reader.place(self.declaration.table, id, Place(table, key, name))

    def read_back(self, id: str, *, marked: bool = False) -> Row:
        """Read a row that was written; a new one may take a moment to show, and to be complete.

        Args:
            id: The row's key.
            marked: Whether it is complete only when it bears a mark.

        Raises:
            EngineError: It does not show.
        """
        reader, declaration = self.connection.reader, self.declaration
        try:
            row = wait_until(
                lambda: reader.fresh(declaration.table, id, declaration.fields),
                lambda row: row is not None and (not marked or Mark.of(row.get("description")) is not None),
                what=f"row {id} of {declaration.table} to appear",
                timeout=APPEARS_WITHIN,
                clock=self.connection.clock,
                describe=lambda row: "not found" if row is None else "without its mark",
            )
        except WaitTimeout:
            row = reader.fresh(declaration.table, id, declaration.fields)
        if row is None:
            raise EngineError(f"row {id} of {declaration.table} was made but cannot be read back")
        return row

    # Values ----------------------------------------------------------------------------------------------------------

    def outs(self, row: Row, kept: Mapping[str, Any]) -> dict[str, Any]:
        """Return the outputs that a row stands for; of `kept` comes what no GET answers."""
        plain = {**row, "description": without_mark(row.get("description"))} if self.declaration.markable else row
        return outputs(self.declaration, plain, kept)

    def unlike(self, row: Row, inputs: Inputs) -> list[str]:
        """Return the arguments in which a row differs from what the program says.

        What VergeOS never returns may differ, so it is written again.
        """
        attributes = self.declaration.inputs
        unknown = [name for name, a in attributes.items() if a.write_only and not a.replaces and inputs.get(name)]
        return [*differing(self.declaration, self.outs(row, inputs), inputs), *unknown]

    def columns(self, inputs: Inputs, names: Collection[str]) -> dict[str, Any]:
        """Return the columns of a POST, with the keys that references stand for."""
        values = payload(self.declaration, inputs, set(names))
        for name, attribute in self.declaration.inputs.items():
            if attribute.through is not None and attribute.column:
                values[attribute.column] = self.through(name, inputs[name])
        return values

    # Ownership -------------------------------------------------------------------------------------------------------

    def fenced(self, id: str, state: Inputs, extra: tuple[str, ...] = (), *, replaces: str = "") -> Row | None:
        """Read the row that is about to be written to or deleted, and see that it is still ours.

        Args:
            id: The row's key.
            state: The outputs in the state.
            extra: Fields to read in addition to those of the declaration.
            replaces: The token of a mark that counts as none, since ours comes in its place.

        Raises:
            EngineError: It is not the row that the state means, or nothing tells.
        """
        self.place(id, state)
        row = self.connection.reader.fresh(self.declaration.table, id, (*self.declaration.fields, *extra))
        seen = {**row, "description": ""} if row and replaces and token_of(row) == replaces else row
        if seen is not None and (stranger := self._fence().stranger(seen, state)):
            raise EngineError(
                f"row {id} of {self.declaration.table} now belongs to {stranger}. It is left alone; "
                "run 'pulumi refresh' to forget it here"
            )
        return row

    def _fence(self) -> Fence:
        return Fence(self.connection, self.declaration, self.owner_row)


def _recorded(declaration: Declaration, row: Row, state: Inputs) -> dict[str, Any]:
    """Return the hidden outputs by which a row is known, after it has proved to be ours."""
    kept = {name: state[name] for name in (MARK, PARENT, BEFORE, WRITTEN) if name in state}
    if MARK not in kept and declaration.markable and (live := Mark.of(row.get("description"))):
        kept[MARK] = str(live)  # it was written, and then could not be recorded
    return kept | {FIXED: lasting(declaration, row)}
