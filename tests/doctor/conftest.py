"""A project in a folder, a command line of Pulumi that answers for it, and check-ups of it."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.cli.states import document
from tests.client.servers import HttpServer
from tests.providers.bench import OWNER, Bench, Managed
from verge_pulumi.cli.app import app
from verge_pulumi.simulator import Simulator

PULUMI = r"""#!/bin/sh
cd "$PROJECT"
stack=$(cat answers/selected)
for word; do case "$word" in --stack=*) stack=${word#--stack=} ;; esac; done
case "$1 $2 $3" in
  version*) cat answers/version ;;
  "whoami --json"*) cat answers/whoami 2>/dev/null && exit; cat answers/complaint >&2; exit 255 ;;
  "stack ls"*) cat answers/stacks || { echo "error: place 1: unexpected end of JSON input" >&2; exit 1; } ;;
  "stack --show-name --fully-qualify-stack-names")
    case "${stack#organization/shop/}" in
      dev|prod) echo "organization/shop/${stack#organization/shop/}" ;;
      "") echo "error: no stack selected; please use \`pulumi stack select\`" >&2; exit 1 ;;
      *) echo "error: no stack named '$stack' found" >&2; exit 6 ;;
    esac ;;
  "config --json --show-secrets") cat answers/config || { echo "error: incorrect passphrase" >&2; exit 255; } ;;
  "config --json"*) cat answers/plain || { echo "error: invalid YAML file: yaml: line 1" >&2; exit 1; } ;;
  "stack export"*) cat answers/state || { echo "error: reading checkpoint" >&2; exit 255; } ;;
  *) echo "error: unknown $@" >&2; exit 255 ;;
esac
"""


class Doctor:
    """The command, run in a project of which a test says what Pulumi tells.

    Args:
        folder: The project.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.states = folder / "states"
        self.exit_code = 0
        self.requests = 0
        (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
        (folder / "answers").mkdir()
        self.answers("version", "v3.259.0")
        self.answers("whoami", {"url": self.states.as_uri()})
        self.answers("selected", "dev")
        self.answers("stacks", [{"name": f"organization/shop/{name}"} for name in ("dev", "prod")])
        self.answers("config", {})
        self.answers("plain", {"shop:key": {"secret": True}, "vergeos:timeout": {"value": "30"}})
        self.answers("state", {"version": 3, "deployment": {}})

    def answers(self, command: str, what: Any) -> None:
        """Say what a command of Pulumi's prints."""
        (self.folder / "answers" / command).write_text(what if isinstance(what, str) else json.dumps(what))

    def fails(self, command: str) -> None:
        """Let a command of Pulumi's fail."""
        (self.folder / "answers" / command).unlink()

    def complains(self, command: str, what: str) -> None:
        """Let a command of Pulumi's fail with these words."""
        self.fails(command)
        self.answers("complaint", what)

    def program(self, text: str, name: str = "__main__.py") -> None:
        """Write a file of the program."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def manages(self, *resources: Managed, **changes: Any) -> None:
        """Let the state of the stack hold these."""
        state = document(OWNER, *resources, show_secrets=False)
        state["deployment"] |= changes
        self.answers("state", state)

    def told(self, *arguments: str, exit_code: int = 0, within: str = "") -> dict[str, tuple[str, str, str]]:
        """Run a check-up, in a subfolder if one is named; return level, text and advice by check."""
        ran = CliRunner().invoke(app, ["doctor", str(self.folder / within), "--json", *arguments])
        assert ran.exit_code == exit_code, ran.output
        said = json.loads(ran.stdout)
        self.requests = said["requests"]
        assert (said["problems"] > 0) == bool(exit_code)
        return {each["check"]: (each["level"], each["text"], each["advice"]) for each in said["checks"]}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Of the machine that runs the tests nothing counts: no settings, no ledger, no Pulumi."""
    for name in [name for name in os.environ if name.startswith("VERGEOS_")]:
        monkeypatch.delenv(name)
    program = tmp_path_factory.mktemp("bin") / "pulumi"
    program.write_text(PULUMI)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    monkeypatch.setenv("PROJECT", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def doctor(tmp_path: Path) -> Doctor:
    """A check-up of a project."""
    return Doctor(tmp_path)


@pytest.fixture
def bench(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A VergeOS that the environment names, and who made what the state holds."""
    monkeypatch.setenv("VERGEOS_HOST", simulator.url)
    monkeypatch.setenv("VERGEOS_USERNAME", simulator.username)
    monkeypatch.setenv("VERGEOS_PASSWORD", simulator.password)
    running = Bench(simulator)
    yield running
    running.connection.client.close()


@pytest.fixture
def server() -> Iterator[HttpServer]:
    """Something else than a VergeOS."""
    with ExitStack() as stack:
        server = HttpServer()
        stack.callback(server.close)
        yield server
