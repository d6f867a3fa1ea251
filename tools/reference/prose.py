"""Docstrings as Markdown: what something is, how it is called, and tables of its arguments and attributes."""

from __future__ import annotations

import inspect
import re
import types
from collections.abc import Iterator
from typing import Any

TITLES = {"Args": "argument", "Attributes": "attribute", "Raises": "error"}
"""The sections of a docstring that become tables, and the heading of their first column."""

_SECTION = re.compile(rf"^({'|'.join(TITLES)}):\n((?:[ \t]+.*\n|\n)+)", re.MULTILINE)
_ENTRY = re.compile(r"^    (\S.*?): ((?:.*\n)(?:^(?: {8,}.*)?\n)*)", re.MULTILINE)


def described(name: str, thing: Any, *, level: int = 2) -> Iterator[str]:
    """Yield a section about a function or a class with its public methods.

    Args:
        name: How programs call it.
        thing: What it is.
        level: The level of its heading.
    """
    yield from (f"{'#' * level} `{name}`", "")
    if called := call(name, thing):
        yield from ("```text", called, "```", "")
    yield from (text(thing), "")
    if not inspect.isclass(thing):
        return
    for member, value in vars(thing).items():
        bound = getattr(value, "__func__", getattr(value, "fget", value))
        if not member.startswith("_") and isinstance(bound, types.FunctionType) and is_ours(bound):
            called = (
                f"{name}.{member}" if isinstance(value, property) else call(f"{name}.{member}", bound, one_line=True)
            )
            yield from (f"**`{called}`**", "", text(value), "")


def is_ours(thing: Any) -> bool:
    """Say whether this package defines something, and says what it is."""
    return str(getattr(thing, "__module__", "")).startswith("verge_pulumi.") and bool(thing.__doc__)


def call(name: str, thing: Any, *, one_line: bool = False) -> str:
    """Return how something is called; "" if it is not, or only shown by what it inherits."""
    try:
        signature = inspect.signature(thing)
    except (TypeError, ValueError):
        return ""
    parameters = [each for each in signature.parameters.values() if each.name not in ("self", "cls")]
    kinds = [each.kind for each in parameters]
    shown = [_parameter(each) for each in parameters]
    only = inspect.Parameter.KEYWORD_ONLY
    if only in kinds and inspect.Parameter.VAR_POSITIONAL not in kinds:
        shown.insert(kinds.index(only), "*")
    one = f"{name}({', '.join(shown)})"
    return one if one_line or len(one) <= 100 else f"{name}(\n" + "".join(f"    {each},\n" for each in shown) + ")"


def _parameter(parameter: inspect.Parameter) -> str:
    """Return a parameter as it is written, with a default that says something."""
    stars = {"VAR_POSITIONAL": "*", "VAR_KEYWORD": "**"}.get(parameter.kind.name, "")
    annotation, default = parameter.annotation, parameter.default
    typed = annotation if isinstance(annotation, str) else inspect.formatannotation(annotation)
    plain = f"{stars}{parameter.name}" + (f": {typed}" if annotation is not inspect.Parameter.empty else "")
    if default is inspect.Parameter.empty:
        return plain
    return f"{plain} = {default!r}" if isinstance(default, str | int | float | tuple | None) else f"{plain} = ..."


def text(thing: Any) -> str:
    """Return a docstring as Markdown."""
    doc = inspect.getdoc(thing) or ""
    # A page has an example that runs.
    told = _SECTION.sub(_table, re.sub(r"(?ms)^```.*?^```\n\n?", "", f"{doc}\n"))
    return re.sub(r"(?m)^Returns:\n    ", "Returns: ", told).strip()


def _table(section: re.Match[str]) -> str:
    rows = [f"| `{name}` | {cell(' '.join(says.split()))} |" for name, says in _ENTRY.findall(section[2])]
    return "\n".join([f"| {TITLES[section[1]]} | meaning |", "|---|---|", *rows]) + "\n\n"


def cell(says: str) -> str:
    """Return a text that a cell of a table can hold."""
    return says.replace("|", "\\|")
