"""The programs in the documents: they are Python, import what they use, and type checkers find no mistake in them."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.declarations.test_links import PAGES, ROOT
from tests.declarations.test_typing import CACHE

BLOCK = re.compile(r"^( *)```python(?: title=\S+)?\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
BLOCKS = {
    f"{page.relative_to(ROOT)}:{text.count(chr(10), 0, block.start()) + 1}": textwrap.dedent(block[2])
    for page in PAGES
    for text in [page.read_text()]
    for block in BLOCK.finditer(text)
}
"""By page and line, what stands there."""


def is_fragment(code: str) -> bool:
    """Say whether a block shows a single line of a program, and not a whole one."""
    return code.strip().count("\n") == 0


def test_there_are_some() -> None:
    assert {page.rpartition(":")[0] for page in BLOCKS} > {"README.md", "docs/environments.md", "docs/firewall.md"}


@pytest.mark.parametrize("place", BLOCKS)
def test_it_is_python(place: str) -> None:
    ast.parse(BLOCKS[place])


@pytest.mark.timeout(240)
def test_mypy_finds_no_mistake(tmp_path: Path) -> None:
    names = {f"program_{number}": place for number, place in enumerate(BLOCKS) if not is_fragment(BLOCKS[place])}
    for name, place in names.items():
        (tmp_path / f"{name}.py").write_text(BLOCKS[place])
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--check-untyped-defs",
        f"--cache-dir={CACHE}",
        *(f"{name}.py" for name in names),
    ]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    said = re.sub(r"^(program_\d+)\.py", lambda name: names[name[1]], found.stdout, flags=re.MULTILINE)
    assert found.returncode == 0, said + found.stderr
