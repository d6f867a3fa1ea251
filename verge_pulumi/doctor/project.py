"""The Pulumi project in a folder: its backend, its stack, the state of that, and whether somebody has locked it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verge_pulumi.doctor import runtime
from verge_pulumi.doctor.findings import Finding, ok, problem, unchecked, warning
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.ownership.states import ORIGIN
from verge_pulumi.review.documents import Unreadable
from verge_pulumi.review.escaping import LONGEST_MESSAGE, text
from verge_pulumi.review.locks import QUALIFIED, holders, listed, lock_folder
from verge_pulumi.review.stack_commands import StackCommands, without_logins
from verge_pulumi.review.stacks import State, parse

PATIENCE = 60.0
"""Seconds for each command of Pulumi's CLI; a backend may be far away."""


@dataclass(frozen=True)
class Project:
    """What is known of a project.

    Attributes:
        folder: Where its file is, and its program; None where there is none that can be read.
        config: The configuration of the stack, secrets in the open.
        deployment: Its state as Pulumi exports it, below ``deployment``; {} where there is none that can be read.
        state: The same, understood; None where there is none.
    """

    folder: Path | None = None
    config: Mapping[str, str] = field(default_factory=dict, repr=False)
    deployment: Mapping[str, Any] = field(default_factory=dict, repr=False)
    state: State | None = None


def look_at(folder: Path, stack: str, pulumi: StackCommands) -> tuple[Project, list[Finding]]:
    """Look at the project of a folder.

    Args:
        folder: The folder; the project is there or above, as Pulumi has it.
        stack: A stack of it; "" for the one that is selected.
        pulumi: The CLI there, for no stack in particular.
    """
    checks = ("backend", "stack", "lock")
    path = pulumi.project_file()
    if path is None:
        return Project(), unchecked("there is no Pulumi project in this folder or above", "project", *checks)
    try:
        name = pulumi.project()
    except EngineError as error:
        broken = problem("project", text(error, LONGEST_MESSAGE))
        return Project(), [broken, *unchecked("it takes a project", *checks)]
    found = [runtime.broken(path, PATIENCE) or ok("project", f"'{text(name)}'")]
    nothing = Project(path.parent)
    try:
        url = str(json.loads(pulumi.must("whoami", "--json")).get("url", ""))
    except (EngineError, ValueError, AttributeError) as error:
        advice = "See where PULUMI_BACKEND_URL or 'pulumi login' leads, and whether its credentials are set."
        found.append(problem("backend", text(error, LONGEST_MESSAGE), advice))
        return nothing, [*found, *unchecked("the backend does not answer", "stack", "lock")]
    found.append(ok("backend", text(without_logins(url), LONGEST_MESSAGE)))
    try:
        chosen = StackCommands(folder, stack, patience=PATIENCE).must("stack", "--show-name", QUALIFIED).strip()
    except EngineError as error:
        return nothing, [*found, *_without_stack(stack, error)]
    at_stack = StackCommands(folder, chosen, patience=PATIENCE)
    config, of_config = _configuration(f"Pulumi.{text(_short(chosen))}{path.suffix}", at_stack)
    deployment, state, of_stack = _state(_short(chosen), at_stack)
    locks = _locks(lock_folder(folder, url, chosen), url, listed(chosen, pulumi))
    return Project(path.parent, config, deployment, state), [*found, *of_config, of_stack, *locks]


def _without_stack(stack: str, error: EngineError) -> list[Finding]:
    """Say that a stack is not there, which is a fault only if one was named."""
    said, advice = text(error, LONGEST_MESSAGE), "Run 'pulumi stack init', or 'pulumi stack select'."
    if not stack and "no stack selected" in said:
        said = "no stack is selected"
        return [warning("stack", said, advice), *unchecked(said, "lock")]
    return [
        problem("stack", said, "'pulumi stack ls' lists the stacks of the project."),
        *unchecked("it takes a stack", "lock"),
    ]


def _short(stack: str) -> str:
    """Return the name of a stack without those of its organization and project."""
    return stack.rpartition("/")[2]


def _configuration(file: str, pulumi: StackCommands) -> tuple[Mapping[str, str], list[Finding]]:
    """Read the configuration of the stack, with its secrets if these can be read."""
    try:
        return _values(pulumi, "--show-secrets"), []
    except _NO_VALUES as error:
        advice = "Set PULUMI_CONFIG_PASSPHRASE, or what the key service of the stack takes; a run needs it too."
        found = problem("secrets", text(error, LONGEST_MESSAGE), advice)
    try:
        return _values(pulumi), [found]
    except _NO_VALUES as error:  # it is not for a lack of keys
        advice = f"Mend '{file}', the configuration of the stack."
        return {}, [problem("config", text(error, LONGEST_MESSAGE), advice)]


_NO_VALUES = (EngineError, ValueError, AttributeError, TypeError)
"""What reading a configuration may raise, if Pulumi fails or writes something else."""


def _values(pulumi: StackCommands, *options: str) -> dict[str, str]:
    """Return the configuration, as far as it is in the open."""
    values = json.loads(pulumi.must("config", "--json", *options))
    return {key: str(each["value"]) for key, each in values.items() if "value" in each}


def _state(stack: str, pulumi: StackCommands) -> tuple[Mapping[str, Any], State | None, Finding]:
    """Read the state of the stack."""
    name = text(stack)
    try:
        exported = pulumi.export()
        deployment = exported.get("deployment") or {}
        if not deployment.get("resources"):
            return {}, None, ok("stack", f"'{name}' is empty")
        state = parse(exported)
    except (EngineError, Unreadable, ValueError) as error:
        advice = "Put a backup back (docs/shared-state.md#get-back)."
        said = f"the state of '{name}' cannot be read: {text(error, LONGEST_MESSAGE)}"
        return {}, None, problem("stack", said, advice)
    said = f"'{name}' manages {len(state.entries):,} objects of VergeOS"
    if cut_off := len(deployment.get("pending_operations") or ()):
        advice = "Run 'pulumi up', which goes on with them (docs/interruptions.md)."
        return deployment, state, warning("stack", f"{said}; {cut_off} operations were cut off", advice)
    return deployment, state, ok("stack", said)


def _locks(folder: Path | None, url: str, listed: Mapping[str, Any] | None) -> list[Finding]:
    """Say whether somebody has locked the stack, as far as the backend tells that without being asked for the lock."""
    advice = "Wait for that run. If it is over, 'pulumi cancel' takes the lock away (docs/shared-state.md)."
    if held := holders(folder, listed):
        return [warning("lock", holder, advice) for holder in held]
    if folder is not None:
        return [ok("lock", "nobody has it")]
    if url.startswith("https:"):
        return [ok("lock", "nobody has it")] if listed else unchecked("Pulumi does not list the stack", "lock")
    return unchecked("this kind of backend does not tell who has it", "lock")


def origins(state: State, provider: str) -> Sequence[tuple[str, str]]:
    """Return identity and name of the systems on which a provider made what a state holds."""
    found = (entry.outputs.get(ORIGIN) for entry in state.entries)
    known = [each for each in found if isinstance(each, Mapping) and each.get("provider", "") == provider]
    return list(dict.fromkeys((str(each.get("system")), str(each.get("name"))) for each in known))
