"""States of stacks, as ``pulumi stack export`` tells them: from a file, or by asking the Pulumi CLI.

It is one file, since every check of a state that may hold anything belongs together.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from pydantic import Field

from verge_pulumi import resources
from verge_pulumi.engine.connecting.settings import NAMESPACE
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.declaring.hidden import NAME, OWNER
from verge_pulumi.engine.declaring.model import fits
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.engine.lifecycle.frame import DeclaredProvider
from verge_pulumi.engine.lifecycle.recording import UNFINISHED
from verge_pulumi.engine.loader import load
from verge_pulumi.engine.ownership.mark import MANAGED, MARK
from verge_pulumi.engine.ownership.states import ORIGIN, OURS, SIGNATURE
from verge_pulumi.review.documents import Part, Unreadable, decode, plain, read_file
from verge_pulumi.review.escaping import LONGEST_MESSAGE, text
from verge_pulumi.review.stack_commands import StackCommands
from verge_pulumi.review.urns import STACK, name_of, stack_of

_SECRET_KIND = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  the kind of such an object

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
        protected: Whether the program says ``protect=True``.
        retained: Whether it says ``retain_on_delete=True``.
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
    protected: bool = False
    retained: bool = False

    def load(self) -> DeclaredProvider[Any]:
        """Return its provider, not yet connected. What the resource declares is in the state as it declares it.

        A state is no reason to run code, so no module is imported that it names.

        Raises:
            EngineError: This package has no such resource, or its values in the state are none of its own.
        """
        module, _, title = self.kind.rpartition(":")
        if module:
            raise EngineError(
                f"{self.title} is declared in '{text(module)}', and only resources of verge_pulumi.resources are loaded"
            )
        if title not in resources.__all__:
            kind = text(self.kind)
            raise EngineError(
                f"this version of verge-pulumi has no resource '{kind}'. Install the version that made it"
            )
        provider: Any = load(title)
        loaded: DeclaredProvider[Any] = provider
        for name, attribute in loaded.declaration.attributes.items():
            if not fits(attribute, self.inputs.get(name)) or not fits(attribute, self.outputs.get(name)):
                raise EngineError(f"{self.title} has a value for {name} in the state that {name} cannot have")
        return loaded

    @cached_property
    def declaration(self) -> Declaration:
        """What its class declares.

        Raises:
            EngineError: As `load` does.
        """
        return self.load().declaration

    @property
    def rows(self) -> Iterable[tuple[str, str]]:
        """The rows that it is, by table and key; none if this package has no such resource."""
        try:
            declaration = self.declaration
        except EngineError:
            return []
        parts = declaration.roles.said("keys", self.outputs)
        return [(declaration.table, key) for key in (parts.values() if parts else [self.id])]

    @property
    def title(self) -> str:
        """How people know it: its kind and its name in the program."""
        return f"{text(self.kind.rpartition(':')[2])} '{text(self.name)}'"


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


def read_state(source: str, *, secrets: bool = True) -> State:
    """Return the state of a stack.

    Args:
        source: A file that ``pulumi stack export`` wrote, or else the name of a stack of the project in this folder.
        secrets: Whether the secrets of a stack are wanted too.

    Raises:
        UnreadableState: It is neither, or holds no state.
    """
    path = Path(source)
    try:
        content = read_file(path) if path.is_file() else None
    except (OSError, Unreadable) as error:
        raise _unreadable(source, str(error)) from None
    if content is None:
        return exported(source, secrets=secrets)
    return _state(source, content)


def exported(stack: str, *, secrets: bool = True) -> State:
    """Return the state that ``pulumi stack export`` prints for a stack of the project in this folder.

    Args:
        stack: Its name.
        secrets: Whether secrets are wanted too, to see whether they differ.

    Raises:
        UnreadableState: There is no such stack, or no Pulumi CLI.
    """
    options = ["--show-secrets"] if secrets else []
    try:
        ran = StackCommands(Path(), stack).run("stack", "export", *options)
    except EngineError as error:
        raise UnreadableState(f"{error}, or give files that 'pulumi stack export' wrote") from None
    if ran.code:
        raise UnreadableState(f"'pulumi stack export' of '{text(stack)}' failed: {text(ran.error, LONGEST_MESSAGE)}")
    return _state(stack, ran.output)


def _state(source: str, content: str) -> State:
    try:
        document, end = decode(content.strip())
        if content.strip()[end:]:
            raise Unreadable("it goes on after the JSON")
        return parse(document)
    except json.JSONDecodeError as error:
        raise _unreadable(source, f"this is no JSON in line {error.lineno}, column {error.colno}") from None
    except Unreadable as error:
        raise _unreadable(source, str(error)) from None


def _unreadable(source: str, cause: str) -> UnreadableState:
    return UnreadableState(f"'{text(source, LONGEST_MESSAGE)}' is not what 'pulumi stack export' writes: {cause}")


def parse(document: object) -> State:
    """Return the state that an export holds.

    Raises:
        Unreadable: It holds none.
    """
    found = _Export.read(document).deployment.resources
    root = next((resource for resource in found if resource.type == STACK), None)
    if root is None:
        raise Unreadable("it has no stack")
    stack, project = stack_of(root.urn)
    configured = {
        f"{resource.urn}::{resource.id}": _settings(resource)
        for resource in found
        if resource.type.startswith("pulumi:providers:")
    }
    name = f"{project}/{stack}"
    entries = tuple(
        _entry(name, resource, configured)
        for resource in found
        # What is only read (`get`), and what waits for its deletion, is not managed.
        if resource.type.startswith(OURS) and not resource.external and not resource.delete
    )
    outputs, secret, sealed = _opened(root.outputs)
    return State(name=name, entries=entries, outputs=outputs, secret=frozenset(secret), sealed=frozenset(sealed))


class _Origin(Part):
    provider: str
    host: str
    system: str
    name: str


class _Hidden(Part):
    """What this package keeps for itself in the outputs of a resource."""

    managed: list[str] = Field(default_factory=list)
    origin: _Origin | None = None
    mark: str = ""
    owner: str = ""
    name: str = ""
    unfinished: str = ""
    location: str = ""


_HIDDEN = {
    "managed": MANAGED,
    "origin": ORIGIN,
    "mark": MARK,
    "owner": OWNER,
    "name": NAME,
    "unfinished": UNFINISHED,
    "location": "location",
}


class _Resource(Part):
    urn: str = Field(pattern=r"^urn:pulumi:[^:]+::[^:]+::[^:]+(:[^:]+)*::")
    type: str
    id: str = ""
    inputs: dict[str, Any] = Field(default_factory=dict)
    outputs: dict[str, Any] = Field(default_factory=dict)
    provider: str = ""
    external: bool = False
    delete: bool = False
    protect: bool = False
    retainOnDelete: bool = False  # noqa: N815  as Pulumi spells it


class _Deployment(Part):
    resources: list[_Resource]


class _Export(Part):
    deployment: _Deployment


def _settings(resource: _Resource) -> dict[str, str]:
    """Return what a provider is configured with; its credentials are not in the state."""
    configured = {name: value for name, value in _opened(resource.inputs)[0].items() if name.startswith(NAMESPACE)}
    for name, value in configured.items():
        if not isinstance(value, str):
            raise Unreadable(f"the setting {text(name)} of a provider is no text")
    return configured


def _entry(stack: str, resource: _Resource, configured: Mapping[str, Mapping[str, str]]) -> Entry:
    inputs, secret, sealed = _opened(resource.inputs)
    outputs, more_secret, more_sealed = _opened(resource.outputs)
    _Hidden.read({part: outputs[name] for part, name in _HIDDEN.items() if name in outputs})
    return Entry(
        stack=stack,
        name=name_of(resource.urn),
        kind=_kind(inputs.get("__provider")) or resource.type.removeprefix(OURS),
        id=resource.id,
        inputs=inputs,
        outputs=outputs,
        secret=frozenset(secret | more_secret),
        sealed=frozenset(sealed | more_sealed),
        provider=configured.get(resource.provider, {}),
        protected=resource.protect,
        retained=resource.retainOnDelete,
    )


def _kind(provider: object) -> str:
    """Return what the constant in ``__provider`` names. It is read as text: a state is no reason to run a pickle."""
    try:
        found = _CONSTANT.fullmatch(base64.b64decode(provider).decode()) if isinstance(provider, str) else None
    except ValueError:  # neither base64 nor text
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


_MOST_SEALINGS = 3
"""Secrets that may lie inside one another."""


class _Sealed(Exception):
    """A value holds a secret that the export does not tell."""


def _plain(value: Any, sealings: int = 0) -> tuple[Any, bool]:
    """Return a value with its secrets in the open, and whether it has any.

    Args:
        value: The value.
        sealings: How many secrets it lies in, one inside the other.
    """
    if isinstance(value, Mapping):
        if value.get(SIGNATURE) == _SECRET_KIND:
            if "plaintext" not in value:
                raise _Sealed
            if sealings == _MOST_SEALINGS:
                raise Unreadable("too many secrets lie inside one another")
            return _plain(_plaintext(value["plaintext"]), sealings + 1)[0], True
        pairs = {name: _plain(inner, sealings) for name, inner in value.items()}
        return {name: inner for name, (inner, _) in pairs.items()}, any(found for _, found in pairs.values())
    if isinstance(value, list):
        items = [_plain(inner, sealings) for inner in value]
        return [inner for inner, _ in items], any(found for _, found in items)
    return value, False


def _plaintext(content: object) -> Any:
    """Return the value that is the JSON of a secret."""
    try:
        return plain(decode(content)[0]) if isinstance(content, str) else None
    except json.JSONDecodeError:
        raise Unreadable("the plaintext of a secret is no JSON") from None
