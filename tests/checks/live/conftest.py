"""What the tests of live checks share: a system that programs are compared with, and the state of their stack."""

from __future__ import annotations

from typing import Any

import pytest

from tests.checks.conftest import Program, Said
from tests.declarations.conftest import here as environment
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership import states
from verge_pulumi.engine.ownership.mark import TOKEN
from verge_pulumi.engine.runtime import provider_process
from verge_pulumi.simulator import Simulator

here = environment

DEPLOYMENT = "urn:pulumi:dev::shop::"


def _begin() -> None:
    """Let what follows be a run of its own."""
    manager: Any = provider_process.run()[0]
    manager.clear()


class Live:
    """A program, the system that it is compared with, and the state of its stack."""

    def __init__(self, simulator: Simulator, said: Said) -> None:
        self.simulator = simulator
        self._said = said
        self.resources: list[dict[str, Any]] = []
        self.pending: list[dict[str, Any]] = []
        self.unreadable = ""

    def holds(self, kind: type[BaseResource], name: str, key: Any, /, **outputs: Any) -> dict[str, Any]:
        """Let the state have a row as a resource."""
        declaration = kind.declaration
        (system,) = self.simulator.rows("system")
        resource = {
            "urn": f"{DEPLOYMENT}{declaration.type_token}::{name}",
            "type": declaration.type_token,
            "id": str(key),
            "outputs": {
                "location": f"/v4/{declaration.table}/{key}",
                "__origin": {"provider": "", "system": system["id"], "host": self.simulator.url},
                **outputs,
            },
        }
        self.resources.append(resource)
        return resource

    def was_cut_off(self, kind: type[BaseResource], name: str, token: str) -> None:
        """Let the state note a create that was cut off."""
        resource = {"urn": f"{DEPLOYMENT}{kind.declaration.type_token}::{name}", "inputs": {TOKEN: token}}
        self.pending.append({"type": "creating", "resource": resource})

    def export(self, stack: str) -> dict[str, Any]:
        """Return the state as the CLI exports it."""
        assert stack == "organization/shop/dev"
        if self.unreadable:
            raise EngineError(self.unreadable)
        return {"resources": self.resources, "pending_operations": self.pending}

    def error(self, program: Program) -> str:
        """Run a program that must be refused, and return what it was told."""
        _begin()
        return self._said.error(program)

    def warnings(self, program: Program) -> list[str]:
        """Run a program that must not be refused, and return of what it was warned."""
        _begin()
        return self._said.warnings(program)

    def lists(self) -> list[str]:
        """Return the tables that were listed since this was last called, and the rows that were read."""
        return sorted(path for path in self.requests() if not path.endswith("/$table"))

    def requests(self) -> list[str]:
        """Return what was asked for since this was last called."""
        asked = [request.path.removeprefix("/api/v4/") for request in self.simulator.requests()]
        assert all(request.verb == "GET" for request in self.simulator.requests())
        self.simulator.reset("log")
        return asked


@pytest.fixture
def live(simulator: Simulator, here: None, said: Said, monkeypatch: pytest.MonkeyPatch) -> Live:
    """A new stack on a fresh system, of which the live checks are wanted."""
    monkeypatch.setenv("VERGEOS_LIVE_CHECKS", "true")
    stack = Live(simulator, said)
    monkeypatch.setattr(states, "export_stack", stack.export)
    return stack
