"""What proves whose a row is, apart from the row: the states of stacks, interrupted attempts, and this very run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterable
from urllib.parse import unquote

from verge_pulumi.engine.ownership.attempts import Attempts
from verge_pulumi.engine.ownership.claims import Claims
from verge_pulumi.engine.ownership.down import Down
from verge_pulumi.engine.ownership.journal import Journal
from verge_pulumi.engine.ownership.mark import MARK, Mark, token_in
from verge_pulumi.engine.ownership.stack_export import Deployment
from verge_pulumi.engine.ownership.states import Held, Place, StackState, States, type_in
from verge_pulumi.engine.runtime import provider_process


class Evidence:
    """Decides by states, by the journal and by what this process has done; one for each connection.

    Args:
        journal: The attempts that this machine has begun.
        export: Returns the state of a stack, or None where there is no such stack.
        provider: The explicit provider of the connection, "" for the default one.

    Attributes:
        journal: As given.
        states: The states of stacks.
        attempts: Writes of earlier runs that were cut off.
        down: What was switched off that is to be on again.
        claims: The rows that creates of this process have.
        replacing: Rows that are deleted in this run before their successor is created.
        foreseen: The rows that creates of this run are expected to take over, by URN; None where there is none to take.
        system: The identity of the system that the connection leads to, "" as long as nobody asked.
    """

    def __init__(
        self, journal: Journal, export: Callable[[str], Deployment | None] | None = None, *, provider: str = ""
    ) -> None:
        self.journal = journal
        self.states = States(export, lambda state: self.attempts.found(state))
        self.attempts = Attempts(journal, self.states, self.warn_once)
        self.down = Down(journal)
        self.claims = Claims()
        self.replacing: set[Place] = set()
        self.foreseen: dict[str, Place | None] = {}
        self.system = ""
        self._provider = provider
        self._unique: dict[str, tuple[str, ...] | None] = {}
        self._warned: set[str] = set()
        self._lock = threading.Lock()

    def held_at(self, place: Place, stack: str) -> Held | None:
        """Return what of this stack lives by a row of this system."""
        return self._here(self.states.of(stack).at(place))

    def held_as(self, urn: str, id: str, stack: str) -> Held | None:
        """Return what of this stack has an id on this system and the type of a resource, that one itself included."""
        same = self.states.of(stack).of_type(type_in(urn))
        return self._here(each for each in same if each.id == id and not each.leaving)

    def has_left(self, owner: str, stack: str, token: str) -> bool:
        """Say whether an object is no longer in the state of the stack that is recorded as its owner.

        It is not if that stack was renamed to this one, or the object moved here; it still is if the state was copied.

        Args:
            owner: ``project/stack`` as recorded.
            stack: ``organization/project/stack`` of this one.
            token: The object's token.

        Raises:
            EngineError: The other state cannot be read, though there is one.
        """
        organization, _, here = stack.partition("/")
        state = self.states.find(f"{organization}/{owner}")
        # Pulumi Cloud may answer an old name with the renamed stack; the URNs tell.
        return state is None or all(each.stack == here for each in state.bearing(token))

    def knows(self, token: str, stack: str) -> bool:
        """Say whether a token is that of an object of this stack, or of one that this process has made."""
        if self.claims.has_token(token) or self.states.of(stack).bearing(token):
            return True
        # Another provider's process of this run may have made it since.
        return bool(self.states.of(stack, now=True).bearing(token))

    def known(self, marks: Collection[Mark], stack: str) -> set[str]:
        """Return the tokens of those marks that no other stack has.

        They are those of this stack's objects and of its creates that were cut off, and what bears a name that this
        stack has or had, and is in no state any more: the engine takes a part that goes with its VM out of the state
        before the VM (`deleted_with`). What names it had is told by the marks that its state records, which keep the
        name of a stack until they are written again.

        Args:
            marks: The marks.
            stack: ``organization/project/stack``.

        Raises:
            EngineError: A state cannot be read.
        """
        tokens = {each.token for each in marks}

        def ours(state: StackState) -> set[str]:
            return {each for each in tokens if state.bearing(each)} | state.creating.intersection(tokens)

        found = {each for each in tokens if self.claims.has_token(each)} | ours(self.states.of(stack))
        if not found.issuperset(tokens):
            found |= self.attempts.creates(stack).intersection(tokens)
        if not found.issuperset(tokens):
            # Another provider's process of this run may have made it since.
            found |= ours(self.states.of(stack, now=True))
        if not found.issuperset(tokens):
            recorded = (Mark.of(each.outputs.get(MARK)) for each in self.states.of(stack).held)
            names = {Mark.new(stack.partition("/")[2], "", "").owner, *(mark.owner for mark in recorded if mark)}
            left = (each for each in marks if each.token not in found and each.owner in names)
            found |= {each.token for each in left if self.has_left(unquote(each.owner), stack, each.token)}
        return found

    def token_at(self, place: Place, stack: str) -> str:
        """Return the token of a row as this process or a state that it has read already tells; "" if neither does."""
        if place in self.claims:
            return self.claims.token_of(place)
        state = self.states.known(stack)
        held = self._here(state.at(place)) if state else None
        return token_in(held.outputs) if held else ""

    def declares(self, urn: str, unique: tuple[str, ...] | None) -> None:
        """Note which unique values the program gives to a resource; None if they are not known yet."""
        self._unique[urn] = unique

    def namesakes(
        self, urn: str, stack: str, unique: tuple[str, ...], recorded: Callable[[Held], tuple[str, ...] | None]
    ) -> list[Held]:
        """Return the other objects of this type that have the same unique values and keep them in this run.

        Args:
            urn: The resource.
            stack: ``organization/project/stack``.
            unique: The unique values that the program gives to it.
            recorded: Returns those of an object.
        """
        return [
            each
            for each in self.states.of(stack).of_type(type_in(urn))
            if each.urn != urn
            and not each.leaving
            and self.is_here(each)
            and recorded(each) == unique
            and self._unique.get(each.urn, unique) == unique
        ]

    def is_here(self, held: Held) -> bool:
        """Say whether an object is on this system: made by the same provider, or by another one of it."""
        origin = held.origin
        return origin.get("provider", self._provider) == self._provider or origin.get("system") == self.system

    def _here(self, found: Iterable[Held]) -> Held | None:
        return next((each for each in found if self.is_here(each)), None)

    def warn_once(self, text: str) -> None:
        """Tell what holds for all resources of this run at the first of them."""
        with self._lock:
            if text in self._warned:
                return
            self._warned.add(text)
        provider_process.log(text, warning=True)
