"""The lives that tables of any area have: the row exists already, goes by an action, shows a secret once.

It is one file, since each is short, and whoever declares a table chooses among them.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar, cast

import pulumi

from verge_pulumi.client import NotFound, Outcome, Row, VergeError, where
from verge_pulumi.engine.declaring.attributes import Attribute, Reference
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.lives import BEFORE, WRITTEN, DeletedBy, ExistsAlready, ShownOnce
from verge_pulumi.engine.declaring.model import Inputs, payload
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.errors import EngineError, did_you_mean
from verge_pulumi.engine.lifecycle.creating import Creating
from verge_pulumi.engine.lifecycle.fencing import Fence, this_stack
from verge_pulumi.engine.lifecycle.recording import UNFINISHED, managed
from verge_pulumi.engine.lifecycle.rows import RowProvider
from verge_pulumi.engine.lifecycle.settling import Settling
from verge_pulumi.engine.lifecycle.taking_over import TakeOver
from verge_pulumi.engine.ownership.mark import PARENT, TOKEN
from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.engine.reading.waiting import patience, wait_until
from verge_pulumi.engine.runtime import provider_process

GONE_WITHIN = 60.0
"""Seconds within which a row is gone after the action that deletes it; no source says how long that takes."""

R = TypeVar("R", bound=BaseResource)


class ExistingRowProvider(RowProvider[R], life=ExistsAlready):
    """Manages rows that are there before the program and stay after it."""

    def insert(self, inputs: Inputs) -> tuple[str, dict[str, Any]]:
        """Find the row, remember what it says, and write what the program sets and what differs."""
        self.connection.see_system()
        parent = Creating(self, inputs).parent()
        row = self._row(inputs)
        id = str(row["$key"])
        self._claim(id, inputs)
        hidden = {PARENT: parent, **self.remembered({}, row, inputs)}
        changed = self.unlike(row, inputs)
        values = payload(self.declaration, inputs, set(changed))
        try:
            if values:
                self.before_update(id, row, inputs, changed)
                self.put(id, values, row)
        except (EngineError, VergeError) as error:
            if isinstance(error, EngineError) or error.outcome is Outcome.NOT_APPLIED:
                self.connection.evidence.claims.release(self._place(id))
                raise
            # What was there before must not be forgotten.
            raise Settling(self, id, inputs, hidden).unfinished(error) from error
        return id, Settling(self, id, inputs, hidden).run(changed, None if values else row)

    def remove(self, id: str, state: Inputs) -> None:
        """Put back what was there before the program set it, unless it is to be left, or is somebody else's by now.

        It is ours as long as it is what the program set last. The outputs do not tell: a refresh, or the update of
        another argument, has copied into them what somebody else set.
        """
        row = self.fenced(id, state)
        if row is None or self._on_delete(state) == "leave":
            return
        kept = dict(state.get(BEFORE) or {})
        before = {column: _whole(held[0]) if held else None for column, held in kept.items()}
        due = {column: value for column, value in before.items() if row.get(column) != value}
        live, written = self.outs(row, {}), self._written(state)
        theirs = [
            name
            for name, attribute in self.declaration.inputs.items()
            if attribute.column in due and not attribute.value.same(live[name], written.get(name))
        ]
        if theirs:
            _tell_left(self.declaration, id, theirs, "was changed by somebody else since, and is left as it is")
        known = {name for name in written if self.declaration.column_of(name) in kept}
        if lost := sorted(written.keys() - known - set(self.declaration.unique)):
            _tell_left(
                self.declaration, id, lost, "is left as it is: a run was cut off, so what it was before is not known"
            )
        columns = [self.declaration.column_of(name) for name in theirs]
        if values := {column: value for column, value in due.items() if column not in columns}:
            self.put(id, values)

    def look_ahead(self, inputs: Inputs, assumed: Collection[str]) -> Iterable[str]:
        """Tell what of the row changes, if ``adopt=True`` asks for a look."""
        wanted = {name: inputs[name] for name in self.declaration.unique}
        if inputs.get("adopt") and not pulumi.contains_unknowns(wanted):
            taking = TakeOver(self, self._row(inputs), inputs)
            yield taking.told()
            yield from taking.notes()

    def remembered(self, state: Inputs, row: Row, inputs: Inputs) -> dict[str, Any]:
        """Return what the columns held before the program set them first, and what it sets them to now.

        Of a write that was cut off nothing tells whether it was done, so what it would have written is not taken for
        what was there. Of an update the state may still tell that; of a create nothing does.
        """
        before, written = dict(state.get(BEFORE) or {}), self._written(state)
        live = self.outs(row, {})
        sent = [inputs] if UNFINISHED in state else [] if state else self._sent(inputs)
        for name in managed(self.declaration, inputs):
            attribute = self.declaration.inputs[name]
            if not attribute.readable:
                continue
            if name not in written:
                begun = any(attribute.value.same(each.get(name), live[name]) for each in sent)
                held = _seen_before(attribute, live, state) if begun else [row.get(str(attribute.column))]
                if held is not None:
                    # In a list, since Pulumi drops what is null from a state, and it would be taken for never set.
                    before.setdefault(str(attribute.column), [each for each in held if each is not None])
            written[name] = inputs[name]
        return {BEFORE: before, WRITTEN: written}

    def _seen_before(self, attribute: Attribute, live: Inputs, state: Inputs) -> list[Any] | None:
        """Return the column as the state saw it before a write that was cut off, in a list; None if it did not."""
        seen = state.get(attribute.name)
        if seen is None or attribute.value.same(seen, live[attribute.name]):
            return None
        return [attribute.value.to_api(seen)]

    def _written(self, state: Inputs) -> dict[str, Any]:
        """Return what the program set last; a state of an earlier release tells what was seen last instead."""
        if WRITTEN in state:
            return dict(state[WRITTEN])
        began = state.get(BEFORE) or {}
        return {name: state.get(name) for name, each in self.declaration.inputs.items() if each.column in began}

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """A row that is there before the program is taken over, whatever it says."""
        if inputs.get("adopt") is False:
            yield "adopt: the row exists before the program, so it is always taken over. Leave this out"

    def to_write(self, row: Row, inputs: Inputs, changed: Collection[str]) -> Collection[str]:
        """Leave out what the row says by now, since some writes restart a service even if they change nothing.

        See docs/vergeos/system.md §1.
        """
        unlike = self.unlike(row, inputs)
        return [name for name in changed if name in unlike]

    def replaced_by(self, name: str, state: Inputs, inputs: Inputs) -> bool:
        """Say whether an argument names the row, so that another value means another row."""
        return name in self.declaration.unique or super().replaced_by(name, state, inputs)

    def _row(self, inputs: Inputs) -> Row:
        """Find the row.

        Raises:
            EngineError: There is none, or there are several.
        """
        table, only = self.declaration.table, self.declaration.only
        wanted = {self.declaration.column_of(name): value for name, value in self.unique(inputs).items()}
        conditions = [where(column, "eq", value) for column, value in {**wanted, **only}.items()]
        condition = functools.reduce(operator.and_, conditions) if conditions else None
        found = self.connection.reader.find(table, condition, (*self.declaration.fields, *wanted))
        # What a filter finds is compared once more, exactly (docs/vergeos/quirks.md §R7).
        rows = [row for row in found if all(str(row.get(column)) == str(value) for column, value in wanted.items())]
        if len(rows) == 1:
            return rows[0]
        by = " and ".join(self.declaration.unique)
        if not rows and len(wanted) == 1 and (meant := self._meant(*wanted.items())):
            raise EngineError(f"{table} has no row of that {by}. {meant}")
        if rows:
            keys = ", ".join(str(row["$key"]) for row in rows)
            raise EngineError(f"rows {keys} of {table} are meant{f' by that {by}' if by else ''}. Name one of them")
        raise EngineError(
            f"{table} has no row{f' of that {by}' if by else ''}, and this resource makes none. Name one that exists"
        )

    def _meant(self, wanted: tuple[str, Any]) -> str:
        """Return the question whether another value of a column is meant than one which no row has; "" if none is."""
        column, value = wanted
        others = self.connection.reader.find(self.declaration.table, None, ("$key", column))
        return did_you_mean(value, (row.get(column) for row in others))

    def _on_delete(self, state: Inputs) -> Any:
        """Return what becomes of the row in the end: as the program says, else as its kind says."""
        return state.get("on_delete") or cast("ExistsAlready", self.declaration.life).on_delete

    def _claim(self, id: str, inputs: Inputs) -> None:
        """See that no other resource of this stack has the row.

        Raises:
            EngineError: One has.
        """
        evidence, stack, place = self.connection.evidence, this_stack(inputs), self._place(id)
        if evidence.held_at(place, stack):
            evidence.states.of(stack, now=True)  # it may have given the row up in this run
        holder = evidence.held_at(place, stack)
        if holder or not evidence.claims.claim(place, str(inputs.get(TOKEN) or ""), made=False):
            other = f"'{holder.name}'" if holder else "another resource"
            raise EngineError(
                f"row {id} of {self.declaration.table} is managed by {other} of this stack already. If that was "
                "renamed in the program use the option aliases, else declare the row once"
            )

    def _sent(self, inputs: Inputs) -> list[Mapping[str, Any]]:
        """Return what earlier attempts may have written that were cut off."""
        urn = provider_process.urn()
        cut_off = self.connection.evidence.attempts.interrupted(urn, this_stack(inputs)) if urn else {}
        return [each or inputs for token, each in cut_off.items() if token != inputs.get(TOKEN)]

    def _place(self, id: str) -> Place:
        return self.declaration.table, id


class DeletedByProvider(RowProvider[R], life=DeletedBy):
    """Manages rows that are deleted by an action, or go with another row."""

    def unmake(self, id: str, state: Inputs) -> None:
        """Ask for the end of the row, and wait until it is gone."""
        life, table, reader = cast("DeletedBy", self.declaration.life), self.declaration.table, self.connection.reader
        try:
            if life.action:
                self.connection.client.table(table).action(id, life.action)
            else:
                self._delete_other(life.of, state)
        except NotFound as error:
            # It may be the action or the other row that is not there.
            if reader.fresh(table, id, ("$key",)) is not None:
                raise EngineError(f"{error} The row is still there") from error
            return
        finally:
            reader.forget(table)
        wait_until(
            lambda: reader.fresh(table, id, ("$key",)),
            lambda row: row is None,
            what="the row to be deleted",
            timeout=patience(None, GONE_WITHIN),
            clock=self.connection.clock,
            describe=lambda _: "still there",
            detail=lambda _: f" ({table}/{id})",
        )

    def _delete_other(self, name: str, state: Inputs) -> None:
        """Delete the row that this one goes with, unless another stack manages that by now."""
        reference = self.declaration.attributes[name]
        others = list(reference.refers_to(state.get(name)))
        if len(others) != 1:
            raise EngineError(f"{name} does not name the row that it goes with. Run 'pulumi refresh'")
        ((table, key),) = others
        kind = next(each for each in cast("Reference", reference).resolved() if each.declaration.table == table)
        row = self.connection.reader.fresh(table, key, kind.declaration.proof)
        if row is None:
            return
        if stranger := Fence(self.connection, kind.declaration).stranger_at((kind, key), row, None, state):
            raise EngineError(f"{table}/{key}, with which it would be deleted, belongs to {stranger}. It is left alone")
        try:
            self.connection.client.table(table).delete(key)
        finally:
            self.connection.reader.forget(table)


class ShownOnceProvider(RowProvider[R], life=ShownOnce):
    """Manages rows of which the answer to the POST shows a secret."""

    needs_answer = True

    @property
    def output(self) -> str:
        """The attribute that keeps the secret."""
        return cast("ShownOnce", self.declaration.life).output

    def check_together(self, inputs: Inputs) -> Iterable[str]:
        """A row that exists does not show its secret again."""
        if inputs.get("adopt"):
            yield f"adopt: a row that exists does not show its {self.output} again"

    def make(self, inputs: Inputs, values: Mapping[str, Any]) -> str:
        """Make the row, and keep what only the answer shows with the inputs of this call."""
        receipt = self.connection.client.table(self.declaration.table).create(values)
        inputs[self.output] = receipt.response.get(str(self.declaration.attributes[self.output].column))
        return receipt.key

    def change(self, id: str, state: Inputs, inputs: Inputs) -> dict[str, Any]:
        """Change the row; the secret stays."""
        return super().change(id, state, {**inputs, self.output: state.get(self.output)})

    def after_write(self, id: str, row: Row, inputs: Inputs) -> Row:
        """See that the secret is known."""
        if inputs.get(self.output) is None:
            raise EngineError(f"VergeOS did not show its {self.output}. Run 'pulumi up --replace' with its URN")
        return row


def _whole(value: Any) -> Any:
    """Return a value of the state as VergeOS has it; Pulumi makes floats of numbers."""
    if isinstance(value, list):
        return [_whole(each) for each in value]
    if isinstance(value, dict):
        return {name: _whole(each) for name, each in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _seen_before(attribute: Attribute, live: Inputs, state: Inputs) -> list[Any] | None:
    """Return the column as the state saw it before a write that was cut off, in a list; None if it did not."""
    seen = state.get(attribute.name)
    return None if seen is None or attribute.value.same(seen, live[attribute.name]) else [attribute.value.to_api(seen)]


def _tell_left(declaration: Declaration, id: str, names: Iterable[str], why: str) -> None:
    provider_process.log(f"{', '.join(names)} of row {id} of {declaration.table} {why}", warning=True)
