"""What the modules of ``review`` may not hold: knowledge about single resources, and circles of imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import verge_pulumi.review
from verge_pulumi import resources

FOLDER = Path(verge_pulumi.review.__file__).parent
MODULES = {
    ".".join(("verge_pulumi", "review", *path.relative_to(FOLDER).with_suffix("").parts)): path.read_text()
    for path in sorted(FOLDER.rglob("*.py"))
}
PRICES = "verge_pulumi.review.estimate"
"""The one table by class: what an operation on each costs in requests."""

REMEDY = "Let the resource say it: by a role of an attribute, or by its Review (verge_pulumi.engine.declaring.roles)"


def named(source: str) -> Iterator[str]:
    """Yield where code names a resource class, which docstrings, comments and headings (``title=``) may do."""
    for node in ast.walk(ast.parse(source)):
        is_prose = isinstance(node, ast.Expr) or (isinstance(node, ast.keyword) and node.arg == "title")
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Constant) and child.value in resources.__all__ and not is_prose:
                yield f"line {child.lineno}: '{child.value}'"
        if isinstance(node, ast.ImportFrom) and not str(node.module).startswith("verge_pulumi.review"):
            wanted = [each.name for each in node.names if each.name in resources.__all__]
            yield from (f"line {node.lineno}: import of {name}" for name in wanted)
        if isinstance(node, ast.Attribute) and node.attr in resources.__all__:
            yield f"line {node.lineno}: .{node.attr}"


def circle(modules: Mapping[str, str]) -> list[str]:
    """Return the modules of a circle of imports, those for type checkers included; none if there is none."""
    above = {name: [each for each in _imported(source) if each in modules] for name, source in modules.items()}
    try:
        TopologicalSorter(above).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{each.name}" for each in node.names)
        elif isinstance(node, ast.Import):
            yield from (each.name for each in node.names)


@pytest.mark.parametrize("module", [name for name in MODULES if name != PRICES])
def test_no_resource_is_named(module: str) -> None:
    found = list(named(MODULES[module]))
    assert not found, f"{module} knows single resources ({', '.join(found)}). {REMEDY}."


@pytest.mark.parametrize(
    "planted",
    [
        'GUARDS = ("Firewall", "NetworkRule")',
        'if change.kind == "Drive":\n    pass',
        'SPECIAL = {("create", "Power"): 2}',
        "from verge_pulumi.resources import Network",
        "from verge_pulumi.resources.compute.drive import Drive as disk",
        "from verge_pulumi import resources\nresources.Network.declaration",
    ],
)
def test_a_planted_name_is_found(planted: str) -> None:
    assert list(named(planted))


def test_texts_may_speak_of_resources() -> None:
    assert not list(named('"""Network"""\nLABEL = "Networks"\n"""Network"""\n# "Network"\nsection(title="Firewall")'))


def test_no_module_imports_itself_through_others() -> None:
    found = circle(MODULES)
    assert not found, f"{' -> '.join(found)}: move what both need into a module below them."


def test_a_planted_circle_is_found() -> None:
    planted = {
        "a": "from b import c",
        "b.c": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import d",
        "d": "import a",
    }
    assert set(circle(planted)) == {"a", "b.c", "d"}
    assert not circle({**planted, "d": ""})
