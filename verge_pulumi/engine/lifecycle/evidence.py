"""What proves whose a row is, apart from the row: the states of stacks, interrupted attempts, and this very run.

A provider is handed one resource at a time and never the state as a whole. The CLI that runs the program can be asked
for that: ``pulumi stack export`` takes some 0.2 s, works while an update is under way, and needs no passphrase, since
nothing is decrypted. It lists every object that a stack holds, and the creates that were cut off together with the
inputs that they had, their tokens included.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from verge_pulumi.client import printable
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.journal import Attempt, Journal
from verge_pulumi.engine.lifecycle.ownership import TOKEN, token_in
from verge_pulumi.engine.runtime import provider_process

Place = tuple[str, str]
"""Table and key of a row."""

Deployment = Mapping[str, Any]
"""A state as ``pulumi stack export`` writes it, below ``deployment``."""

ORIGIN = "__origin"
"""Hidden output: which provider and which VergeOS the object was made with."""

OURS = "pulumi-python:dynamic/vergeos:"
"""How the types of this package's resources begin."""

EXPORT_PAUSE = 0.3
"""Seconds after which an export that failed is tried again, twice at most."""

EXPORT_TIMEOUT = 120.0
"""Seconds that an export may take; one of 3,000 resources takes about one."""


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

    def cut_off(self, urn: str) -> dict[str, Mapping[str, Any]]:
        """Return the inputs of the creates of a resource that were cut off, by their tokens; secrets are encrypted."""
        return {str(inputs[TOKEN]): inputs for of, inputs in self._creating if of == urn and inputs.get(TOKEN)}

    def at(self, place: Place) -> Iterable[Held]:
        """Return what lives by a row of one system or another."""
        return self._places.get(place, ())

    def bearing(self, token: str) -> list[Held]:
        """Return what a token belongs to; an object without one is never meant."""
        return self._tokens.get(token, []) if token else []

    def of(self, urn: str) -> Held | None:
        """Return the object of a resource."""
        return next(
            (each for each in self._by_type.get(_type_in(urn), ()) if each.urn == urn and not each.leaving), None
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


class Evidence:
    """Decides by states, by the journal and by what this process has done; one for each connection.

    Args:
        journal: The attempts that this machine has begun.
        export: Returns the state of a stack, or None where there is no such stack.
        provider: The explicit provider of the connection, "" for the default one.

    Attributes:
        journal: As given.
        made: Rows that creates of this process have made.
        claimed: Rows that creates of this process have made or taken over, with the token that each bears.
        replacing: Rows that are deleted in this run before their successor is created.
        system: The identity of the system that the connection leads to, "" as long as nobody asked.
    """

    def __init__(
        self, journal: Journal, export: Callable[[str], Deployment | None] | None = None, *, provider: str = ""
    ) -> None:
        self.journal = journal
        self._provider = provider
        self.made: set[Place] = set()
        self.claimed: dict[Place, str] = {}
        self.replacing: set[Place] = set()
        self.system = ""
        self._tokens: set[str] = set()
        self._export = export or export_stack
        self._states: dict[str, StackState | EngineError | None] = {}
        self._unique: dict[str, tuple[str, ...] | None] = {}
        self._warned: set[str] = set()
        self._changing: dict[str, str] = {}
        self._unclear: set[str] | None = None
        self._reading_states = threading.Lock()  # kept while the CLI answers
        self._lock = threading.Lock()

    def state(self, stack: str, *, now: bool = False) -> StackState:
        """Return the state of this stack, asked for once unless it has to be that of this moment.

        Args:
            stack: ``organization/project/stack``.
            now: Whether what this run has done since counts.

        Raises:
            EngineError: It cannot be read.
        """
        state = self._state(stack, now=now)
        if state is None:
            # It runs, so it exists: the CLI looks for it in another backend than the one that runs us.
            raise EngineError(f"the state of the stack {stack} cannot be read: there is no stack of that name")
        return state

    def held_at(self, place: Place, stack: str) -> Held | None:
        """Return what of this stack lives by a row of this system."""
        return self._here(self.state(stack).at(place))

    def held_as(self, urn: str, id: str, stack: str) -> Held | None:
        """Return what of this stack has an id on this system and the type of a resource, that one itself included."""
        same = self.state(stack).of_type(_type_in(urn))
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
        state = self._state(f"{organization}/{owner}")
        # Pulumi Cloud may answer an old name with the renamed stack; the URNs tell.
        return state is None or all(each.stack == here for each in state.bearing(token))

    def interrupted(self, urn: str, stack: str, *, now: bool = False) -> dict[str, Mapping[str, Any]]:
        """Return the creates of a resource that were cut off, and that no later one has made up for.

        Returns:
            Their inputs by their tokens; {} for those that only the journal knows.
        """
        pending = self.state(stack, now=now).cut_off(urn)
        return {token: pending.get(token, {}) for token in (self._noted(urn) | pending.keys()) - self._spent}

    def made_up_for(self, urn: str, stack: str) -> None:
        """Note that a resource exists, so that its creates which were cut off prove nothing any more."""
        state = self._states.get(stack)
        pending = state.cut_off(urn) if isinstance(state, StackState) else {}
        if tokens := (self._noted(urn) | pending.keys()) - self._spent:
            self.journal.spend(tokens)
            self._spent |= tokens

    def is_unclear(self, token: str, stack: str) -> bool:
        """Say whether a change or the delete of an object was cut off, so that it may be gone or half changed.

        That is told by the journal of this machine, and by the state as it was before this run wrote to it.
        """
        if self._unclear is None:
            self._unclear = self._cut_off_changes(stack)
        return bool(token) and token in self._unclear

    def _cut_off_changes(self, stack: str) -> set[str]:
        noted = {each.token for each in self._attempts if each.verb == "change"}
        try:
            self.state(stack)
        except EngineError as error:
            self.warn_once(f"writes that were cut off on another machine cannot be recognised: {error}")
        for token, urn in self._changing.items():
            # For the processes that follow this one, such as that of the update after this preview.
            self.journal.keep(urn, token)
        return noted | self._changing.keys()

    def _noted(self, urn: str) -> set[str]:
        return {each.token for each in self._attempts if each.verb == "create" and each.urn == urn}

    @cached_property
    def _attempts(self) -> list[Attempt]:
        """The attempts on this machine that were cut off before this process began to look."""
        return self.journal.cut_off()

    @cached_property
    def _spent(self) -> set[str]:
        return self.journal.spent()

    def knows(self, token: str, stack: str) -> bool:
        """Say whether a token is that of an object of this stack, or of one that this process has made."""
        if token in self._tokens or self.state(stack).bearing(token):
            return True
        # Another provider's process of this run may have made it since.
        return bool(self.state(stack, now=True).bearing(token))

    def token_at(self, place: Place, stack: str) -> str:
        """Return the token of a row as this process or a state that it has read already tells; "" if neither does."""
        if place in self.claimed:
            return self.claimed[place]
        state = self._states.get(stack)
        held = self._here(state.at(place)) if isinstance(state, StackState) else None
        return token_in(held.outputs) if held else ""

    def claim(self, place: Place, token: str, *, made: bool) -> bool:
        """Note that a create makes a row its own.

        Args:
            place: The row.
            token: The token of the create.
            made: Whether it has made the row, rather than taken it over.

        Returns:
            Whether it may; not if another create of this process has it.
        """
        with self._lock:
            if self.claimed.setdefault(place, token) != token:
                return False
            self._tokens.add(token)
            if made:
                self.made.add(place)
            return True

    def release(self, place: Place) -> None:
        """Note that a create has not got a row after all, or has removed it again."""
        with self._lock:
            self._tokens.discard(self.claimed.pop(place, ""))
            self.made.discard(place)

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
            for each in self.state(stack).of_type(_type_in(urn))
            if each.urn != urn
            and not each.leaving
            and self._is_here(each)
            and recorded(each) == unique
            and self._unique.get(each.urn, unique) == unique
        ]

    def _here(self, found: Iterable[Held]) -> Held | None:
        return next((each for each in found if self._is_here(each)), None)

    def _is_here(self, held: Held) -> bool:
        """Say whether an object is on this system: made by the same provider, or by another one of it."""
        origin = held.origin
        return origin.get("provider", self._provider) == self._provider or origin.get("system") == self.system

    def _state(self, stack: str, *, now: bool = False) -> StackState | None:
        with self._reading_states:
            known = self._states.get(stack)
            if now or stack not in self._states:
                try:
                    deployment = self._export(stack)
                    state = None if deployment is None else StackState(deployment)
                except EngineError as error:
                    if isinstance(known, StackState):
                        raise  # what has been read stays known
                    # It takes its time to fail, too, and a run asks for each of its new resources.
                    self._states[stack] = error
                    raise
                if state and not isinstance(known, StackState):
                    self._changing |= state.changing
                known = self._states[stack] = state
        if isinstance(known, EngineError):
            raise known
        return known

    def warn_once(self, text: str) -> None:
        """Tell what holds for all resources of this run at the first of them."""
        with self._lock:
            if text in self._warned:
                return
            self._warned.add(text)
        provider_process.log(text, warning=True)


def owner_in(urn: str) -> str:
    """Return ``project/stack`` of a resource."""
    stack, project = urn.split("::")[:2]
    return f"{project}/{stack.rpartition(':')[2]}"


def _type_in(urn: str) -> str:
    """Return the type of a resource, without those of its parents."""
    return urn.split("::")[2].rpartition("$")[2]


def export_stack(stack: str) -> Deployment | None:
    """Ask the CLI that runs this process for the state of a stack.

    Args:
        stack: ``organization/project/stack``.

    Returns:
        The state; None where there is no such stack.

    Raises:
        EngineError: It cannot be read.
    """
    started = time.monotonic()
    for last in (False, False, True):
        try:
            done = _run_export(stack)
            if done.returncode == 0:
                deployment = json.loads(done.stdout)["deployment"]
                provider_process.log(f"read the state of {stack} in {time.monotonic() - started:.1f} s", ephemeral=True)
                return deployment if isinstance(deployment, dict) else {}
            if "no stack named" in done.stderr:
                return None
            reason = done.stderr.strip().rpartition("\n")[2]
        except (OSError, subprocess.TimeoutExpired, ValueError, KeyError, TypeError) as error:
            reason = str(error)
        if not last:
            time.sleep(EXPORT_PAUSE)  # the engine may have been writing the very file
    raise EngineError(f"the state of the stack {stack} cannot be read ({printable(reason)}). Try again")


def _run_export(stack: str) -> subprocess.CompletedProcess[str]:
    # The options of the command that runs us are not meant for this one.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_OPTION_")}
    return subprocess.run(  # noqa: S603  the CLI that runs us
        [_cli(), "stack", "export", "--non-interactive", "--stack", stack],
        env=environment | {"PULUMI_SKIP_UPDATE_CHECK": "true"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=EXPORT_TIMEOUT,
    )


def _cli() -> str:
    """Return the CLI that runs this process, found among its ancestors, else the one on the PATH."""
    pid = os.getppid()
    while pid > 1:
        try:
            program = Path(f"/proc/{pid}/exe").readlink()
            parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            break
        if program.name == "pulumi":
            return str(program)
        pid = parent
    return shutil.which("pulumi") or "pulumi"
