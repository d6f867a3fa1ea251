"""Pulumi's command line for one stack: its state is read, and put back if nobody has changed it meanwhile."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from verge_pulumi.engine.errors import EngineError, shown
from verge_pulumi.review.escaping import text

PROJECT_FILES = ("Pulumi.json", "Pulumi.yaml", "Pulumi.yml")
"""How Pulumi lets the file of a project be called."""

Document = Mapping[str, Any]
"""What ``pulumi stack export`` writes."""


@dataclass(frozen=True)
class Ran:
    """What became of a command; its error shows no logins."""

    code: int
    output: str
    error: str


_ADDRESS = re.compile(r"([a-z][a-z0-9+.-]*://)([^\s\"]+)", re.IGNORECASE)


def without_logins(said: str) -> str:
    """Return a text whose addresses have neither a login nor a query, since either may hold a password."""
    return _ADDRESS.sub(_without_login, said)


def _without_login(address: re.Match[str]) -> str:
    scheme, rest = address.groups()
    # A password that is not escaped may have any sign in it, and so may a query; the path of a folder is neither.
    place = rest if scheme == "file://" else rest.rpartition("@")[2]
    return scheme + re.split("[?&]", place, maxsplit=1)[0]


class StackCommands:
    """Commands for one stack of the project in a folder.

    Args:
        folder: The project.
        stack: The stack, or ``organization/project/stack``; "" for the one that is selected.
        patience: Seconds that a command may take; None for as long as it does.
    """

    def __init__(self, folder: Path, stack: str, *, patience: float | None = None) -> None:
        self._folder = folder
        self._stack = stack
        self._patience = patience

    def run(self, *command: str, given: str = "") -> Ran:
        """Run a command, not interactively.

        Args:
            command: Its words.
            given: What it reads from its input.

        Raises:
            EngineError: There is no Pulumi CLI, it does not end in time, or no stack can have that name.
        """
        stack = [f"--stack={self._stack}"] if self._stack else []
        try:
            done = subprocess.run(  # noqa: S603  the CLI of this machine
                ["pulumi", *command, "--non-interactive", *stack],  # noqa: S607  the one on the PATH
                cwd=self._folder,
                input=given,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                check=False,
                timeout=self._patience,
            )
        except FileNotFoundError:
            raise EngineError("there is no 'pulumi' on the PATH. Install the Pulumi CLI") from None
        except subprocess.TimeoutExpired:
            raise EngineError(f"'pulumi {' '.join(command)}' has not ended after {self._patience:g} s") from None
        except ValueError:
            raise EngineError(f"no stack can have the name '{text(self._stack)}'") from None
        return Ran(done.returncode, done.stdout, without_logins(done.stderr))

    def must(self, *command: str, given: str = "") -> str:
        """Run a command that must succeed; return what it writes.

        Raises:
            EngineError: It fails; the text has its words.
        """
        ran = self.run(*command, given=given)
        if ran.code:
            words = shown((ran.error or without_logins(ran.output)).strip())
            raise EngineError(f"'pulumi {' '.join(command)}' failed: {words}")
        return ran.output

    def project_file(self) -> Path | None:
        """Return the file of the project, which is in the folder or above as Pulumi looks for it; None without one."""
        folder = self._folder.resolve()
        places = (place / name for place in (folder, *folder.parents) for name in PROJECT_FILES)
        return next(filter(os.path.isfile, places), None)

    def project(self) -> str:
        """Return the name of the project.

        Raises:
            EngineError: There is none.
        """
        path = self.project_file() or self._folder / "Pulumi.yaml"
        try:
            name = yaml.safe_load(path.read_text(encoding="utf-8"))["name"]
        except (OSError, ValueError, yaml.YAMLError, KeyError, TypeError, RecursionError):
            name = None
        if not isinstance(name, str) or not name:
            raise EngineError(f"{path} is not the file of a Pulumi project. Run 'pulumi new' there first")
        return name

    def export(self, *, secrets: bool = False) -> dict[str, Any]:
        """Return the state.

        Args:
            secrets: Whether secrets are wanted in the open; else they are encrypted.

        Raises:
            EngineError: There is none.
        """
        try:
            document = json.loads(self.must("stack", "export", *(["--show-secrets"] if secrets else [])))
        except (ValueError, RecursionError) as error:
            raise EngineError(f"'pulumi stack export' wrote no JSON: {error}") from None
        if not isinstance(document, dict) or not isinstance(document.get("deployment"), dict | None):
            raise EngineError("'pulumi stack export' wrote no state")
        return document

    def replace_state(self, before: Document, after: Document, backup: Path | None) -> None:
        """Put a state in the place of another one, of which a copy is kept that only its owner can read.

        Args:
            before: The state as it was read.
            after: The new one.
            backup: A new file, for the old one; None if there is one already (`back_up`).

        Raises:
            EngineError: The state was changed since it was read, and what that did would be forgotten; or the copy
                cannot be written, or Pulumi does not take the new state.
        """
        if self.export() != before:
            raise EngineError("the state was changed meanwhile. Run the command again")
        if backup is not None:
            back_up(before, backup)
        self.must("stack", "import", given=json.dumps(after))


def back_up(document: Document, backup: Path) -> None:
    """Keep a state in a new file that only its owner can read.

    Raises:
        EngineError: It cannot be written, or is there already.
    """
    try:
        with os.fdopen(os.open(backup, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(document, file)
    except OSError as error:
        raise EngineError(
            f"the backup '{text(backup)}' cannot be written: {error.strerror}. Name another one"
        ) from None
