"""What the programs in a folder use of this package, read off their files; nothing of them is run."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

import verge_pulumi
from verge_pulumi.accounts import Account, deploy_account, preview_account, sorted_uses
from verge_pulumi.engine.declaring.resource import BaseResource
from verge_pulumi.engine.errors import Unfit

PACKAGE = "verge_pulumi"

MOST_FILES = 1000
LARGEST_FILE = 1 << 20
"""Files of a program that are read, and bytes of one; what goes beyond is no program that a person wrote."""

_NOT_OURS = frozenset({"__pycache__", "node_modules", "site-packages", "venv", "env"})

_MAKES_ACCOUNTS = (preview_account, deploy_account)


def used(folder: Path) -> tuple[list[type[BaseResource]], list[str]]:
    """Return the kinds of resources that programs use, and the tables that their look-ups read."""
    names = {name for path in _files(folder) for name in _named(path)}
    public = [getattr(verge_pulumi, name) for name in sorted(names.intersection(verge_pulumi.__all__))]
    kinds: dict[type[BaseResource], None] = {}
    tables: list[str] = []
    for each in public:
        try:
            found, read = sorted_uses([Account if each in _MAKES_ACCOUNTS else each])
        except Unfit:
            continue  # arguments, functions and the like take no rights
        kinds.update(dict.fromkeys(found))
        tables += read
    return list(kinds), tables


def _files(folder: Path) -> Iterator[Path]:
    """Yield the Python files of a folder and of those within, but for installed packages."""
    left = MOST_FILES
    for place, folders, files in os.walk(folder):
        within = Path(place)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith(".") and name not in _NOT_OURS and not (within / name / "pyvenv.cfg").exists()
        )
        for name in sorted(files):
            if name.endswith(".py") and left:
                left -= 1
                yield within / name


def _named(path: Path) -> Iterator[str]:
    """Yield the names that a file imports of this package, or takes from it."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            return
        tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return  # running it tells
    modules = {PACKAGE}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules.update(each.asname for each in node.names if each.name == PACKAGE and each.asname)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] == PACKAGE:
            names = [each.name for each in node.names]
            yield from verge_pulumi.__all__ if "*" in names else names
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            yield node.attr
