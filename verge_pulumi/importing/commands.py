"""The Pulumi CLI, as far as an import needs it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from verge_pulumi.engine.errors import EngineError
from verge_pulumi.importing.recording import Stack
from verge_pulumi.importing.secrets import Secret
from verge_pulumi.review.escaping import LONGEST_MESSAGE, text
from verge_pulumi.review.stack_commands import StackCommands


class Pulumi(StackCommands):
    """Commands for the stack of a project into which something is imported."""

    def stack(self) -> Stack:
        """Return the stack, with its configuration.

        Raises:
            EngineError: The folder is no project, but within one: Pulumi would not run a program that is written there.
        """
        path = self.project_file()
        if path is not None and path.parent != self._folder.resolve():
            where = text(path.parent, LONGEST_MESSAGE)
            raise EngineError(f"the Pulumi project is in '{where}', above this folder. Import there")
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


def configured(pulumi: Pulumi, stack: Stack, secrets: Mapping[str, Secret], tell: Callable[[str], None]) -> Stack:
    """Put secrets into the configuration of a stack, unless it has them; return the stack with them.

    What VergeOS tells takes the place of what an earlier run put there: no resource of the state needs that yet.

    Args:
        pulumi: The commands for it.
        stack: The stack.
        secrets: The secrets, by key within the project.
        tell: Receives a line for each.
    """
    wanted = {f"{stack.project}:{key}": secret for key, secret in secrets.items()}
    new = {
        key: secret.value
        for key, secret in wanted.items()
        if key not in stack.config or (secret.is_told and stack.config[key] != secret.value)
    }
    for key, value in new.items():
        # The command takes one line end away.
        pulumi.must("config", "set", "--secret", key, given=f"{value}\n")
        tell(f"put the secret '{key}' into the configuration of the stack")
    return replace(stack, config={**stack.config, **new}, secret=tuple(dict.fromkeys((*stack.secret, *new))))
