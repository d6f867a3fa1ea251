"""Who has locked a stack, as far as its backend tells that without being asked for the lock."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from verge_pulumi.engine.errors import EngineError
from verge_pulumi.review.escaping import text
from verge_pulumi.review.stack_commands import StackCommands

FOLDER = "file://"

QUALIFIED = "--fully-qualify-stack-names"


def refuse_locked(folder: Path, stack: str) -> None:
    """See that nobody has locked a stack. A backend that does not tell, or does not answer, is no reason to refuse.

    Args:
        folder: Its project.
        stack: Its name.

    Raises:
        EngineError: Somebody has.
    """
    pulumi = StackCommands(folder, "")
    try:
        url = str(json.loads(pulumi.must("whoami", "--json")).get("url", ""))
        chosen = StackCommands(folder, stack).must("stack", "--show-name", QUALIFIED).strip()
    except (EngineError, ValueError, AttributeError):
        return
    at = lock_folder(folder, url, chosen)
    for holder in holders(at, None if at else listed(chosen, pulumi)):
        raise EngineError(
            f"'{text(stack)}' is locked: {holder}. Wait for that run, or end it by 'pulumi cancel' if it is over"
        )


def listed(stack: str, pulumi: StackCommands) -> Mapping[str, Any] | None:
    """Return what a list of the stacks says of one; None if there is none, as where the state of any is broken."""
    try:
        stacks = json.loads(pulumi.must("stack", "ls", "--json", QUALIFIED))
        return next((each for each in stacks if each["name"] == stack), None)
    except (EngineError, ValueError, KeyError, TypeError):
        return None


def lock_folder(folder: Path, url: str, stack: str) -> Path | None:
    """Return where a backend that is a folder keeps the locks of a stack; None for another one."""
    if not url.startswith(FOLDER):
        return None
    backend = Path(unquote(url.removeprefix(FOLDER).partition("?")[0])).expanduser()
    return folder / backend / ".pulumi" / "locks" / stack


def holders(folder: Path | None, listed: Mapping[str, Any] | None) -> Sequence[str]:
    """Return what is known of each lock: of files in a folder, and of what Pulumi lists."""
    if listed and listed.get("updateInProgress"):
        return ["an update of the stack is under way"]
    return [f"held by {_holder(path)}" for path in sorted(folder.glob("*.json"))] if folder else []


def _holder(path: Path) -> str:
    """Return who made a lock; a full disk leaves empty ones."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        who = f"{text(said['username'])}@{text(said['hostname'])} (pid {text(said['pid'])})"
        return f"{who} since {text(said['timestamp'])}"
    except (OSError, ValueError, KeyError, TypeError):
        return "somebody: its file cannot be read"
