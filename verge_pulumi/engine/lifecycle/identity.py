"""Which resources of a stack are one and the same object of VergeOS: unique names, replacements, copied states."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

import pulumi

from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.hidden import OWNER
from verge_pulumi.engine.declaring.model import Inputs
from verge_pulumi.engine.errors import EngineError, sentence
from verge_pulumi.engine.lifecycle.fencing import this_stack
from verge_pulumi.engine.ownership.evidence import Evidence
from verge_pulumi.engine.ownership.mark import token_in
from verge_pulumi.engine.ownership.states import Held, owner_in
from verge_pulumi.engine.runtime import provider_process


def unique_key(declaration: Declaration, values: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the values that no two objects share, in one form for inputs and states; None if one is not known."""
    found: list[str] = []
    for name in declaration.unique:
        attribute, value = declaration.inputs[name], values.get(name)
        if value is None or pulumi.contains_unknowns(value):
            return None
        try:
            found.append(str(attribute.value.to_api(attribute.value.normalise(value))))
        except (TypeError, ValueError):
            return None  # a secret, which a state holds encrypted
    return tuple(found) or None


class Identity:
    """What the state and the program say about the resource of this call.

    Args:
        evidence: What proves whose a row is.
        declaration: What the resource declares.
        recorded_key: Returns the unique values of an object in the state; None if one is not known.
    """

    def __init__(
        self, evidence: Evidence, declaration: Declaration, recorded_key: Callable[[Held], tuple[str, ...] | None]
    ) -> None:
        self._evidence = evidence
        self._declaration = declaration
        self._recorded_key = recorded_key

    def refuse_namesake(self, inputs: Inputs) -> None:
        """See that no other resource of this stack is what this one is to be; asked again when all values are known.

        Raises:
            EngineError: Another one is.
        """
        unique = unique_key(self._declaration, inputs)
        if unique and (problems := list(self._namesakes(unique, inputs))):
            raise EngineError(" ".join(map(sentence, problems)))

    def problems(self, state: Inputs, inputs: Inputs) -> Iterable[str]:
        """Say if a new resource is what another one of this stack is; note if it is no new one but a replacement.

        A renamed resource without an alias looks like a new one to the engine, which would create it and then delete
        the old one. Without old inputs this is the only place at which that can be seen before anything is written.
        """
        urn, evidence = provider_process.urn(), self._evidence
        unique = unique_key(self._declaration, inputs)
        evidence.declares(urn, unique)
        if state or not urn:
            return
        try:
            held = evidence.states.of(this_stack(inputs)).of(urn)
        except EngineError as error:
            # What meets a row while it is created is refused then.
            evidence.warn_once(f"renamed resources cannot be recognised: {error}")
            return
        if held:
            self.note_replacement(held.id)
        elif unique:
            yield from self._namesakes(unique, inputs)

    def replaced(self, inputs: Inputs) -> Held | None:
        """Return the object that a new one of this resource comes in the place of; None if none is known."""
        state = self._evidence.states.known(this_stack(inputs))
        return state.of(provider_process.urn()) if state and provider_process.urn() else None

    def taken_names(self, changed: Collection[str], inputs: Inputs, *, replacing: bool) -> Iterable[str]:
        """Say if a resource is to get a unique name that another one of this stack keeps."""
        unique = unique_key(self._declaration, inputs)
        if unique and provider_process.urn() and not set(changed).isdisjoint(self._declaration.unique):
            way = "take one of the two out of the program" if replacing else "give one of the two a third name"
            for each in self._evidence.namesakes(
                provider_process.urn(), this_stack(inputs), unique, self._recorded_key
            ):
                yield (
                    f"'{each.name}' of this stack has that {' and '.join(self._declaration.unique)}. If it gives that "
                    "up in this run, declare it first and let this one depend on it; to exchange "
                    f"{'them' if replacing else 'names'}, {way} in a run of its own"
                )

    def _namesakes(self, unique: tuple[str, ...], inputs: Inputs) -> Iterable[str]:
        urn = provider_process.urn()
        if not urn:
            return
        for each in self._evidence.namesakes(urn, this_stack(inputs), unique, self._recorded_key):
            yield (
                f"'{each.name}' of this stack already manages that object. If it was renamed or moved in the program, "
                "say so with the option aliases; if it becomes another one in this run, declare it first and let this "
                "one depend on it; to replace it by this one, delete it in a run of its own"
            )

    def note_replacement(self, id: str) -> None:
        """Note that an object is deleted before its successor is created, so that references to it have to follow."""
        if self._declaration.delete_before_replace:
            self._evidence.replacing.add((self._declaration.table, id))

    def follows(self, name: str, state: Inputs, inputs: Inputs) -> bool:
        """Say whether an argument refers to a row that is deleted in this run before its successor is created.

        VergeOS does not delete what something refers to, so this one goes first and comes back afterwards.
        """
        if not pulumi.contains_unknowns(inputs.get(name)):
            return False
        old = self._declaration.inputs[name].refers_to(state.get(name))
        return not self._evidence.replacing.isdisjoint(old)

    def confirm(self, recorded: Inputs, inputs: Inputs) -> None:
        """See that an object which another stack is recorded to manage came from there, and is not its copy.

        Raises:
            EngineError: The other stack still manages it.
        """
        urn, token = provider_process.urn(), token_in(recorded)
        if not urn or not token:
            return
        for owner in {recorded.get(OWNER), provider_process.old_input(OWNER)} - {owner_in(urn), None, ""}:
            if not self._evidence.has_left(str(owner), this_stack(inputs), token):
                raise EngineError(
                    f"it is managed by the stack {owner} too, whose state this stack's was copied from. Remove it from "
                    "one of them with 'pulumi state delete'"
                )
