"""Does this release of VergeOS have what a program declares? Asked before anything is written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from verge_pulumi.client import printable
from verge_pulumi.engine.connecting.connection import Connection
from verge_pulumi.engine.declaring.declaration import Declaration
from verge_pulumi.engine.errors import EngineError


def refuse_older(connection: Connection, declaration: Declaration, inputs: Mapping[str, Any]) -> None:
    """See that the system is new enough; nothing is asked where any release will do.

    Raises:
        EngineError: It is too old; the text names all that it lacks.
    """
    needs = dict(_needs(declaration, inputs))
    if not needs:
        return
    connection.see_system()
    if not connection.release:
        return  # what answers does not say, and a write tells
    lacking = {what: since for what, since in needs.items() if is_older(connection.release, since)}
    if lacking:
        named = ", ".join(f"{what} (VergeOS {since} and later)" for what, since in lacking.items())
        raise EngineError(
            f"{connection.client.host} is VergeOS {printable(connection.release)}, which has no {named}. "
            "Upgrade the system, or leave that out of the program"
        )


def is_older(release: str, than: str) -> bool:
    """Say whether a release of VergeOS came before another one."""
    return _number(release) < _number(than)


def _needs(declaration: Declaration, inputs: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is declared that not every release has, each with the first release that has it."""
    if declaration.since:
        yield declaration.title, declaration.since
    for name, attribute in declaration.inputs.items():
        if attribute.since and inputs.get(name) is not None:
            yield f"'{name}'", attribute.since


def _number(release: str) -> list[int]:
    """Return a release as numbers that compare; what follows them, such as ``-beta``, does not count."""
    found = re.match(r"[0-9]+(\.[0-9]+)*", release)
    return [int(part) for part in found[0].split(".")] if found else []
