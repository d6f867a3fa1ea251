"""A provider process in miniature: providers on one connection, called as Pulumi's dynamic host calls them."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pulumi.output import Unknown

from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.connecting.settings import Settings
from verge_pulumi.engine.lifecycle.frame import DeclaredProvider
from verge_pulumi.engine.loader import load
from verge_pulumi.engine.ownership.evidence import Evidence
from verge_pulumi.engine.ownership.journal import Journal
from verge_pulumi.engine.reading.waiting import Clock
from verge_pulumi.engine.runtime import provider_process
from verge_pulumi.simulator import Request, Simulator

Properties = dict[str, Any]

OWNER = "shop/dev"

FULL_STACK = f"organization/{OWNER}"

_unknown: Any = Unknown  # has no types

UNKNOWN: Any = _unknown()
"""What an output is in a preview."""


class Time:
    """Time that passes only while something sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.meanwhile: Callable[[], object] = lambda: None
        """What happens during each sleep."""

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self.meanwhile()

    def drives(self, simulator: Simulator) -> None:
        """Let a simulator's time pass with it from now on."""
        apart = simulator.clock("manual") - self.now
        self.meanwhile = lambda: simulator.clock(advance=self.now + apart - simulator.clock())

    def clock(self) -> Clock:
        """Return the clock that shows it."""
        return Clock(lambda: self.now, self.sleep)


@dataclass
class Managed:
    """A resource as the state of a stack holds it."""

    bench: Bench
    kind: str
    id: str
    inputs: Properties
    outs: Properties

    @property
    def name(self) -> str:
        """Its name in the program."""
        return str(self.inputs.get("__name") or self.outs.get("__name") or "web")

    @property
    def urn(self) -> str:
        """The resource."""
        return urn_of(self.kind, self.name)

    def inputs_with(self, **changes: Any) -> Any:
        """Return what the program says after a change, as `check` leaves it."""
        return hosted(self.bench.check(self.kind, {**self.inputs, **changes}, self.inputs, name=self.name))

    def diff(self, **changes: Any) -> Any:
        """Compare the state with the changed program."""
        inputs = self.inputs_with(**changes)
        with serving(self.urn):
            return self.bench.provider(self.kind).diff(self.id, self.outs, inputs)

    def up(self, **changes: Any) -> None:
        """Run ``pulumi up`` after a change of the program."""
        self.bench.begin_run()
        inputs = self.inputs_with(**changes)
        with serving(self.urn):
            self.outs = hosted(self.bench.provider(self.kind).update(self.id, self.outs, inputs).outs)
        self.inputs = inputs

    def read(self) -> Any:
        """Read it as a refresh does, the state left as it is."""
        with serving(self.urn):
            return self.bench.provider(self.kind).read(self.id, self.outs)

    def refresh(self) -> None:
        """Run ``pulumi refresh``."""
        result = self.read()
        self.id, self.outs, self.inputs = result.id, hosted(result.outs), hosted(result.inputs)

    def destroy(self) -> None:
        """Run ``pulumi destroy``."""
        self.bench.begin_run()
        self.delete()

    def delete(self) -> None:
        """Delete it in the run that is under way."""
        with serving(self.urn):
            self.bench.provider(self.kind).delete(self.id, self.outs)
        self.bench.stack.forget(self)

    def cut_off(self) -> Managed:
        """Let the engine be killed right after the create, of which a later run knows the pending operation only."""
        self.bench.stack.forget(self)
        self.bench.stack.cut_off(self.urn, self.inputs)
        return self

    def seen_by(self, bench: Bench) -> Managed:
        """Return it as a later process finds it in the state."""
        seen = Managed(bench, self.kind, self.id, dict(self.inputs), dict(self.outs))
        bench.stack.hold(seen)
        return seen

    def row(self) -> dict[str, Any]:
        """Return its row as the simulator has it."""
        table = str(self.outs["location"]).split("/")[2]
        (row,) = [row for row in self.bench.simulator.rows(table) if str(row["$key"]) == self.id]
        return row


class Stack:
    """The state of a stack, as ``pulumi stack export`` writes it."""

    def __init__(self) -> None:
        self._held: dict[str, Managed] = {}
        self._pending: list[tuple[str, str, Properties]] = []

    def hold(self, managed: Managed) -> None:
        """Note a resource; the engine keeps the creates of it that were cut off before."""
        self._held[managed.urn] = managed

    def forget(self, managed: Managed) -> None:
        """Take a resource out, as a delete or ``pulumi state delete`` does."""
        self._held.pop(managed.urn, None)

    def all(self) -> list[Managed]:
        """Return the resources."""
        return list(self._held.values())

    def cut_off(self, urn: str, inputs: Properties) -> None:
        """Note a create that was cut off together with the engine."""
        self._pending.append(("creating", urn, {"inputs": inputs}))

    def cut_off_change(self, managed: Managed, verb: str) -> None:
        """Note a change (``updating`` or ``deleting``) that was cut off together with the engine."""
        self._pending.append((verb, managed.urn, {"inputs": managed.inputs, "outputs": managed.outs}))

    def write(self) -> None:
        """Drop the notes of changes, as the engine does when it writes to the state."""
        self._pending = [each for each in self._pending if each[0] == "creating"]

    def export(self) -> dict[str, Any]:
        """Return what ``pulumi stack export`` writes below ``deployment``."""
        return {
            "resources": [
                {"urn": urn, "type": _type(each.kind), "id": each.id, "inputs": each.inputs, "outputs": each.outs}
                for urn, each in self._held.items()
            ],
            "pending_operations": [
                {"type": verb, "resource": {"urn": urn, **properties}} for verb, urn, properties in self._pending
            ],
        }


class Bench:
    """One run of a provider process against one simulator; two benches are two runs.

    Args:
        simulator: The VergeOS.
        stack: The state of the stack; a new one if None.
        settings: Further settings of the connection.
    """

    def __init__(self, simulator: Simulator, stack: Stack | None = None, **settings: Any) -> None:
        self.simulator = simulator
        self.stack = stack or Stack()
        self.others: dict[str, Properties] = {}
        """What ``pulumi stack export`` tells of other stacks, by their full names."""
        self.journal = Journal(None)
        """What this machine noted of creates and deletes; of each evidence that begins after it is set."""
        self.time = Time()
        given = {"host": simulator.url, "api_key": simulator.api_key, **settings}
        self.connection = Connection(Settings(**given), self.time.clock(), evidence=self._evidence())

    def begin_run(self) -> None:
        """Forget what this run has created: what follows is a later one, which knows it from the state."""
        self.connection.evidence = self._evidence()

    def later(self, **settings: Any) -> Bench:
        """Return a later run of the same stack."""
        return Bench(self.simulator, self.stack, **settings)

    def _evidence(self) -> Evidence:
        return Evidence(self.journal, self._export)

    def _export(self, stack: str) -> Properties | None:
        return self.stack.export() if stack == FULL_STACK else self.others.get(stack)

    def provider(self, kind: str) -> DeclaredProvider[Any]:
        """Return the provider of a kind of resource, configured."""
        provider: Any = load(kind)
        provider.connection = self.connection
        loaded: DeclaredProvider[Any] = provider
        return loaded

    def check(self, kind: str, inputs: Properties, olds: Properties | None = None, *, name: str = "web") -> Properties:
        """Return what `check` makes of the inputs, which it must accept."""
        with serving(urn_of(kind, name)):
            result = self.provider(kind).check(olds or {}, hosted(inputs))
        assert [failure.reason for failure in result.failures] == []
        return result.inputs

    def create(self, kind: str, resource_name: str = "web", /, **arguments: Any) -> Managed:
        """Run ``pulumi up`` for a new resource."""
        return self.carry_out(kind, self.plan(kind, resource_name, **arguments))

    def plan(self, kind: str, resource_name: str = "web", /, **arguments: Any) -> Properties:
        """Return the inputs of a new resource, as `check` leaves them."""
        hidden = {"__owner": OWNER, "__name": resource_name, "__org": "organization", "__provider": "text"}
        inputs: Properties = hosted(self.check(kind, {**arguments, **hidden}, name=resource_name))
        return inputs

    def carry_out(self, kind: str, inputs: Properties) -> Managed:
        """Create what was planned."""
        with serving(urn_of(kind, inputs["__name"])):
            result = self.provider(kind).create(inputs)
        managed = Managed(self, kind, result.id, inputs, hosted(result.outs))
        self.stack.hold(managed)
        return managed

    def share_clock(self) -> None:
        """Let the simulator's time pass with the provider's."""
        self.time.drives(self.simulator)

    def writes(self) -> list[Request]:
        """Return the applied requests since the log was emptied."""
        return [request for request in self.simulator.requests() if request.applied]

    def asked(self) -> list[tuple[str, str]]:
        """Return verb and path below ``/api/v4/`` of each request since the log was emptied."""
        return [(r.verb, r.path.removeprefix("/api/v4/")) for r in self.simulator.requests()]


_seeds = itertools.count()


def urn_of(kind: str, name: str) -> str:
    """Return the URN of a resource of the stack."""
    project, _, stack = OWNER.partition("/")
    return f"urn:pulumi:{stack}::{project}::{_type(kind)}::{name}"


def _type(kind: str) -> str:
    return f"pulumi-python:dynamic/vergeos:{kind.rpartition(':')[2]}"


@contextlib.contextmanager
def serving(urn: str) -> Iterator[None]:
    """Be a call of the engine about a resource."""
    before = getattr(_served, "call", None)
    _served.call = (urn, f"seed {next(_seeds)}".encode(), getattr(_served, "allowed", None))
    try:
        yield
    finally:
        _served.call = before


@contextlib.contextmanager
def allowing(seconds: float) -> Iterator[None]:
    """Let the program's `custom_timeouts` be so many seconds for every call of the engine."""
    _served.allowed = seconds
    try:
        yield
    finally:
        _served.allowed = None


def _instead(name: str, index: int) -> None:
    """Let a function of `provider_process` answer by what `serving` says in its thread, if it says anything."""
    real = getattr(provider_process, name)

    def answer() -> Any:
        call = getattr(_served, "call", None)
        return call[index] if call else real()

    setattr(provider_process, name, answer)


_served = threading.local()
_instead("urn", 0)
_instead("random_seed", 1)
_instead("custom_timeout", 2)


def hosted(value: Any) -> Any:
    """Return properties as the dynamic host hands them over: every number is a float."""
    if isinstance(value, dict):
        return {name: hosted(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [hosted(inner) for inner in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
