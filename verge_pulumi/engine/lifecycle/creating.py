"""One attempt to create a row: exactly once, and never over somebody else's.

What is not known to have failed is looked for before it is sent again; `existing` decides whose a row is that is found.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from verge_pulumi.client import AlreadyExists, NotFound, Outcome, Row, VergeError
from verge_pulumi.engine.declaring.hidden import NAME, OWNER
from verge_pulumi.engine.declaring.model import payload
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.existing import Existing
from verge_pulumi.engine.lifecycle.fencing import this_stack
from verge_pulumi.engine.lifecycle.hooks import identified
from verge_pulumi.engine.lifecycle.looking import appeared
from verge_pulumi.engine.lifecycle.taking_over import TakeOver
from verge_pulumi.engine.ownership.mark import TOKEN, Mark, marked_description, token_of
from verge_pulumi.engine.ownership.states import Place
from verge_pulumi.engine.runtime import provider_process

if TYPE_CHECKING:
    from verge_pulumi.engine.lifecycle.rows import RowProvider


@dataclass(frozen=True)
class Created:
    """The row that a create ended with.

    Attributes:
        key: Its key.
        mark: Its mark; None where it bears none.
        parent: The token of the row that it was created within, "" if that bears none; None if that is not known.
        as_it_is: Whether it was there, and is taken over without a change.
    """

    key: str
    mark: Mark | None
    parent: str | None
    as_it_is: bool


class Creating:
    """One create.

    Args:
        provider: Whose hooks say what is special about the row.
        inputs: What the program says.
    """

    def __init__(self, provider: RowProvider[Any], inputs: dict[str, Any]) -> None:
        self._provider = provider
        self._declaration = provider.declaration
        self._connection = provider.connection
        self._evidence = provider.connection.evidence
        self._inputs = inputs
        self._stack = this_stack(inputs)
        self._token = str(inputs.get(TOKEN) or "")
        marked = provider.connection.settings.mark and self._declaration.markable and OWNER in inputs and self._token
        self._mark = Mark.new(inputs[OWNER], inputs[NAME], self._token) if marked else None
        self._as_it_is = False
        self._existing = Existing(provider, inputs, self._token, self._mark)

    def run(self) -> Created:
        """Create the row, or find the one that an attempt of this resource which was cut off has made."""
        parent = self.parent()
        later = set(self._provider.later(self._inputs))
        values = self._provider.columns(self._inputs, self._declaration.inputs.keys() - later)
        if self._mark:
            values["description"] = self._mark.append_to(self._inputs.get("description"))
        try:
            key = self._key(values)
        finally:
            self._connection.reader.forget(self._declaration.table)
        self._provider.place(key, {name: str(value) for name, value in values.items()})
        return Created(key, self._mark, parent, self._as_it_is)

    def parent(self) -> str | None:
        """Return the token of the row that this one is created within.

        Raises:
            EngineError: The row would be another stack's as soon as it exists, since it cannot bear a mark.
        """
        owner = self._provider.owner_row(self._inputs)
        if owner is None:
            return None
        kind, key = owner
        table = kind.declaration.table
        if self._declaration.markable:
            return self._evidence.token_at((table, key), self._stack) or None
        mark = Mark.of(self._connection.reader.known(table, key, "description"))
        judged = OWNER in self._inputs and not self._provider.within_others
        if mark is not None and judged and not self._evidence.knows(mark.token, self._stack):
            raise EngineError(f"{table}/{key} belongs to {mark.holder}, and so would this. Declare it there")
        return mark.token if mark else ""

    # Once ------------------------------------------------------------------------------------------------------------

    def _key(self, values: dict[str, Any]) -> str:
        """Create the row once; what is not known to have failed is looked for before it is sent again."""
        if not identified(self._declaration, self._inputs) and (found := self._existing.unfinished(values)):
            # VergeOS will not refuse a second one.
            return self._made_again(found, values) or self._take_over(found)
        if self._inputs.get("adopt") and (found := self._existing.meant(values)):
            return self._take(found, values)
        try:
            return self._post(values)
        except AlreadyExists as refusal:
            return self._take(self._existing.refused_for(refusal), values)
        except VergeError as error:
            if error.outcome is Outcome.NOT_APPLIED:
                raise
            if self._mark is None and self._declaration.markable:
                raise EngineError(
                    f"{error} Whether the row was made is not known, and without marks it cannot be found. "
                    f"Look for it on {self._connection.client.host} before the next run"
                ) from error
            failure = error
        if found := appeared(lambda: self._existing.own(values), self._connection.clock):
            return self._take(found, values)
        if failure.outcome is Outcome.APPLIED:
            raise failure
        self._connection.see_system()
        try:
            return self._post(values)
        except AlreadyExists as refusal:
            return self._take(self._existing.refused_for(refusal, sent_before=True), values)

    def _post(self, values: Mapping[str, Any]) -> str:
        return self._made(self._provider.make(self._inputs, values))

    def _made(self, key: str) -> str:
        self._evidence.claims.claim(self._place(key), self._token, made=True)
        return key

    def _place(self, key: str) -> Place:
        return self._declaration.table, key

    def proven(self, created: Created, row: Row) -> tuple[str, Row]:
        """See that the row under the key in VergeOS's answer is the one that was made: it bears the token.

        Returns:
            The key and the row, or those of the row that does bear it.

        Raises:
            EngineError: None does.
        """
        if self._mark is None or token_of(row) == self._token:
            return created.key, row
        self._evidence.claims.release(self._place(created.key))
        if found := self._existing.own({}):
            return self._made(str(found["$key"])), found
        theirs = Mark.of(row.get("description"))
        what = f"belongs to {theirs.holder}" if theirs else f"does not bear the mark '{self._mark}'"
        raise EngineError(
            f"VergeOS answered that row {created.key} of {self._declaration.table} was made, but that row {what}. It "
            "is left alone; run 'pulumi up' again"
        )

    def _take(self, row: Row, values: Mapping[str, Any]) -> str:
        """Return the key of a row that exists: one that this very attempt has made, or one that is taken over."""
        if again := self._made_again(row, values):
            return again
        if self._mark and token_of(row) == self._token:
            return self._made(str(row["$key"]))
        return self._take_over(row)

    def _made_again(self, row: Row, values: Mapping[str, Any]) -> str:
        """Delete and make a row of ours again whose answer was lost, where only that said what the program needs.

        Returns:
            The new key, or "" where the row will do.

        Raises:
            EngineError: Only the values of the row say that it is ours, which is too little to delete it.
        """
        if not self._provider.needs_answer:
            return ""
        key = str(row["$key"])
        if self._mark is None:
            raise EngineError(
                f"row {key} of {self._declaration.table} may be the one that this create has made, and its answer was "
                "lost, which said what the program needs. Delete the row if it is, and run 'pulumi up' again"
            )
        provider_process.log(f"making row {key} of {self._declaration.table} again, because its answer was lost")
        with contextlib.suppress(NotFound):
            self._provider.unmake(key, self._inputs)
        self._evidence.claims.release(self._place(key))
        self._connection.see_system()
        return self._post(values)

    def _take_over(self, row: Row) -> str:
        """Make an existing row ours: the token of this attempt, and the values that the program sets."""
        provider, key = self._provider, str(row["$key"])
        taking = TakeOver(provider, row, self._inputs)
        taking.refuse()
        changed = taking.changed
        # What an attempt that was cut off has written may still have to take effect.
        self._as_it_is = not changed and not self._existing.was_begun
        values = payload(self._declaration, self._inputs, set(changed) - set(provider.later(self._inputs)))
        if self._mark:
            values["description"] = marked_description(self._inputs, row, self._mark)
        if not self._evidence.claims.claim(self._place(key), self._token, made=False):
            raise EngineError(f"row {key} of {self._declaration.table} was taken over by another resource in this run")
        try:
            if values:
                provider.before_update(key, row, self._inputs, changed)
                provider.put(key, values, row)
        except VergeError as error:
            if error.outcome is Outcome.NOT_APPLIED:
                self._evidence.claims.release(self._place(key))
            raise
        if self._declaration.markable:  # others VergeOS may have made for us, which is nothing to tell
            provider_process.log(f"took over row {key} of {self._declaration.table}, which existed already")
        return key
