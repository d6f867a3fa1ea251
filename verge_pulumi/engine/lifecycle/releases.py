"""Does this release of VergeOS have what a program declares? Asked before anything is written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from verge_pulumi.client import printable
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.errors import EngineError

UPGRADE = "Upgrade the system, or leave that out of the program."
"""What to do where a release is too old."""


def refuse_older(connection: Connection, declaration: Declaration, inputs: Mapping[str, Any]) -> None:
    """See that the system is new enough; nothing is asked where any release will do.

    Raises:
        EngineError: It is too old; the text names all that it lacks.
    """
    if not needs(declaration, inputs):
        return
    connection.see_system()
    if cause := too_old(connection, declaration, inputs):
        raise EngineError(f"{cause}. {UPGRADE}")


def too_old(connection: Connection, declaration: Declaration, inputs: Mapping[str, Any]) -> str:
    """Return what the system that was seen lacks, as a clause.

    Returns:
        "" where it lacks nothing, and where what answers does not say its release: a write tells then.
    """
    release = connection.release
    lacking = {
        name: since for name, since in needs(declaration, inputs).items() if release and is_older(release, since)
    }
    named = ", ".join(
        f"{repr(name) if name else declaration.title} (VergeOS {since} and later)" for name, since in lacking.items()
    )
    return f"{connection.client.host} is VergeOS {printable(release)}, which has no {named}" if named else ""


def needs(declaration: Declaration, inputs: Mapping[str, Any]) -> dict[str, str]:
    """Return since when there is what is declared and not every release has: by argument, and by "" the table."""
    found = {"": declaration.since} if declaration.since else {}
    return found | {
        name: attribute.since
        for name, attribute in declaration.inputs.items()
        if attribute.since and inputs.get(name) is not None
    }


def is_older(release: str, than: str) -> bool:
    """Say whether a release came before another one; one that the system does not say counts as older."""
    return _number(release) < _number(than)


def _number(release: str) -> list[int]:
    """Return a release as numbers that compare; what follows them, such as ``-beta``, does not count."""
    found = re.match(r"[0-9]+(\.[0-9]+)*", release)
    return [int(part) for part in found[0].split(".")] if found else []
