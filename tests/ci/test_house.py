"""How the package is built: what `ruff`, type checkers and `import-linter` do not see."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "verge_pulumi"

MOST_METHODS = 15
"""Methods of a class of the engine; one with more does the work of several."""


def trees(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    """Yield each file of a folder and what it says."""
    for path in sorted(folder.rglob("*.py")):
        yield path, ast.parse(path.read_text())


def methods(cls: ast.ClassDef) -> list[str]:
    return [node.name for node in cls.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def large_classes(folder: Path) -> list[str]:
    """Return the classes with too many methods."""
    return [
        f"{path.name}: {node.name} has {len(methods(node))} methods; give what belongs together a class of its own"
        for path, tree in trees(folder)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and len(methods(node)) > MOST_METHODS
    ]


def private_calls(folder: Path) -> list[str]:
    """Return the calls and overrides of private methods that another class defines.

    A class may call those of its own only, wherever its bases come from. Names with two underscores are Python's.
    """
    found = []
    for path, tree in trees(folder):
        classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
        functions = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
        for cls in classes:
            own = {*methods(cls), *_assigned(cls)}
            for node in ast.walk(cls):
                if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
                    continue
                name, value = node.func.attr, node.func.value
                to_itself = isinstance(value, ast.Name) and value.id in ("self", "cls")
                if name.startswith("_") and not name.startswith("__") and to_itself and name not in own | functions:
                    found.append(f"{path.name}: {cls.name} calls {name}(), which is private to another class")
    return found


def _assigned(cls: ast.ClassDef) -> Iterator[str]:
    """Yield the names of attributes that a class sets, which may hold functions."""
    for node in ast.walk(cls):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def overridden(folder: Path) -> list[str]:
    """Return the private methods that a class overrides of a base in the same package."""
    defined: dict[str, tuple[list[str], list[str]]] = {}
    for _, tree in trees(folder):
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                bases = [ast.unparse(base).partition("[")[0].rpartition(".")[2] for base in node.bases]
                defined[node.name] = (bases, methods(node))

    def above(name: str) -> set[str]:
        found: set[str] = set()
        left = [name]
        while left:  # names may occur in several files, and then lead in circles
            bases = {base for each in left for base in defined.get(each, ([], []))[0]} - found
            found |= bases
            left = [*bases]
        return found - {name}

    return [
        f"{name} overrides {method}() of {base}, which is private to that class; make it a hook"
        for name, (_, own) in defined.items()
        for base in above(name)
        for method in own
        if method.startswith("_") and not method.startswith("__") and method in defined.get(base, ([], []))[1]
    ]


def test_no_class_of_the_engine_does_the_work_of_several() -> None:
    assert large_classes(PACKAGE / "engine") == []


def test_no_class_calls_private_methods_of_another_one() -> None:
    assert private_calls(PACKAGE) == []


def test_no_class_overrides_private_methods_of_another_one() -> None:
    assert overridden(PACKAGE) == []


def test_what_is_planted_is_found(tmp_path: Path) -> None:
    (tmp_path / "base.py").write_text("class Base:\n    def _secret(self): ...\n    def _hook(self): ...\n")
    (tmp_path / "sub.py").write_text(
        "class Sub(Base):\n    def run(self):\n        self._secret()\n    def _hook(self): ...\n"
    )
    many = "".join(f"    def m{number}(self): ...\n" for number in range(MOST_METHODS + 1))
    (tmp_path / "many.py").write_text(f"class Many:\n{many}")
    assert private_calls(tmp_path) == ["sub.py: Sub calls _secret(), which is private to another class"]
    assert overridden(tmp_path) == ["Sub overrides _hook() of Base, which is private to that class; make it a hook"]
    assert Counter(text.partition(":")[0] for text in large_classes(tmp_path)) == {"many.py": 1}
