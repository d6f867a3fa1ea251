"""One attempt to create a row: exactly once, and never over somebody else's.

A row that exists already is taken over only on evidence that an attempt of this very resource made it and was cut off:
a pending operation of the engine, or the journal of this machine. It is never taken from another resource of the state,
whatever its mark says. Everything else is for people to decide, with ``adopt=True``.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from verge_pulumi.client import AlreadyExists, Filter, Outcome, Row, VergeError, where
from verge_pulumi.engine.declaring.declaration import NAME, OWNER
from verge_pulumi.engine.declaring.model import differing, payload, validate
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.evidence import Held, Place
from verge_pulumi.engine.lifecycle.fencing import this_stack
from verge_pulumi.engine.lifecycle.ownership import TOKEN, Mark, kin_of, marked_description
from verge_pulumi.engine.reading.waiting import Clock, WaitTimeout, wait_until
from verge_pulumi.engine.runtime import provider_process

if TYPE_CHECKING:
    from verge_pulumi.engine.lifecycle.rows import RowProvider

APPEARS_WITHIN = 30.0
"""Seconds within which a created row shows up in a GET (fact sheet quirks R14)."""


def appeared(look: Callable[[], Row | None], clock: Clock) -> Row | None:
    """Look for the row of a POST whose answer was lost, for as long as VergeOS may take to show it.

    Args:
        look: Finds it.
        clock: The time.
    """
    try:
        return wait_until(
            look,
            lambda row: row is not None,
            what="the row, which VergeOS may have made",
            timeout=APPEARS_WITHIN,
            clock=clock,
            describe=lambda row: "not found",
        )
    except WaitTimeout:
        return None


@dataclass(frozen=True)
class Created:
    """The row that a create ended with.

    Attributes:
        key: Its key.
        mark: Its mark; None where it bears none.
        parent: The token of the row that it was created within, "" if that bears none; None if that is not known.
    """

    key: str
    mark: Mark | None
    parent: str | None


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
        self._urn = provider_process.urn()
        self._token = str(inputs.get(TOKEN) or "")
        marked = provider.connection.settings.mark and self._declaration.markable and OWNER in inputs and self._token
        self._mark = Mark.new(inputs[OWNER], inputs[NAME], self._token) if marked else None

    def run(self) -> Created:
        """Create the row, or find the one that an attempt of this resource which was cut off has made."""
        parent = self._parent()
        later = set(self._provider.later(self._inputs))
        values = self._provider.columns(self._inputs, self._declaration.inputs.keys() - later)
        if self._mark:
            values["description"] = self._mark.append_to(self._inputs.get("description"))
        try:
            key = self._key(values)
        finally:
            self._connection.reader.forget(self._declaration.table)
        self._provider.place(key, {name: str(value) for name, value in values.items()})
        return Created(key, self._mark, parent)

    def _parent(self) -> str | None:
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
        if mark is not None and OWNER in self._inputs and not self._evidence.knows(mark.token, self._stack):
            raise EngineError(f"{table}/{key} belongs to {mark.holder}, and so would this. Declare it there")
        return mark.token if mark else ""

    # Once ------------------------------------------------------------------------------------------------------------

    def _key(self, values: dict[str, Any]) -> str:
        """Create the row once; what is not known to have failed is looked for before it is sent again."""
        if not self._provider.identified(self._inputs) and (found := self._unfinished(values)):
            # VergeOS will not refuse a second one.
            return self._take_over(found)
        try:
            return self._post(values)
        except AlreadyExists as refusal:
            return self._decide(refusal)
        except VergeError as error:
            if error.outcome is Outcome.NOT_APPLIED:
                raise
            if self._mark is None and self._declaration.markable:
                raise EngineError(
                    f"{error} Whether the row was made is not known, and without marks it cannot be found. "
                    f"Look for it on {self._connection.client.host} before the next run"
                ) from error
            failure = error
        if found := appeared(lambda: self._own(values), self._connection.clock):
            return self._made(str(found["$key"])) if self._mark else self._take_over(found)
        if failure.outcome is Outcome.APPLIED:
            raise failure
        self._connection.see_system()
        try:
            return self._post(values)
        except AlreadyExists as refusal:
            return self._decide(refusal, sent_before=True)

    def _post(self, values: Mapping[str, Any]) -> str:
        return self._made(self._provider.make(self._inputs, values))

    def _made(self, key: str) -> str:
        self._evidence.claim(self._place(key), self._token, made=True)
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
        if self._mark is None or _token(row) == self._token:
            return created.key, row
        self._evidence.release(self._place(created.key))
        if found := self._own({}):
            return self._made(str(found["$key"])), found
        theirs = _mark(row)
        what = f"belongs to {theirs.holder}" if theirs else f"does not bear the mark '{self._mark}'"
        raise EngineError(
            f"VergeOS answered that row {created.key} of {self._declaration.table} was made, but that row {what}. It "
            "is left alone; run 'pulumi up' again"
        )

    def _own(self, values: Mapping[str, Any]) -> Row | None:
        """Find the row of this attempt: by its token, or without one as the one that nothing tells from it."""
        if not self._mark:
            if same := self._alike(values):
                self._evidence.state(self._stack, now=True)
            return self._free(same)
        rows = self._find([*self._within(), where("description", "cs", str(self._mark))])
        found = [row for row in rows if _token(row) == self._token]
        if len(found) > 1:
            raise self._several(found)
        return found[0] if found else None

    # What exists -----------------------------------------------------------------------------------------------------

    def _unfinished(self, values: Mapping[str, Any]) -> Row | None:
        """Find the row of an attempt that was cut off, where VergeOS would make a second one beside it.

        Raises:
            EngineError: There are several, or nothing proves whose such a row is.
        """
        if not self._mark:
            rows = self._alike(values)
            if given := self._free(row for row in rows if self._is_given(row)):
                return given
            # Another provider of this run may have made one since the state was read.
            interrupted = self._interrupted(now=True) if rows else {}
            same = self._free(rows)
            if same and not (self._inputs.get("adopt") or interrupted):
                raise EngineError(
                    f"row {same['$key']} of {self._declaration.table} already has these values, and no stack manages "
                    "it. Delete it, or set adopt=True to manage it from here"
                )
            return same
        mark, kin = self._mark, f"{kin_of(self._urn)}-" if self._urn else ""
        # The tokens of the first release have no kin, so their text is looked for.
        text = f"{mark.beginning}{mark.name} "
        condition = where("description", "cs", text)
        if kin:
            condition = condition | where("description", "cs", f" {kin}")
        rows = [
            row
            for row in self._find([*self._within(), condition])
            if (kin and _token(row).startswith(kin)) or ("-" not in _token(row) and text in str(row["description"]))
        ]
        if not rows:
            return None
        interrupted = self._interrupted(now=True)
        free = [row for row in rows if not self._holder(row)]
        # A saved plan that is carried out once more has the token that it had before.
        own = [row for row in free if _token(row) in {*interrupted, self._token}]
        if len(own) > 1:
            raise self._several(own)
        if own:
            return own[0]
        # One with the text of another stack is that stack's, and one with a token of ours elsewhere is a copy. What is
        # left was made by nobody whom the state knows.
        state = self._evidence.state(self._stack)
        left = [
            row
            for row in free
            if (other := _mark(row)) and other.owner == mark.owner and not state.bearing(other.token)
        ]
        if left and not self._inputs.get("adopt"):
            raise EngineError(
                f"row {left[0]['$key']} of {self._declaration.table} bears the mark of this resource, but the state "
                "knows of no create that was cut off. Delete it, or set adopt=True to manage it from here"
            )
        return left[0] if left else None

    def _alike(self, values: Mapping[str, Any]) -> list[Row]:
        """Find the rows without a mark that nothing tells from this one."""
        if self._declaration.markable:
            return []  # the program wants no marks
        wanted = {**self._provider.server_defaults, **values}
        # No filter can hold what has several lines; what one finds is compared once more, exactly (quirks R7).
        hidden = {attribute.column for attribute in self._declaration.inputs.values() if attribute.write_only}
        shown = {name: value for name, value in wanted.items() if name not in hidden}
        known = {name: value for name, value in shown.items() if not isinstance(value, str) or value.isprintable()}
        rows = self._find([where(column, "eq", value) for column, value in known.items()])
        return [row for row in rows if all(str(row.get(name)) == str(shown[name]) for name in shown)]

    def _free(self, rows: Iterable[Row]) -> Row | None:
        """Return the first of these rows that no resource of this stack has."""
        return next((row for row in rows if not self._holder(row)), None)

    def _decide(self, refusal: AlreadyExists, *, sent_before: bool = False) -> str:
        """Decide whose row it is that holds the name already.

        Args:
            refusal: VergeOS's answer to the POST.
            sent_before: Whether an earlier POST of this attempt may have made it.

        Raises:
            EngineError: It is somebody else's; the text names its key and what to do.
        """
        row = self._named(refusal)
        table, key, theirs = self._declaration.table, str(row["$key"]), _mark(row)
        if self._mark and theirs and theirs.token == self._token:
            return self._made(key)
        given = not self._declaration.markable and self._is_given(row)
        if not given:
            self._evidence.state(self._stack, now=True)
        if holder := self._holder(row):
            raise EngineError(
                f"row {key} of {table} has that name and is '{holder}' of this stack. If that was renamed in the "
                "program use the option aliases; if it is replaced by this one leave delete_before_replace on; else "
                "give one of them another name"
            )
        interrupted = self._interrupted()
        if theirs:
            ours = theirs.token in interrupted
        else:
            # Without a mark it is what a POST of ours made, now or in a cut-off attempt, if it has those values.
            sent = [each or self._inputs for each in interrupted.values()] + [self._inputs] * sent_before
            ours = not self._declaration.markable and any(self._has(row, inputs) for inputs in sent)
        if given or ours or self._inputs.get("adopt"):
            return self._take_over(row)
        owner = f"bears the mark of {theirs.holder}" if theirs else "no stack manages it"
        raise EngineError(
            f"row {key} of {table} has that name already and {owner}. Choose another name; if the resource was renamed "
            "in the program use the option aliases; to manage that row from here set adopt=True"
        )

    def _named(self, refusal: AlreadyExists) -> Row:
        """Find the row that has the unique values of this one; it may take a moment to show."""
        unique = {self._provider.column(name): value for name, value in self._provider.unique(self._inputs).items()}
        if not unique:
            raise refusal
        try:
            rows = wait_until(
                lambda: [
                    row
                    for row in self._find([where(column, "eq", value) for column, value in unique.items()])
                    # What a filter finds is compared once more, exactly (fact sheet quirks R7).
                    if all(str(row.get(column)) == str(value) for column, value in unique.items())
                ],
                bool,
                what="the row that has the name",
                timeout=APPEARS_WITHIN,
                clock=self._connection.clock,
                describe=lambda rows: f"{len(rows)} rows",
            )
        except WaitTimeout:
            raise refusal from None
        if len(rows) > 1:
            raise EngineError(f"several rows have that name: {', '.join(str(row['$key']) for row in rows)}")
        return rows[0]

    def _take_over(self, row: Row) -> str:
        """Make an existing row ours: the token of this attempt, and the values that the program sets."""
        provider, key = self._provider, str(row["$key"])
        changed = provider.unlike(row, self._inputs)
        fixed = [
            name
            for name in changed
            if self._declaration.inputs[name].replaces and self._declaration.inputs[name].readable
        ]
        if fixed:
            raise EngineError(
                f"row {key} of {self._declaration.table} differs in {', '.join(fixed)}, which is set on creation only. "
                "Delete the row, or declare what it has"
            )
        values = payload(self._declaration, self._inputs, set(changed) - set(provider.later(self._inputs)))
        if self._mark:
            values["description"] = marked_description(self._inputs, row, self._mark)
        if not self._evidence.claim(self._place(key), self._token, made=False):
            raise EngineError(f"row {key} of {self._declaration.table} was taken over by another resource in this run")
        try:
            if values:
                provider.before_update(key, row, self._inputs, changed)
                provider.put(key, values)
        except VergeError as error:
            if error.outcome is Outcome.NOT_APPLIED:
                self._evidence.release(self._place(key))
            raise
        if self._declaration.markable:  # others VergeOS may have made for us, which is nothing to tell
            provider_process.log(f"took over row {key} of {self._declaration.table}, which existed already")
        return key

    # Evidence --------------------------------------------------------------------------------------------------------

    def _interrupted(self, *, now: bool = False) -> dict[str, Mapping[str, Any]]:
        """Return the inputs of earlier attempts that were cut off, by their tokens; {} where they are not known."""
        found = self._evidence.interrupted(self._urn, self._stack, now=now) if self._urn else {}
        return {token: inputs for token, inputs in found.items() if token != self._token}

    def _has(self, row: Row, inputs: Mapping[str, Any]) -> bool:
        """Say whether a row has what an attempt with these inputs has sent."""
        typed = validate(self._declaration, dict(inputs))[0]
        return not differing(self._declaration, self._provider.outs(row, typed), typed)

    def _is_given(self, row: Row) -> bool:
        """Say whether VergeOS made a row by itself, within one that this stack manages.

        Within another one it may be what somebody else made of it since.
        """
        if not self._provider.made_by_vergeos(row):
            return False
        parent = self._declaration.parent
        places = list(parent.refers_to(self._inputs[parent.name])) if parent else []

        def ours() -> bool:
            return any(
                place in self._evidence.claimed or self._evidence.held_at(place, self._stack) for place in places
            )

        if not ours():
            self._evidence.state(self._stack, now=True)  # another provider of this run may have made it since
        return ours()

    def _holder(self, row: Row) -> str:
        """Return the name of the resource of this stack that has a row, "" if none has it.

        A copy of a row bears its token too, and is nobody's. Rows that are part of a list have no other proof.
        """
        place: Place = (self._declaration.table, str(row["$key"]))
        state = self._evidence.state(self._stack)
        if held := self._evidence.held_at(place, self._stack):
            return held.name
        if place in self._evidence.claimed:
            return "another resource"
        lists: Iterable[Held] = (each for each in state.bearing(_token(row)) if each.place in (None, place))
        return next((each.name for each in lists), "")

    def _within(self) -> list[Filter]:
        """Return the conditions that a row is within the one that the program names."""
        return [
            where(self._provider.column(name), "eq", self._provider.through(name, self._inputs[name]))
            for name, attribute in self._declaration.inputs.items()
            if attribute.through is not None
        ]

    def _find(self, conditions: list[Filter]) -> list[Row]:
        only = [where(column, "eq", value) for column, value in self._declaration.only.items()]
        condition = functools.reduce(operator.and_, [*conditions, *only])
        return self._connection.reader.find(self._declaration.table, condition, self._declaration.fields)

    def _several(self, rows: list[Row]) -> EngineError:
        keys = ", ".join(str(row["$key"]) for row in rows)
        return EngineError(
            f"rows {keys} of {self._declaration.table} bear the mark of one and the same create of this resource. "
            "Delete all but one of them"
        )


def _mark(row: Row) -> Mark | None:
    return Mark.of(row.get("description"))


def _token(row: Row) -> str:
    mark = _mark(row)
    return mark.token if mark else ""
