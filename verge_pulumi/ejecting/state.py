"""The state of a stack as it lies in its backend: read, kept beside, and put back without what is given back."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from verge_pulumi.ejecting.choosing import Document, without
from verge_pulumi.engine.errors import EngineError
from verge_pulumi.review.documents import Unreadable, decode
from verge_pulumi.review.escaping import LONGEST_MESSAGE, text
from verge_pulumi.review.stacks import UnreadableState, exported_text


def read(stack: str) -> Document:
    """Return the export of a stack of the project in this folder, its secrets encrypted.

    Raises:
        UnreadableState: There is no such stack, or no Pulumi CLI.
    """
    printed = exported_text(stack, secrets=False).strip()
    try:
        document, _ = decode(printed)
    except (Unreadable, json.JSONDecodeError) as error:
        raise UnreadableState(f"'pulumi stack export' of '{text(stack)}' is no JSON: {error}") from None
    if not isinstance(document, Mapping) or not isinstance(document.get("deployment"), Mapping):
        raise UnreadableState(f"'pulumi stack export' of '{text(stack)}' holds no state")
    return document


def keep(document: Document, path: Path) -> None:
    """Write an export to a new file that its owner alone can read.

    Raises:
        EngineError: It is there already, or cannot be written.
    """
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(document, file)
    except OSError as error:
        raise EngineError(f"the backup '{text(path)}' cannot be written: {error.strerror}. Name another one") from None


def take_out(stack: str, before: Document, urns: frozenset[str]) -> None:
    """Take resources out of the state in one write, unless it has changed since it was read.

    Raises:
        EngineError: It has, or Pulumi does not take it.
    """
    if read(stack) != before:
        raise EngineError("the state was changed meanwhile. Run the command again")
    command = ["pulumi", "stack", "import", "--non-interactive", f"--stack={stack}"]
    content: Any = json.dumps(without(before, urns))
    ran = subprocess.run(  # noqa: S603  the CLI of whoever runs this
        command, input=content, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    if ran.returncode:
        raise EngineError(f"'pulumi stack import' failed: {text(ran.stderr, LONGEST_MESSAGE)}")
