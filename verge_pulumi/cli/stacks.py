"""States of stacks, as ``pulumi stack export`` tells them: from a file, or by asking the Pulumi CLI."""

from __future__ import annotations

import base64
import binascii
import json
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from verge_pulumi.client import printable
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.loader import load
from verge_pulumi.engine.provider import DeclaredProvider

_SIGNATURE = "4dabf18193072939515e22adb298388d"
"""Key by which Pulumi tells an object that stands for something else, such as a secret."""

_SECRET_KIND = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  the kind of such an object

_OURS = "pulumi-python:dynamic/vergeos:"
_STACK = "pulumi:pulumi:Stack"
_CONSTANT = re.compile(r"cverge_pulumi\.engine\.loader\nload\n\(V([\w.:]+)\ntR\.")


class UnreadableState(EngineError):
    """The state of a stack cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A resource of this package in the state of a stack.

    Attributes:
        stack: ``project/stack``.
        name: Its name in the program.
        kind: What its provider is loaded by, such as ``Network``.
        id: Its Pulumi id.
        inputs: What the program says of it, secrets in the open.
        outputs: What was last known of it, secrets in the open.
        secret: Names of the properties that hold a secret.
        sealed: Those of them whose value the export does not tell; they are left out of `inputs` and `outputs`.
        provider: The configuration of its provider.
    """

    stack: str
    name: str
    kind: str
    id: str
    inputs: Mapping[str, Any]
    outputs: Mapping[str, Any]
    secret: frozenset[str] = frozenset()
    sealed: frozenset[str] = frozenset()
    provider: Mapping[str, Any] = field(default_factory=dict)

    def load(self) -> DeclaredProvider[Any]:
        """Return its provider, not yet connected.

        Raises:
            EngineError: No installed version has such a resource.
        """
        try:
            provider: Any = load(self.kind)
        except ImportError:
            module = printable(self.kind.rpartition(":")[0])
            raise EngineError(f"{self.title} is declared in '{module}', which cannot be imported here") from None
        loaded: DeclaredProvider[Any] = provider
        return loaded

    @property
    def title(self) -> str:
        """How people know it: its kind and its name in the program."""
        return f"{self.kind.rpartition(':')[2]} '{printable(self.name, 120)}'"


@dataclass(frozen=True, kw_only=True)
class State:
    """The state of a stack.

    Attributes:
        name: ``project/stack``.
        entries: Its resources that are this package's and are managed, in the order of their creation.
        outputs: The outputs of the stack, secrets in the open.
        secret: Names of those that hold a secret.
        sealed: Those of them whose value the export does not tell; they are left out of `outputs`.
    """

    name: str
    entries: tuple[Entry, ...]
    outputs: Mapping[str, Any]
    secret: frozenset[str] = frozenset()
    sealed: frozenset[str] = frozenset()

    @property
    def stack(self) -> str:
        """The name of the stack without its project."""
        return self.name.rpartition("/")[2]


def read_state(source: str, run: Callable[[str], str] | None = None) -> State:
    """Return the state of a stack.

    Args:
        source: A file that ``pulumi stack export`` wrote, or else the name of a stack of the project in this folder.
        run: Returns the export of a stack by its name.

    Raises:
        UnreadableState: It is neither, or holds no state.
    """
    path = Path(source)
    try:
        text = path.read_text(encoding="utf-8") if path.is_file() else (run or export)(source)
        return parse(json.loads(text))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableState(
            f"'{printable(source)}' is not what 'pulumi stack export' writes ({type(error).__name__})"
        ) from None


def export(stack: str) -> str:
    """Return what ``pulumi stack export`` tells of a stack; its secrets too, to see whether they differ.

    Raises:
        UnreadableState: There is no such stack, or no Pulumi CLI.
    """
    command = ["pulumi", "stack", "export", "--show-secrets", "--non-interactive", f"--stack={stack}"]
    try:
        ran = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  no shell
    except FileNotFoundError:
        raise UnreadableState("there is no 'pulumi' on the PATH. Give files that 'pulumi stack export' wrote") from None
    if ran.returncode:
        raise UnreadableState(f"'pulumi stack export' of '{printable(stack)}' failed: {printable(ran.stderr)}")
    return ran.stdout


def parse(document: Mapping[str, Any]) -> State:
    """Return the state that an export holds.

    Raises:
        ValueError: It holds none.
    """
    resources = document["deployment"].get("resources") or []
    roots = [resource for resource in resources if resource["type"] == _STACK]
    if not roots:
        raise ValueError("no stack")
    _, _, stack, _, project, *_ = roots[0]["urn"].split(":")
    configured = {
        f"{resource['urn']}::{resource['id']}": _opened(resource.get("inputs") or {})[0]
        for resource in resources
        if resource["type"].startswith("pulumi:providers:")
    }
    name = f"{project}/{stack}"
    entries = tuple(
        _entry(name, resource, configured)
        for resource in resources
        # What is only read (`get`), and what waits for its deletion, is not managed.
        if resource["type"].startswith(_OURS) and not resource.get("external") and not resource.get("delete")
    )
    outputs, secret, sealed = _opened(roots[0].get("outputs") or {})
    return State(name=name, entries=entries, outputs=outputs, secret=frozenset(secret), sealed=frozenset(sealed))


def _entry(stack: str, resource: Mapping[str, Any], configured: Mapping[str, Mapping[str, Any]]) -> Entry:
    inputs, secret, sealed = _opened(resource.get("inputs") or {})
    outputs, more_secret, more_sealed = _opened(resource.get("outputs") or {})
    return Entry(
        stack=stack,
        name=resource["urn"].split("::", 3)[3],
        kind=_kind(str(inputs.get("__provider"))) or resource["type"].removeprefix(_OURS),
        id=resource["id"],
        inputs=inputs,
        outputs=outputs,
        secret=frozenset(secret | more_secret),
        sealed=frozenset(sealed | more_sealed),
        provider=configured.get(resource.get("provider", ""), {}),
    )


def _kind(provider: str) -> str:
    """Return what the constant in ``__provider`` names. It is read as text: a state is no reason to run a pickle."""
    try:
        found = _CONSTANT.fullmatch(base64.b64decode(provider).decode())
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return found[1] if found else ""


def _opened(properties: Mapping[str, Any]) -> tuple[dict[str, Any], set[str], set[str]]:
    """Return properties with their secrets in the open, the names of the secret ones, and of those that stay sealed."""
    opened, secret, sealed = {}, set(), set()
    for name, value in properties.items():
        try:
            opened[name], found = _plain(value)
        except _Sealed:
            found = True
            sealed.add(name)
        if found:
            secret.add(name)
    return opened, secret, sealed


class _Sealed(Exception):
    """A value holds a secret that the export does not tell."""


def _plain(value: Any) -> tuple[Any, bool]:
    """Return a value with its secrets in the open, and whether it has any."""
    if isinstance(value, Mapping):
        if value.get(_SIGNATURE) == _SECRET_KIND:
            if "plaintext" not in value:
                raise _Sealed
            return _plain(json.loads(value["plaintext"]))[0], True
        pairs = {name: _plain(inner) for name, inner in value.items()}
        return {name: inner for name, (inner, _) in pairs.items()}, any(found for _, found in pairs.values())
    if isinstance(value, list):
        items = [_plain(inner) for inner in value]
        return [inner for inner, _ in items], any(found for _, found in items)
    return value, False
