"""The Pulumi CLI, as far as an import needs it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from verge_pulumi.engine.errors import EngineError, shown
from verge_pulumi.importing.recording import Stack


@dataclass(frozen=True)
class Ran:
    """What became of a command."""

    code: int
    output: str
    error: str


class Pulumi:
    """Commands for one stack of the project in a folder.

    Args:
        folder: The project.
        stack: The stack, or ``organization/project/stack``; "" for the one that is selected.
    """

    def __init__(self, folder: Path, stack: str) -> None:
        self._folder = folder
        self._stack = stack

    def run(self, *command: str, given: str = "") -> Ran:
        """Run a command, not interactively.

        Args:
            command: Its words.
            given: What it reads from its input.

        Raises:
            EngineError: There is no Pulumi CLI.
        """
        stack = [f"--stack={self._stack}"] if self._stack else []
        try:
            done = subprocess.run(  # noqa: S603  the CLI of this machine
                ["pulumi", *command, *stack, "--non-interactive"],  # noqa: S607  the one on the PATH
                cwd=self._folder,
                input=given,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
            )
        except FileNotFoundError:
            raise EngineError("there is no 'pulumi' on the PATH. Install the Pulumi CLI") from None
        return Ran(done.returncode, done.stdout, done.stderr)

    def must(self, *command: str, given: str = "") -> str:
        """Run a command that must succeed; return what it writes.

        Raises:
            EngineError: It fails; the text has its words.
        """
        ran = self.run(*command, given=given)
        if ran.code:
            words = shown((ran.error or ran.output).strip())
            raise EngineError(f"'pulumi {' '.join(command)}' failed: {words}")
        return ran.output

    def project(self) -> str:
        """Return the name of the project.

        Raises:
            EngineError: There is none in the folder.
        """
        path = self._folder / "Pulumi.yaml"
        try:
            settings = yaml.safe_load(path.read_text(encoding="utf-8"))
            return str(settings["name"])
        except (OSError, yaml.YAMLError, KeyError, TypeError):
            raise EngineError(f"{path} is not the file of a Pulumi project. Run 'pulumi new' there first") from None

    def stack(self) -> Stack:
        """Return the stack, with its configuration."""
        name = self._stack or self.must("stack", "--show-name").strip()
        *organization, _, short = ["organization", *name.split("/")] if "/" in name else ["organization", "", name]
        config: Mapping[str, Any] = json.loads(self.must("config", "--json", "--show-secrets") or "{}")
        return Stack(
            organization=organization[-1],
            project=self.project(),
            name=short,
            config={key: str(each.get("value", "")) for key, each in config.items()},
            secret=tuple(key for key, each in config.items() if each.get("secret")),
        )

    def export(self) -> dict[str, Any]:
        """Return the state, as ``pulumi stack export`` writes it."""
        exported: dict[str, Any] = json.loads(self.must("stack", "export"))
        return exported

    def replace_state(self, exported: Mapping[str, Any]) -> None:
        """Put another state in the place of that of the stack."""
        self.must("stack", "import", given=json.dumps(exported))


def configured(pulumi: Pulumi, stack: Stack, secrets: Mapping[str, str], tell: Callable[[str], None]) -> Stack:
    """Put secrets into the configuration of a stack, unless it has them; return the stack with them.

    Args:
        pulumi: The commands for it.
        stack: The stack.
        secrets: The secrets, by key within the project.
        tell: Receives a line for each.
    """
    new = {f"{stack.project}:{key}": value for key, value in secrets.items()}
    new = {key: value for key, value in new.items() if key not in stack.config}
    for key, value in new.items():
        # The command takes one line end away.
        pulumi.must("config", "set", "--secret", key, given=f"{value}\n")
        tell(f"put the secret '{key}' into the configuration of the stack")
    return replace(stack, config={**stack.config, **new}, secret=(*stack.secret, *new))
