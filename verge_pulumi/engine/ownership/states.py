"""What stacks manage, as their states say.

A provider is handed one resource at a time and never the state as a whole. The CLI that runs the program can be asked
for that: ``pulumi stack export`` takes some 0.2 s, works while an update is under way, and needs no passphrase, since
nothing is decrypted. It lists every object that a stack holds, and the writes that were cut off, creates together with
the inputs that they had, their tokens included.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.mark import TOKEN, token_in
from verge_pulumi.engine.ownership.stack_export import Deployment, export_stack

Place = tuple[str, str]
"""Table and key of a row."""

ORIGIN = "__origin"
"""Hidden output: which provider and which VergeOS the object was made with."""

OURS = "pulumi-python:dynamic/vergeos:"
"""How the types of this package's resources begin."""

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""Key by which Pulumi tells an object that stands for something else, such as a secret or an asset."""


@dataclass(frozen=True)
class Held:
    """An object that a stack manages.

    Attributes:
        urn: The resource.
        type: Its type.
        id: Its Pulumi id.
        outputs: Its outputs, secrets encrypted.
        leaving: Whether it was deleted already, to be replaced; its key may be given out again.
    """

    urn: str
    type: str
    id: str
    outputs: Mapping[str, Any] = field(repr=False)
    leaving: bool

    @property
    def name(self) -> str:
        """Its name in the program."""
        return self.urn.rpartition("::")[2]

    @property
    def stack(self) -> str:
        """``project/stack``."""
        return owner_in(self.urn)

    @property
    def origin(self) -> Mapping[str, Any]:
        """By which provider and on which VergeOS it was made; {} if that is not recorded."""
        origin = self.outputs.get(ORIGIN)
        return origin if isinstance(origin, Mapping) else {}

    @property
    def place(self) -> Place | None:
        """The row that it is; None where it is the state of other rows, as the power of a VM."""
        table, _, key = str(self.outputs.get("location", "")).removeprefix("/v4/").partition("/")
        return (table, self.id) if key == self.id else None


class StackState:
    """What one stack manages, on whatever systems, and which of its writes were cut off.

    Attributes:
        held: The objects that it manages.
        changing: The tokens of the objects whose change or delete is under way or was cut off, with their resources.
            The engine drops these notes with its next write to the state.
    """

    def __init__(self, deployment: Deployment) -> None:
        self.held = [
            Held(
                str(each["urn"]),
                str(each["type"]),
                str(each.get("id", "")),
                each.get("outputs") or {},
                bool(each.get("pendingReplacement")),
            )
            for each in deployment.get("resources") or ()
            # What a program only reads is in its state too, and belongs to whoever manages it.
            if str(each.get("type")).startswith(OURS) and not each.get("external")
        ]
        pending = [(each.get("type"), each["resource"]) for each in deployment.get("pending_operations") or ()]
        self._creating = [
            (str(resource["urn"]), resource.get("inputs") or {}) for verb, resource in pending if verb == "creating"
        ]
        self.changing = {
            token: str(resource["urn"])
            for verb, resource in pending
            if verb in ("updating", "deleting") and (token := token_in(resource.get("outputs") or {}))
        }

    @cached_property
    def creating(self) -> frozenset[str]:
        """The tokens of the creates that are under way or were cut off."""
        return frozenset(str(inputs[TOKEN]) for _, inputs in self._creating if inputs.get(TOKEN))

    def cut_off(self, urn: str) -> dict[str, Mapping[str, Any]]:
        """Return the inputs of the creates of a resource that were cut off, by their tokens, without secrets."""
        cut_off = [inputs for of, inputs in self._creating if of == urn and inputs.get(TOKEN)]
        # What is encrypted equals nothing that a row can have.
        return {
            str(inputs[TOKEN]): {name: value for name, value in inputs.items() if not _is_encrypted(value)}
            for inputs in cut_off
        }

    def at(self, place: Place) -> Iterable[Held]:
        """Return what lives by a row of one system or another."""
        return self._places.get(place, ())

    def bearing(self, token: str) -> list[Held]:
        """Return what a token belongs to; an object without one is never meant."""
        return self._tokens.get(token, []) if token else []

    def of(self, urn: str) -> Held | None:
        """Return the object of a resource."""
        return next(
            (each for each in self._by_type.get(type_in(urn), ()) if each.urn == urn and not each.leaving), None
        )

    def of_type(self, type: str) -> Iterable[Held]:
        """Return all objects of a type."""
        return self._by_type.get(type, ())

    @cached_property
    def origins(self) -> list[Mapping[str, Any]]:
        """By which provider and on which VergeOS its objects were made, each pair once."""
        return list(
            {(o.get("provider"), o["system"]): o for each in self.held if "system" in (o := each.origin)}.values()
        )

    @cached_property
    def _by_type(self) -> dict[str, list[Held]]:
        found: dict[str, list[Held]] = {}
        for each in self.held:
            found.setdefault(each.type, []).append(each)
        return found

    @cached_property
    def _places(self) -> dict[Place, list[Held]]:
        found: dict[Place, list[Held]] = {}
        for each in self.held:
            if each.place and not each.leaving:
                found.setdefault(each.place, []).append(each)
        return found

    @cached_property
    def _tokens(self) -> dict[str, list[Held]]:
        found: dict[str, list[Held]] = {}
        for each in self.held:
            found.setdefault(token_in(each.outputs), []).append(each)
        return found


class States:
    """The states that this process has read, each once unless it has to be that of the moment.

    Args:
        export: Returns the state of a stack, or None where there is no such stack.
        found: Receives the state of the stack that runs when it is first read.
    """

    def __init__(
        self,
        export: Callable[[str], Deployment | None] | None = None,
        found: Callable[[StackState], None] = lambda state: None,
    ) -> None:
        self._export = export or export_stack
        self._found = found
        self._read: dict[str, StackState | EngineError | None] = {}
        self._told: set[str] = set()
        self._lock = threading.Lock()  # kept while the CLI answers

    def of(self, stack: str, *, now: bool = False) -> StackState:
        """Return the state of the stack that runs, asked for once unless it has to be that of this moment.

        Args:
            stack: ``organization/project/stack``.
            now: Whether what this run has done since counts.

        Raises:
            EngineError: It cannot be read.
        """
        state = self.find(stack, now=now)
        if state is None:
            # It runs, so it exists: the CLI looks for it in another backend than the one that runs us.
            raise EngineError(f"the state of the stack {stack} cannot be read: there is no stack of that name")
        with self._lock:
            if stack not in self._told:
                self._told.add(stack)
                self._found(state)
        return state

    def read_ahead(self, stack: str) -> None:
        """Begin to read the state of the stack that runs, of which the call is going to ask when it has the time."""
        if stack not in self._read and not self._lock.locked():
            threading.Thread(target=self._read_ahead, args=(stack,), name="read-ahead", daemon=True).start()

    def _read_ahead(self, stack: str) -> None:
        with contextlib.suppress(EngineError):  # it is kept for those who ask
            self.find(stack)

    def known(self, stack: str) -> StackState | None:
        """Return the state of a stack if it has been read already."""
        state = self._read.get(stack)
        return state if isinstance(state, StackState) else None

    def find(self, stack: str, *, now: bool = False) -> StackState | None:
        """Return the state of a stack, None where there is no such stack.

        Raises:
            EngineError: It cannot be read.
        """
        with self._lock:
            known = self._read.get(stack)
            if now or stack not in self._read:
                try:
                    deployment = self._export(stack)
                    state = None if deployment is None else StackState(deployment)
                except EngineError as error:
                    if isinstance(known, StackState):
                        raise  # what has been read stays known
                    # It takes its time to fail, too, and a run asks for each of its new resources.
                    self._read[stack] = error
                    raise
                known = self._read[stack] = state
        if isinstance(known, EngineError):
            raise known
        return known


def owner_in(urn: str) -> str:
    """Return ``project/stack`` of a resource."""
    stack, project = urn.split("::")[:2]
    return f"{project}/{stack.rpartition(':')[2]}"


def type_in(urn: str) -> str:
    """Return the type of a resource, without those of its parents."""
    return urn.split("::")[2].rpartition("$")[2]


def _is_encrypted(value: Any) -> bool:
    """Say whether there is a secret in a value, at any depth."""
    if isinstance(value, Mapping):
        return SIGNATURE in value or any(map(_is_encrypted, value.values()))
    return isinstance(value, list) and any(map(_is_encrypted, value))
