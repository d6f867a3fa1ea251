"""Writes that were cut off, as the journal of this machine and the state of the stack tell."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.journal import Attempt, Journal, Verb
from verge_pulumi.engine.ownership.states import StackState, States, owner_in


class Attempts:
    """The attempts of earlier runs; one for each connection.

    Args:
        journal: The attempts that this machine has begun.
        states: The states of stacks.
        warn: Tells people once what holds for a whole run.
    """

    def __init__(self, journal: Journal, states: States, warn: Callable[[str], None]) -> None:
        self._journal = journal
        self._states = states
        self._warn = warn
        self._pending: set[str] = set()
        self._begun: set[str] = set()

    def begin(self, verb: Verb, urn: str, token: str, *, down: bool = False) -> None:
        """Note a write of this run, before anything is sent for it.

        Args:
            verb: What is begun.
            urn: The resource.
            token: The token of the object.
            down: Whether an earlier attempt left it switched off.
        """
        self._begun.add(token)
        self._journal.begin(verb, urn, token, down=down)

    def left_down(self, verb: Verb, urn: str, token: str) -> bool:
        """Say whether an attempt that was cut off left the object switched off; another create has another token."""
        return any(
            each.down and (each.token == token or (each.verb == verb == "create" and each.urn == urn))
            for each in self._left_behind
        )

    def interrupted(self, urn: str, stack: str, *, now: bool = False) -> dict[str, Mapping[str, Any]]:
        """Return the creates of a resource that were cut off, and that no later one has made up for.

        Returns:
            Their inputs by their tokens; {} for those that only the journal knows.
        """
        pending = self._states.of(stack, now=now).cut_off(urn)
        return {token: pending.get(token, {}) for token in (self._noted(urn) | pending.keys()) - self._spent}

    def creates(self, stack: str) -> set[str]:
        """Return the tokens of the creates of a stack that were cut off on this machine.

        Args:
            stack: ``organization/project/stack``.
        """
        owner = stack.partition("/")[2]
        return {each.token for each in self._left_behind if each.verb == "create" and owner_in(each.urn) == owner}

    def made_up_for(self, urn: str, stack: str) -> None:
        """Note that a resource exists, so that its creates which were cut off prove nothing any more."""
        state = self._states.known(stack)
        pending = state.cut_off(urn) if state else {}
        if tokens := (self._noted(urn) | pending.keys()) - self._spent:
            self._journal.spend(tokens)
            self._spent |= tokens

    def is_unclear(self, token: str, stack: str) -> bool:
        """Say whether a change or the delete of an object was cut off, so that it may be gone or half changed.

        That is told by the journal of this machine, and by the state as it was before this run wrote to it.
        """
        try:
            self._states.of(stack)
        except EngineError as error:
            self._warn(f"writes that were cut off on another machine cannot be recognised: {error}")
        return bool(token) and self.was_cut_off(token)

    def was_cut_off(self, token: str) -> bool:
        """Say the same, as far as it is known by now."""
        return token in self._pending or token in self._noted_changes

    def found(self, state: StackState) -> None:
        """Take from the state of the stack what it tells of attempts, when it is first read."""
        # The engine had the answer of these, and their process ended before they were crossed out. Left open they would
        # prove something again when the row has been moved to another stack.
        saved = {each.token for each in self._left_behind if each.verb == "create" and state.bearing(each.token)}
        for token in saved:
            self._journal.end(token)
        self._spent |= saved
        self._keep(state.changing)

    def _keep(self, changing: Mapping[str, str]) -> None:
        """Keep what the state notes of changes and deletes, for it is gone with the next write to it.

        Other processes need it: that of the update after this preview, and of a later run if ``--target`` leaves the
        object out of this one.

        Args:
            changing: The tokens of the objects and their resources.
        """
        if self._begun & changing.keys():
            # With its first write to the state the engine drops the notes of earlier runs, so these are all of this
            # run: it notes what goes side by side before it calls us for each.
            return
        self._pending |= changing.keys()
        new = [urn for token, urn in changing.items() if self._journal.keep(urn, token)]
        if new:
            names = ", ".join(f"'{urn.rpartition('::')[2]}'" for urn in new)
            self._warn(
                f"a run was cut off, or is under way, that changes or deletes {names}. Each is looked at when its turn "
                "comes; if you leave it out with --target, run 'pulumi refresh' before the next run on another machine"
            )

    def _noted(self, urn: str) -> set[str]:
        return {each.token for each in self._left_behind if each.verb == "create" and each.urn == urn}

    @cached_property
    def _noted_changes(self) -> set[str]:
        return {each.token for each in self._left_behind if each.verb == "change"}

    @cached_property
    def _left_behind(self) -> list[Attempt]:
        """The attempts on this machine that were cut off before this process began to look."""
        return self._journal.cut_off()

    @cached_property
    def _spent(self) -> set[str]:
        return self._journal.spent()
