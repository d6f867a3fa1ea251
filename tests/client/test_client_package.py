"""The package as a whole: what it exports and what it drags in."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import verge_pulumi.client as package
from verge_pulumi.client import VergeError, errors


def test_the_public_names_are_sorted_documented_and_there() -> None:
    assert package.__all__ == sorted(package.__all__)
    for name in package.__all__:
        exported = getattr(package, name)
        if inspect.isclass(exported) or inspect.isfunction(exported):
            assert exported.__doc__, name


def test_every_error_is_exported_and_drawn_in_the_tree() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, VergeError)]
    assert len(kinds) > 15
    for kind in kinds:
        assert kind.__name__ in package.__all__
        assert f" {kind.__name__} " in f"{errors.__doc__} ".replace("\n", " ")


def test_it_needs_requests_and_tenacity_only() -> None:
    """Imported without the package above it, which is the Pulumi part's."""
    parent = Path(package.__file__).parents[1]
    program = (
        "import sys, types; above = types.ModuleType('verge_pulumi'); "
        f"above.__path__ = [{str(parent)!r}]; sys.modules['verge_pulumi'] = above; "
        "import verge_pulumi.client; "
        "print(sorted({'pulumi', 'pydantic', 'grpc', 'aiohttp', 'verge_pulumi.engine'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.strip() == "[]"
