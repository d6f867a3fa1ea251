"""The programs on the pages of the reference, each a file that the tests run: its docstring says what it shows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "reference"
PROGRAMS = sorted(FOLDER.rglob("*.py"))
FULL = "_full"
"""How the name of a program ends that shows more than its neighbour."""


def examples(place: str) -> Iterator[str]:
    """Yield the lines of a page that show its examples.

    Args:
        place: The path of the first program below `FOLDER`, without its ending; what shows more is beside it.
    """
    yield "## Example"
    for name in (place, place + FULL):
        program = FOLDER / f"{name}.py"
        if program.exists() or name == place:
            says, code = parts(program.read_text())
            yield from ("", says, "", "```python", code, "```")


def shown_by(program: Path) -> str:
    """Return what `examples` takes for the page on which a program is."""
    return program.relative_to(FOLDER).with_suffix("").as_posix().removesuffix(FULL)


def parts(text: str) -> tuple[str, str]:
    """Return what a program says of itself, and the rest of it."""
    tree = ast.parse(text)
    says, first = ast.get_docstring(tree), tree.body[0]
    assert says is not None, "A program of the reference says in its docstring what it shows."
    assert first.end_lineno is not None
    return says, "\n".join(text.splitlines()[first.end_lineno :]).strip()
