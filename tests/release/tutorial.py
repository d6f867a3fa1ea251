"""docs/tutorial.md as one shell script: each block is typed as it stands, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "tutorial.md"

BLOCK = re.compile(r'^```(?P<language>\w+)(?: title="(?P<file>[^"]+)")?\n(?P<text>.*?)^```$', re.M | re.S)

MARK = "== tutorial"
"""What the script prints before each command."""


@dataclass(frozen=True)
class Block:
    """What a reader types, or writes into a file if it has a name."""

    text: str
    file: str | None


def blocks(page: str) -> Iterator[Block]:
    """Yield what a page tells its reader to type or to write; the other blocks show something."""
    for found in BLOCK.finditer(page):
        if found["file"] or found["language"] == "sh":
            yield Block(found["text"], found["file"])


def commands(page: str) -> list[str]:
    """Return the lines that are typed."""
    return [line for block in blocks(page) if not block.file for line in block.text.splitlines()]


def script(page: str) -> str:
    """Return a page as a script that tells each command, and stops at the first one that fails."""
    lines = ["set -eu -o pipefail"]
    for block in blocks(page):
        if block.file:
            lines += [f"cat > {block.file} <<'END OF {block.file}'", block.text + f"END OF {block.file}"]
        for line in () if block.file else block.text.splitlines():
            quoted = line.replace("'", "'\\''")
            lines += [f"echo '{MARK}: {quoted}'", line]
    return "\n".join(lines) + "\n"


def told(output: str) -> dict[str, list[str]]:
    """Return what each command printed, by the command; one that is typed several times has several."""
    found: dict[str, list[str]] = {}
    for part in output.split(f"{MARK}: ")[1:]:
        command, _, printed = part.partition("\n")
        found.setdefault(command, []).append(printed)
    return found
