"""A small model of Pulumi's engine that drives the real providers in process.

It does what the engine was seen to do: check, diff, then leave, update, or delete and create again, in the order of
dependencies; delete what left the program, the dependants first; save nothing of a create that fails, unless the
provider reported that the object exists; keep the creates that were cut off together with it as pending operations.
Every command is a process of its own, with new providers and a new connection, and may be killed at any request.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any, Literal, TypeVar, cast
from unittest.mock import patch

from pulumi.output import UNKNOWN

from tests.providers.bench import Time
from verge_pulumi import resources
from verge_pulumi.client import NoAnswer, VergeError
from verge_pulumi.client.transport import Stream, Transport
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.connecting.settings import Settings
from verge_pulumi.engine.declaring.attributes import Reference
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.hidden import NAME, ORGANIZATION, OWNER
from verge_pulumi.engine.declaring.values import RowPath
from verge_pulumi.engine.errors import Reported
from verge_pulumi.engine.lifecycle.frame import DeclaredProvider
from verge_pulumi.engine.loader import load
from verge_pulumi.engine.ownership.evidence import Evidence
from verge_pulumi.engine.ownership.journal import Journal
from verge_pulumi.engine.runtime import provider_process
from verge_pulumi.simulator import Simulator
from verge_pulumi.simulator.faults import Fault

T = TypeVar("T")
Properties = dict[str, Any]
Moment = Literal["before", "after"]

PROJECT = "shop"
ORGANISATION = "organization"
SILENCE = 30.0
"""Seconds that pass, on the model's clock, until a request that is never answered is given up."""

_open: Callable[..., Stream] = Transport.open


class Killed(BaseException):
    """The provider's process is dead; no code of its own handles that."""


class Failed(Exception):
    """A call of a provider failed.

    Attributes:
        saved: What the provider asked the engine to save all the same: id and outputs.
    """

    def __init__(self, text: str, saved: tuple[str, Properties] | None) -> None:
        super().__init__(text)
        self.saved = saved


@dataclass(frozen=True)
class Declared:
    """A resource as the program declares it.

    Attributes:
        kind: Its class.
        arguments: Its arguments; a reference is the name of another resource of the program.
        depends_on: Names of what else it comes after.
    """

    kind: str
    arguments: Mapping[str, Any]
    depends_on: tuple[str, ...] = ()

    @property
    def declaration(self) -> Declaration:
        """What its class declares."""
        declaration: Declaration = getattr(resources, self.kind).declaration
        return declaration

    @property
    def references(self) -> dict[str, str]:
        """The arguments that name another resource."""
        inputs = self.declaration.inputs
        return {name: value for name, value in self.arguments.items() if isinstance(inputs[name], Reference)}

    @property
    def needs(self) -> set[str]:
        """The names of all that it comes after."""
        return {*self.references.values(), *self.depends_on}


@dataclass(frozen=True)
class Saved:
    """A resource as the state holds it."""

    declared: Declared
    id: str
    inputs: Properties
    outs: Properties
    unfinished: bool = False
    """What the engine calls ``initErrors``: the next ``up`` updates it whatever the diff says."""
    leaving: bool = False
    """What the engine calls ``pendingReplacement``: it is deleted, and its successor is not created yet."""


@dataclass(frozen=True)
class Kill:
    """Where a process dies.

    Attributes:
        request: The number of the request, from 1.
        when: Before it is sent, or after VergeOS answered it.
        alone: Whether the engine lives on, which then keeps nothing of a create.
    """

    request: int
    when: Moment
    alone: bool = False


@dataclass
class Result:
    """How a command ended.

    Attributes:
        error: What people read if it failed.
        killed: Whether the process died.
        steps: The operation on each resource, in order.
    """

    error: str = ""
    killed: bool = False
    steps: list[tuple[str, str]] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether it went to its end without an error."""
        return not (self.error or self.killed)

    @property
    def changes(self) -> list[tuple[str, str]]:
        """The operations that were not ``same``."""
        return [step for step in self.steps if step[0] != "same"]


_seeds = itertools.count()


class Process:
    """A provider's process, as a context manager."""

    def __init__(self, simulator: Simulator, evidence: Evidence, kill: Kill | None, hang: Fault | None) -> None:
        self.time = Time()
        self.time.drives(simulator)
        settings = Settings(host=simulator.url, api_key=simulator.api_key)
        self.connection = Connection(settings, self.time.clock(), evidence=evidence)
        self.requests = 0
        self.result = Result()
        self.engine_lives = kill is not None and kill.alone
        self._kill = kill
        self._hang = hang
        self._saved: tuple[str, Properties] | None = None

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Be the process that sends requests and reports to the engine."""
        with (
            patch.object(Transport, "open", lambda *args, **options: self._send(*args, **options)),
            patch.object(provider_process, "report_initialisation_failed", self._save),
            contextlib.closing(self.connection.client),
        ):
            yield

    def provider(self, kind: str) -> DeclaredProvider[Any]:
        """Return the provider of a kind of resource, configured."""
        provider = cast("DeclaredProvider[Any]", load(kind))
        provider.connection = self.connection
        return provider

    def call(self, urn: str, method: Callable[..., T], *args: Any, old_inputs: Properties | None = None) -> T:
        """Call a provider's method as the dynamic host does.

        Args:
            urn: The resource.
            method: The method.
            args: Its arguments.
            old_inputs: The inputs in the state.

        Raises:
            Failed: It failed.
            Killed: The process died meanwhile, so that its answer is lost.
        """
        self._saved = None
        seed = f"seed {next(_seeds)}".encode()
        try:
            with (
                patch.object(provider_process, "urn", lambda: urn),
                patch.object(provider_process, "random_seed", lambda: seed),
                patch.object(provider_process, "old_input", lambda name: str((old_inputs or {}).get(name, ""))),
            ):
                result = method(*map(carried, args))
        except Reported as error:
            if self.result.killed:
                raise Killed from None
            raise Failed(str(error), self._saved) from error
        if self.result.killed:
            raise Killed
        return result

    def _save(self, id: str, outs: Mapping[str, Any], reason: str) -> bool:
        self._saved = id, carried(dict(outs))
        return True

    def _send(self, transport: Transport, request: Any, *args: Any, **options: Any) -> Stream:
        if self.result.killed:
            raise Killed
        self.requests += 1
        when = self._kill.when if self._kill and self._kill.request == self.requests else None
        if when == "after":
            with contextlib.suppress(VergeError):
                _open(transport, request, *args, **options).close()
        if when:
            self.result.killed = True
            raise Killed
        if self._hang and self._hang.hits(request.method, request.path):
            if self._hang.when == "after":
                _open(transport, request, *args, **options).close()
            self.time.sleep(SILENCE)
            raise NoAnswer(f"nothing was heard for {SILENCE:g} s", **request.perhaps_applied())
        return _open(transport, request, *args, **options)


class World:
    """What is there once for all stacks of a person: the backend of their states, and this machine's journal."""

    def __init__(self, journal: Path | None = None) -> None:
        self.stacks: list[Stack] = []
        self._journal = journal

    def evidence(self) -> Evidence:
        """Return what a new process goes by; every earlier one has ended."""
        return Evidence(Journal(self._journal, alive=lambda pid: False), self._export)

    def _export(self, name: str) -> dict[str, Any] | None:
        found = [stack for stack in self.stacks if f"{ORGANISATION}/{stack.owner}" == name]
        return found[0].export() if found else None


class Stack:
    """A program, its state, and the commands that bring them together.

    Attributes:
        name: The stack's name.
        program: What the program declares, by resource name.
        state: What the engine knows to exist, by resource name, what is depended on first.
        pending: The creates that were cut off together with the engine: resource name, kind and inputs of each.
        hang: Which requests of its processes are never answered.
    """

    def __init__(self, simulator: Simulator, name: str, world: World | None = None) -> None:
        self.name = name
        self.program: dict[str, Declared] = {}
        self.state: dict[str, Saved] = {}
        self.pending: list[tuple[str, str, Properties]] = []
        self.hang: Fault | None = None
        self._simulator = simulator
        self._world = world or World()
        self._world.stacks.append(self)

    @property
    def owner(self) -> str:
        """``project/stack``, as marks have it."""
        return f"{PROJECT}/{self.name}"

    def urn(self, name: str, kind: str) -> str:
        """Return the URN of a resource."""
        return f"urn:pulumi:{self.name}::{PROJECT}::{_type(kind)}::{name}"

    def export(self) -> dict[str, Any]:
        """Return what ``pulumi stack export`` writes below ``deployment``."""
        return {
            "resources": [
                {
                    "urn": self.urn(name, saved.declared.kind),
                    "type": _type(saved.declared.kind),
                    "id": saved.id,
                    "inputs": saved.inputs,
                    "outputs": saved.outs,
                    "pendingReplacement": saved.leaving,
                }
                for name, saved in self.state.items()
            ],
            "pending_operations": [
                {"type": "creating", "resource": {"urn": self.urn(name, kind), "inputs": inputs}}
                for name, kind, inputs in self.pending
            ],
        }

    def up(
        self, kill: Kill | None = None, *, replace: Iterable[str] = (), simulator: Simulator | None = None
    ) -> Result:
        """Run ``pulumi up --skip-preview``.

        Args:
            kill: Where its process dies.
            replace: Resources named by ``--replace``.
            simulator: The VergeOS that answers at the address now.
        """
        return self._run(lambda process: self._up(process, set(replace)), kill, simulator)

    def refresh(self, kill: Kill | None = None, *, simulator: Simulator | None = None) -> Result:
        """Run ``pulumi refresh``."""
        return self._run(self._refresh, kill, simulator)

    def destroy(self, kill: Kill | None = None, *, simulator: Simulator | None = None) -> Result:
        """Run ``pulumi destroy``."""
        return self._run(self._destroy, kill, simulator)

    def _run(self, command: Callable[[Process], None], kill: Kill | None, simulator: Simulator | None = None) -> Result:
        process = Process(simulator or self._simulator, self._world.evidence(), kill, self.hang)
        try:
            with process.running():
                command(process)
        except Failed as failure:
            process.result.error = str(failure)
        except Killed:
            pass  # the result says so
        return process.result

    def _call(self, process: Process, name: str, kind: str, method: str, *args: Any) -> Any:
        saved = self.state.get(name)
        known = saved.inputs if saved and method in ("diff", "update", "delete") else None
        return process.call(self.urn(name, kind), getattr(process.provider(kind), method), *args, old_inputs=known)

    def _up(self, process: Process, forced: set[str]) -> None:
        order = TopologicalSorter({name: declared.needs for name, declared in self.program.items()})
        for name in order.static_order():
            self._step(process, name, self.program[name], forced=name in forced)
        for name in [name for name in reversed(self.state) if name not in self.program]:
            self._delete(process, name)

    def _refresh(self, process: Process) -> None:
        for name, saved in list(self.state.items()):
            if saved.leaving:
                continue
            result = self._call(process, name, saved.declared.kind, "read", saved.id, saved.outs)
            process.result.steps.append(("refresh", name))
            if not result.id:
                del self.state[name]
                continue
            outs, inputs = carried(result.outs), carried(result.inputs)
            self.state[name] = replace(saved, inputs=inputs, outs=outs, unfinished=False)

    def _destroy(self, process: Process) -> None:
        for name in list(reversed(self.state)):
            self._delete(process, name)

    def _step(self, process: Process, name: str, declared: Declared, *, forced: bool) -> None:
        saved = self.state.get(name)
        known = saved is not None and not saved.leaving
        inputs = self._checked(process, name, declared, {} if saved is None or forced else saved.inputs)
        if saved is None:
            self._create(process, name, declared, inputs)
        elif saved.leaving:
            self._create(process, name, declared, self._checked(process, name, declared, {}))
        elif forced:
            self._replace(process, name, declared, inputs)
        elif known:
            diff = self._call(process, name, declared.kind, "diff", saved.id, saved.outs, inputs)
            changed = saved.inputs != inputs if diff.changes is None else diff.changes
            if changed and diff.replaces:
                self._replace(process, name, declared, self._checked(process, name, declared, {}))
            elif changed or saved.unfinished:
                self._update(process, name, declared, inputs)
            else:
                process.result.steps.append(("same", name))
                self._save(name, replace(saved, declared=declared, inputs=inputs))

    def _checked(self, process: Process, name: str, declared: Declared, olds: Properties) -> Properties:
        checked = self._call(process, name, declared.kind, "check", olds, self._resolved(name, declared))
        if checked.failures:
            raise Failed("; ".join(failure.reason for failure in checked.failures), None)
        inputs: Properties = carried(checked.inputs)
        return inputs

    def _replace(self, process: Process, name: str, declared: Declared, inputs: Properties) -> None:
        for dependant in self._replaced_with(process, name):
            self._delete(process, dependant, leaving=True)
        self._delete(process, name, leaving=True)
        self._create(process, name, declared, inputs)

    def _create(self, process: Process, name: str, declared: Declared, inputs: Properties) -> None:
        process.result.steps.append(("create", name))
        operation = (name, declared.kind, inputs)
        self.pending.append(operation)
        try:
            with self._saving(name, declared, inputs):
                result = self._call(process, name, declared.kind, "create", inputs)
                self._save(name, Saved(declared, result.id, inputs, carried(result.outs)))
        except Killed:
            if process.engine_lives:
                self.pending.remove(operation)
            raise
        except Failed:
            self.pending.remove(operation)
            raise
        self.pending.remove(operation)

    def _update(self, process: Process, name: str, declared: Declared, inputs: Properties) -> None:
        process.result.steps.append(("update", name))
        saved = self.state[name]
        with self._saving(name, declared, inputs):
            result = self._call(process, name, declared.kind, "update", saved.id, saved.outs, inputs)
            self._save(name, Saved(declared, saved.id, inputs, carried(result.outs)))

    def _delete(self, process: Process, name: str, *, leaving: bool = False) -> None:
        saved = self.state[name]
        if not saved.leaving:
            process.result.steps.append(("delete", name))
            self._call(process, name, saved.declared.kind, "delete", saved.id, saved.outs)
        if leaving:
            self.state[name] = replace(saved, leaving=True)
        else:
            del self.state[name]

    @contextlib.contextmanager
    def _saving(self, name: str, declared: Declared, inputs: Properties) -> Iterator[None]:
        """Save what exists although the call failed."""
        try:
            yield
        except Failed as failure:
            if failure.saved:
                self._save(name, Saved(declared, failure.saved[0], inputs, failure.saved[1], unfinished=True))
            raise

    def _save(self, name: str, saved: Saved) -> None:
        self.state.pop(name, None)
        self.state[name] = saved

    def _resolved(self, name: str, declared: Declared) -> Properties:
        """Return the inputs that the program registers: of a resource that is referred to, the ``id``."""
        inputs = {**declared.arguments, OWNER: self.owner, NAME: name, ORGANIZATION: ORGANISATION}
        for argument, target in declared.references.items():
            saved = self.state[target]
            table = saved.declared.declaration.table
            wants_path = declared.declaration.inputs[argument].annotation is RowPath
            inputs[argument] = f"{table}/{saved.id}" if wants_path else saved.id
        return inputs

    def _replaced_with(self, process: Process, name: str) -> list[str]:
        """Return what must go before a resource that is deleted to be replaced, the last first.

        The engine asks each dependant's diff whether it could live with a new value that is not known yet.
        """
        gone = [name]
        for dependant, saved in self.state.items():
            if saved.leaving:
                continue
            unknown = {argument for argument, target in saved.declared.references.items() if target in gone}
            if unknown:
                inputs = saved.inputs | dict.fromkeys(unknown, UNKNOWN)
                diff = self._call(process, dependant, saved.declared.kind, "diff", saved.id, saved.outs, inputs)
                if diff.replaces:
                    gone.append(dependant)
        return gone[:0:-1]


def _type(kind: str) -> str:
    return f"pulumi-python:dynamic/vergeos:{kind}"


def carried(value: Any) -> Any:
    """Return a value as it comes out of the engine: numbers are floats, and what is None is left out of objects."""
    if isinstance(value, dict):
        return {name: carried(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [carried(inner) for inner in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
