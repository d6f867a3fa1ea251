"""The names that programs import, and that each is described."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import verge_pulumi
import verge_pulumi.resources
from tools import names
from tools.reference import nouns
from verge_pulumi.engine.declaring.resource import BaseResource

RESOURCES = [getattr(verge_pulumi.resources, name) for name in verge_pulumi.resources.__all__]


@pytest.mark.parametrize("module", [verge_pulumi, verge_pulumi.resources])
def test_public_names_are_sorted_and_there(module: Any) -> None:
    offered: list[str] = module.__all__
    assert offered == sorted(offered)
    assert len(set(offered)) == len(offered)
    assert all(getattr(module, name) is not None for name in offered)


def test_the_package_offers_every_resource() -> None:
    offered = {name: getattr(verge_pulumi, name) for name in verge_pulumi.resources.__all__}
    assert offered == {resource.__name__: resource for resource in RESOURCES}


def test_a_name_that_is_not_public_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match=r"^module 'verge_pulumi' has no attribute 'Netwrk'$"):
        verge_pulumi.Netwrk  # type: ignore[attr-defined]  # noqa: B018  the access is the test


def test_importing_the_package_does_not_import_pulumi() -> None:
    program = "import sys, verge_pulumi, verge_pulumi.client; print('pulumi' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert run.stdout == "False\n"


def test_a_file_of_resources_has_one_and_all_are_offered() -> None:
    for module in pkgutil.walk_packages(verge_pulumi.resources.__path__, "verge_pulumi.resources."):
        own = [
            value
            for value in vars(importlib.import_module(module.name)).values()
            if inspect.isclass(value) and issubclass(value, BaseResource) and value.__module__ == module.name
            if hasattr(value, "declaration")  # a trait is no resource
        ]
        assert len(own) <= 1, module.name
        assert not own or not module.name.rpartition(".")[2].startswith("_"), module.name
    assert list(names.nouns()) == verge_pulumi.resources.__all__


@pytest.mark.parametrize("path", names.files(), ids=lambda path: str(path.relative_to(names.PACKAGE)))
def test_the_lists_of_names_are_current(path: Path) -> None:
    assert path.read_text() == names.files()[path], "Run `make docs`."


def test_a_file_of_resources_without_an_underscore_is_a_noun() -> None:
    places = {inspect.getfile(noun) for noun in names.nouns().values()}
    files = {str(path) for path in (names.PACKAGE / "resources").rglob("[a-z]*.py")}
    assert files == places, "Begin the names of helpers with an underscore."


@pytest.mark.parametrize("resource", RESOURCES, ids=lambda resource: resource.__name__)
def test_every_attribute_has_a_text_under_it(resource: type[BaseResource]) -> None:
    texts = nouns.attribute_texts(resource)
    assert [name for name in resource.declaration.attributes if not texts.get(name)] == []
    assert [text for text in texts.values() if not text.endswith(".")] == []
