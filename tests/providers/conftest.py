"""What the tests of the providers share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.providers.bench import Bench, Managed
from verge_pulumi.engine.runtime import provider_process
from verge_pulumi.simulator import Simulator


@dataclass(frozen=True)
class Saved:
    """What a provider asked the engine to save of a resource that is not complete."""

    id: str
    outs: dict[str, Any]
    reason: str


@pytest.fixture
def bench(simulator: Simulator) -> Iterator[Bench]:
    """A provider process that talks to a fresh VergeOS."""
    running = Bench(simulator)
    yield running
    running.connection.client.close()


@pytest.fixture
def lan(bench: Bench) -> Managed:
    """A stopped network."""
    return bench.create("Network", "lan", name="lan", network="10.0.0.0/24")


@pytest.fixture
def running(lan: Managed) -> Managed:
    """The network, running; the simulator's time passes with the provider's."""
    lan.bench.create("Power", "on", of=f"vnets/{lan.id}", state="running")
    lan.bench.share_clock()
    lan.bench.simulator.reset("log")
    return lan


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The lasting lines that people are shown; warnings begin with ``warning:``."""
    lines: list[str] = []

    def log(message: str, *, warning: bool = False, ephemeral: bool = False) -> None:
        if not ephemeral:
            lines.append(f"warning: {message}" if warning else message)

    monkeypatch.setattr(provider_process, "log", log)
    return lines


@pytest.fixture
def saved(monkeypatch: pytest.MonkeyPatch) -> list[Saved]:
    """The resources that an engine would have saved as not complete."""
    reports: list[Saved] = []

    def report(id: str, outs: dict[str, Any], reason: str) -> bool:
        reports.append(Saved(id, dict(outs), reason))
        return True

    monkeypatch.setattr(provider_process, "report_initialisation_failed", report)
    return reports


@pytest.fixture
def unanswered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Kill each process between the end of its calls and their answers: the engine gets none."""
    monkeypatch.setattr(provider_process, "when_answered", lambda act: None)
