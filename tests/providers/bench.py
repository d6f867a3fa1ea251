"""A provider process in miniature: providers on one connection, called as Pulumi's dynamic host calls them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pulumi.output import Unknown

from verge_pulumi.engine.connection import Connection, Settings
from verge_pulumi.engine.loader import load
from verge_pulumi.engine.provider import DeclaredProvider
from verge_pulumi.engine.waiting import Clock
from verge_pulumi.simulator import Request, Simulator

Properties = dict[str, Any]

OWNER = "shop/dev"

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

    def inputs_with(self, **changes: Any) -> Any:
        """Return what the program says after a change, as `check` leaves it."""
        return hosted(self.bench.check(self.kind, {**self.inputs, **changes}))

    def diff(self, **changes: Any) -> Any:
        """Compare the state with the changed program."""
        return self.bench.provider(self.kind).diff(self.id, self.outs, self.inputs_with(**changes))

    def up(self, **changes: Any) -> None:
        """Run ``pulumi up`` after a change of the program."""
        inputs = self.inputs_with(**changes)
        self.outs = hosted(self.bench.provider(self.kind).update(self.id, self.outs, inputs).outs)
        self.inputs = inputs

    def read(self) -> Any:
        """Read it as a refresh does, the state left as it is."""
        return self.bench.provider(self.kind).read(self.id, self.outs)

    def refresh(self) -> None:
        """Run ``pulumi refresh``."""
        result = self.read()
        self.id, self.outs, self.inputs = result.id, hosted(result.outs), hosted(result.inputs)

    def destroy(self) -> None:
        """Run ``pulumi destroy``."""
        self.bench.provider(self.kind).delete(self.id, self.outs)

    def seen_by(self, bench: Bench) -> Managed:
        """Return it as a later process finds it in the state."""
        return Managed(bench, self.kind, self.id, dict(self.inputs), dict(self.outs))

    def row(self) -> dict[str, Any]:
        """Return its row as the simulator has it."""
        table = str(self.outs["location"]).split("/")[2]
        (row,) = [row for row in self.bench.simulator.rows(table) if str(row["$key"]) == self.id]
        return row


class Bench:
    """One run of a provider process against one simulator; two benches are two runs.

    Args:
        simulator: The VergeOS.
        settings: What the connection needs besides.
    """

    def __init__(self, simulator: Simulator, **settings: Any) -> None:
        self.simulator = simulator
        self.time = Time()
        given = {"host": simulator.url, "api_key": simulator.api_key, **settings}
        self.connection = Connection(Settings(**given), self.time.clock())

    def provider(self, kind: str) -> DeclaredProvider[Any]:
        """Return the provider of a kind of resource, configured."""
        provider: Any = load(kind)
        provider.connection = self.connection
        loaded: DeclaredProvider[Any] = provider
        return loaded

    def check(self, kind: str, inputs: Properties) -> Properties:
        """Return what `check` makes of the inputs, which it must accept."""
        result = self.provider(kind).check({}, hosted(inputs))
        assert [failure.reason for failure in result.failures] == []
        return result.inputs

    def create(self, kind: str, resource_name: str = "web", /, **arguments: Any) -> Managed:
        """Run ``pulumi up`` for a new resource."""
        hidden = {"__owner": OWNER, "__name": resource_name, "__provider": "text"}
        inputs = hosted(self.check(kind, {**arguments, **hidden}))
        result = self.provider(kind).create(inputs)
        return Managed(self, kind, result.id, inputs, hosted(result.outs))

    def share_clock(self) -> None:
        """Let the simulator's time pass with the provider's."""
        self.time.drives(self.simulator)

    def writes(self) -> list[Request]:
        """Return the applied requests since the log was emptied."""
        return [request for request in self.simulator.requests() if request.applied]

    def asked(self) -> list[tuple[str, str]]:
        """Return verb and path below ``/api/v4/`` of each request since the log was emptied."""
        return [(r.verb, r.path.removeprefix("/api/v4/")) for r in self.simulator.requests()]


def hosted(value: Any) -> Any:
    """Return properties as the dynamic host hands them over: every number is a float."""
    if isinstance(value, dict):
        return {name: hosted(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [hosted(inner) for inner in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value
