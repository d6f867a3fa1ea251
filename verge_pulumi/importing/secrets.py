"""Secrets that a configuration is to hold, as they travel to the engine, and as a state holds them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from verge_pulumi.engine.ownership.states import SIGNATURE

_SECRET = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105  the kind of such an object


@dataclass(frozen=True)
class Secret:
    """A value that the configuration of a stack has to hold.

    Attributes:
        value: The value.
        is_told: Whether VergeOS tells it, as it does what a file holds.
    """

    value: str = field(repr=False)
    is_told: bool = False


def is_sealed(value: Any) -> bool:
    """Say whether a value is a secret."""
    return isinstance(value, Mapping) and value.get(SIGNATURE) == _SECRET


def opened(value: Any) -> Any:
    """Return a value that travels to the engine with its secrets in the open."""
    if is_sealed(value):
        return opened(value["value"])
    if isinstance(value, Mapping):
        return {name: opened(inner) for name, inner in value.items()}
    return [opened(inner) for inner in value] if isinstance(value, list) else value


def holds_secret(value: Any) -> bool:
    """Say whether there is a secret in a value, at any depth."""
    if isinstance(value, Mapping):
        return is_sealed(value) or any(map(holds_secret, value.values()))
    return isinstance(value, list) and any(map(holds_secret, value))


def sealed(value: Any) -> dict[str, str]:
    """Return a secret as ``pulumi stack import`` takes it, which encrypts it."""
    return {SIGNATURE: _SECRET, "plaintext": json.dumps(value)}
