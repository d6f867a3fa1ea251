"""What exists already where a row is to be created, and whose it is.

A row that exists already is taken over only on evidence that an attempt of this very resource made it and was cut off:
a pending operation of the engine, or the journal of this machine. It is never taken from another resource of the state,
whatever its mark says. Everything else is for people to decide, with ``adopt=True``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from verge_pulumi.client import AlreadyExists, Row, where
from verge_pulumi.engine.declaring.model import differing, validate
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.candidates import Candidates, the_one
from verge_pulumi.engine.lifecycle.fencing import this_stack
from verge_pulumi.engine.lifecycle.hooks import identified
from verge_pulumi.engine.lifecycle.looking import Looking
from verge_pulumi.engine.ownership.mark import Mark, kin_of, token_of
from verge_pulumi.engine.ownership.states import Held, Place
from verge_pulumi.engine.runtime import provider_process

if TYPE_CHECKING:
    from verge_pulumi.engine.lifecycle.rows import RowProvider


class Existing:
    """The rows that exist where one is to be created.

    Args:
        provider: Whose hooks say what is special about the row.
        inputs: What the program says.
        token: The token of this create.
        mark: The mark that the row is to bear; None where it bears none.
    """

    def __init__(self, provider: RowProvider[Any], inputs: dict[str, Any], token: str, mark: Mark | None) -> None:
        self._provider = provider
        self._declaration = provider.declaration
        self._connection = provider.connection
        self._evidence = provider.connection.evidence
        self._inputs = inputs
        self._stack = this_stack(inputs)
        self._urn = provider_process.urn()
        self._token = token
        self._mark = mark
        self._looking = Looking(provider, inputs)

    def own(self, values: Mapping[str, Any]) -> Row | None:
        """Find the row of this attempt: by its token, or without one as the one that nothing tells from it."""
        if not self._mark:
            if same := self.free(self._alike(values)):
                self._evidence.states.of(self._stack, now=True)
            return next(iter(self.free(same)), None)
        rows = self._looking.find([*self._looking.within(), where("description", "cs", str(self._mark))])
        found = [row for row in rows if token_of(row) == self._token]
        if len(found) > 1:
            raise self._several(found)
        return found[0] if found else None

    def unfinished(self, values: Mapping[str, Any]) -> Row | None:
        """Find the row of an attempt that was cut off, where VergeOS would make a second one beside it.

        Raises:
            EngineError: There are several, or nothing proves whose such a row is.
        """
        if not self._mark:
            return self._unfinished_alike(values)
        mark, kin = self._mark, f"{kin_of(self._urn)}-" if self._urn else ""
        # The tokens of the first release have no kin, so their text is looked for.
        text = f"{mark.beginning}{mark.name} "
        condition = where("description", "cs", text)
        if kin:
            condition = condition | where("description", "cs", f" {kin}")
        rows = [
            row
            for row in self._looking.find([*self._looking.within(), condition])
            if (kin and token_of(row).startswith(kin)) or ("-" not in token_of(row) and text in str(row["description"]))
        ]
        if not rows:
            return None
        interrupted = self._interrupted(now=True)
        free = self.free(rows)
        # A saved plan that is carried out once more has the token that it had before.
        own = [row for row in free if token_of(row) in {*interrupted, self._token}]
        if len(own) > 1:
            raise self._several(own)
        if own:
            return own[0]
        # One with the text of another stack is that stack's, and one with a token of ours elsewhere is a copy. What is
        # left was made by nobody whom the state knows.
        state = self._evidence.states.of(self._stack)
        left = [
            row
            for row in free
            if (other := Mark.of(row.get("description")))
            and other.owner == mark.owner
            and not state.bearing(other.token)
        ]
        if left and not self._inputs.get("adopt"):
            raise EngineError(
                f"row {left[0]['$key']} of {self._declaration.table} bears the mark of this resource, but the state "
                "knows of no create that was cut off. Delete it, or set adopt=True to manage it from here"
            )
        return left[0] if left else None

    def _unfinished_alike(self, values: Mapping[str, Any]) -> Row | None:
        """Find such a row without a mark."""
        rows = self.free(self._alike(values))
        if given := next((row for row in rows if self._is_given(row)), None):
            return given
        # Another provider of this run may have made one since the state was read.
        interrupted = self._interrupted(now=True) if rows else {}
        same = next(iter(self.free(rows)), None)
        if same and not (self._inputs.get("adopt") or interrupted):
            raise EngineError(
                f"row {same['$key']} of {self._declaration.table} already has these values, and no stack manages "
                "it. Delete it, or set adopt=True to manage it from here"
            )
        return same

    def _alike(self, values: Mapping[str, Any]) -> list[Row]:
        """Find the rows without a mark that nothing tells from this one."""
        return [] if self._declaration.markable else self._looking.alike(values)  # the program may want no marks

    def free(self, rows: Iterable[Row]) -> list[Row]:
        """Return those of the rows that no resource of this stack has, as far as its state is known.

        One that the state had and has no more is no stranger's either: Pulumi was told to retain it.
        """
        return [row for row in rows if not self._holder(row)]

    def refused_for(self, refusal: AlreadyExists, *, sent_before: bool = False) -> Row:
        """Return the row that holds the name already, if it is this one's or may become it.

        Args:
            refusal: VergeOS's answer to the POST.
            sent_before: Whether an earlier POST of this attempt may have made it.

        Raises:
            EngineError: It is somebody else's; the text names its key and what to do.
        """
        row = the_one(self._declaration.table, self._looking.refused_for(refusal))
        return self._decide(row, sent_before=sent_before)

    def meant(self, values: Mapping[str, Any]) -> Row | None:
        """Return the row that ``adopt=True`` means; None if there is none.

        Raises:
            EngineError: Several may be meant, or it is not for this resource.
        """
        row = Candidates(self._provider, self._inputs, self.free).meant(values)
        return self._decide(row) if row and identified(self._declaration, self._inputs) else row

    def _decide(self, row: Row, *, sent_before: bool = False) -> Row:
        """Return the row that holds the name already, if it is this one's or may become it.

        Args:
            row: The row.
            sent_before: Whether an earlier POST of this attempt may have made it.

        Raises:
            EngineError: It is somebody else's; the text names its key and what to do.
        """
        table, key, theirs = self._declaration.table, str(row["$key"]), Mark.of(row.get("description"))
        if self._mark and theirs and theirs.token == self._token:
            return row
        given = not self._declaration.markable and self._is_given(row)
        if not given:
            self._evidence.states.of(self._stack, now=True)
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
            return row
        owner = f"bears the mark of {theirs.holder}" if theirs else "no stack manages it"
        raise EngineError(
            f"row {key} of {table} has that name already and {owner}. Choose another name; if the resource was renamed "
            "in the program use the option aliases; to manage that row from here set adopt=True"
        )

    # Evidence --------------------------------------------------------------------------------------------------------

    def _interrupted(self, *, now: bool = False) -> dict[str, Mapping[str, Any]]:
        """Return the inputs of earlier attempts that were cut off, by their tokens; {} where they are not known."""
        found = self._evidence.attempts.interrupted(self._urn, self._stack, now=now) if self._urn else {}
        return {token: inputs for token, inputs in found.items() if token != self._token}

    @property
    def was_begun(self) -> bool:
        """Whether an earlier attempt at this create was cut off."""
        return bool(self._interrupted())

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
            return any(place in self._evidence.claims or self._evidence.held_at(place, self._stack) for place in places)

        if not ours():
            self._evidence.states.of(self._stack, now=True)  # another provider of this run may have made it since
        return ours()

    def _holder(self, row: Row) -> str:
        """Return the name of the resource of this stack that has a row, "" if none has it.

        A copy of a row bears its token too, and is nobody's. Rows that are part of a list have no other proof.
        """
        place: Place = (self._declaration.table, str(row["$key"]))
        state = self._evidence.states.of(self._stack)
        if held := self._evidence.held_at(place, self._stack):
            return held.name
        if place in self._evidence.claims:
            return "another resource"
        lists: Iterable[Held] = (each for each in state.bearing(token_of(row)) if each.place in (None, place))
        return next((each.name for each in lists), "")

    def _several(self, rows: list[Row]) -> EngineError:
        keys = ", ".join(str(row["$key"]) for row in rows)
        return EngineError(
            f"rows {keys} of {self._declaration.table} bear the mark of one and the same create of this resource. "
            "Delete all but one of them"
        )
